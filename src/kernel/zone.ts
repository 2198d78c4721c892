/**
 * Wall clocks of IANA time zones. A wall time is written as the milliseconds that the same figures would be in UTC, so
 * that calendars can be counted without a zone; only `instantOfWall` knows of clocks that are put forward or back.
 */
import { nowMs } from './clock.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** No zone's clock is further ahead of or behind UTC than this. */
const OFFSET_MS_MAX = 15 * HOUR_MS

const formats = new Map<string, Intl.DateTimeFormat>()

/** Throws RangeError for a zone that the platform does not know. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

/** The zone of this machine's clock; where that has no name, how far it is from UTC now: `-03:00`. */
export function machineZone(): string {
  return machineZoneName() ?? offsetZone(-new Date(nowMs()).getTimezoneOffset())
}

/** Undefined where TZ is a slip, a rule such as BRT3, or a file: then nothing has the type that it promises. */
export function machineZoneName(): string | undefined {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone
  return zone === 'Etc/Unknown' ? undefined : zone
}

function offsetZone(minutes: number): string {
  return minutes === 0 ? 'UTC' : offsetText(minutes)
}

/** `-03:00` for -180. */
function offsetText(minutes: number): string {
  const figures = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${figures.map((figure) => String(figure).padStart(2, '0')).join(':')}`
}

/** Whether `zone` is a name such as "America/Sao_Paulo". A bare offset is none: it knows nothing of daylight saving. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** What the clock of the zone shows at an instant. */
export function wallOfInstant(ms: number, zone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value)
  // Date.UTC takes the years 0 to 99 for those of the last century.
  const day = new Date(0).setUTCFullYear(parts['year']!, parts['month']! - 1, parts['day']!)
  const seconds = day + (parts['hour']! * 3600 + parts['minute']! * 60 + parts['second']!) * 1000
  return seconds + (ms - Math.floor(ms / 1000) * 1000)
}

function offsetAt(ms: number, zone: string): number {
  return wallOfInstant(ms, zone) - ms
}

/**
 * When the clock shows a wall time: of a repeated one the first time; a skipped one is over at the moment at which the
 * clock is put forward. Never decreases with `wallMs`.
 */
export function instantOfWall(wallMs: number, zone: string): number {
  const before = offsetAt(wallMs - OFFSET_MS_MAX, zone)
  const after = offsetAt(wallMs + OFFSET_MS_MAX, zone)
  // The larger offset is the earlier instant.
  const candidates = [Math.max(before, after), Math.min(before, after)].map((offset) => wallMs - offset)
  const shown = candidates.find((instant) => wallOfInstant(instant, zone) === wallMs)
  return shown ?? changeBetween(candidates[0]!, candidates[1]!, zone)
}

/** The first second after `fromMs` at which the zone's offset is that of `toMs`. */
function changeBetween(fromMs: number, toMs: number, zone: string): number {
  const target = offsetAt(toMs, zone)
  let low = Math.floor(fromMs / 1000)
  let high = Math.ceil(toMs / 1000)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle * 1000, zone) === target) high = middle
    else low = middle
  }
  return high * 1000
}

/** ISO 8601 with the zone's offset: "2026-11-25T02:00:00-03:00". */
export function formatLocal(ms: number, zone: string): string {
  const wall = wallOfInstant(ms, zone)
  const offset = Math.trunc((wall - ms) / MINUTE_MS)
  return `${new Date(wall).toISOString().slice(0, 19)}${offsetText(offset)}`
}
