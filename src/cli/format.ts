/** Numbers, moments and tables as people read them. Programs get theirs by --json. */
import { numberText } from '../contracts/index.ts'
import { nowMs } from '../kernel/clock.ts'
import { printable } from '../kernel/printable.ts'
import { machineZone } from '../kernel/zone.ts'
import { chooseLocale, type Locale, type Translate } from './locale.ts'

export function formatBytes(bytes: number, locale: Locale = chooseLocale()): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? Math.round(value) : decimal(value, locale)} ${units[unit]}`
}

/** One digit behind the mark, which is a comma in Portuguese. */
export function decimal(value: number, locale: Locale = chooseLocale()): string {
  return numberText(value, locale, 1)
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/**
 * A moment on the clock of a zone (this machine's where none is named), to the second: `2026-11-24 03:07:09`. What is
 * no date of the calendar is returned as it is.
 */
export function formatTime(iso: string, zone: string = machineZone()): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const parts: Record<string, string> = {}
  for (const { type, value } of clockOf(zone).formatToParts(time)) parts[type] = value
  const [year = '', month, day] = [parts['year'], parts['month'], parts['day']]
  return `${year.padStart(4, '0')}-${month}-${day} ${parts['hour']}:${parts['minute']}:${parts['second']}`
}

/**
 * When something began, and when it ended where that was on another day: `2026-05-10 23:59:59 – 2026-05-11 00:00:04`.
 * `marks` is how much of the text has to be equal for one to do: 10 for the day, 13 for the hour.
 */
export function formatSpan(
  { startedAt, finishedAt }: { readonly startedAt: string; readonly finishedAt: string },
  options: { readonly zone?: string; readonly marks?: number } = {},
): string {
  const { zone = machineZone(), marks = 10 } = options
  const [start, end] = [formatTime(startedAt, zone), formatTime(finishedAt, zone)]
  return start.slice(0, marks) === end.slice(0, marks) ? start : `${start} – ${end}`
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Throws RangeError for a zone that the platform does not know. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const two = '2-digit'
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  })
  clocks.set(zone, format)
  return format
}

/** The same with the offset that it is meant in: `2026-11-24 03:07:09 -03:00`. */
export function formatMoment(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const minutes = -time.getTimezoneOffset()
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${formatTime(iso)} ${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}

/** A moment that has its own offset, of a configuration's zone: `2026-11-25T02:00:00-03:00`. */
export function formatOffset(local: string): string {
  return local.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})([+-]\d{2}:\d{2})$/, '$1 $2 $3')
}

export interface TableColumn {
  readonly title: string
  /** Numbers stand at the right edge. */
  readonly isNumber?: boolean
}

/** Lines of a table whose columns stand under their titles. The last column is not padded. */
export function tableLines(columns: readonly TableColumn[], rows: ReadonlyArray<readonly string[]>): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))]
  const widths = columns.map((_, i) => lines.reduce((width, line) => Math.max(width, (line[i] ?? '').length), 0))
  const cell = (text: string, i: number) =>
    columns[i]!.isNumber ? text.padStart(widths[i]!) : i === columns.length - 1 ? text : text.padEnd(widths[i]!)
  return lines.map((line) => line.map(cell).join('  ').trimEnd())
}

/**
 * When something comes due, as it was planned. A time that has passed while nobody was there to keep it is none: it is
 * overdue.
 */
export function nextRunText(dueLocal: string, isAlive: boolean, t: Translate): string {
  return isAlive || Date.parse(dueLocal) > nowMs() ? formatOffset(dueLocal) : t('status.overdue')
}

/** The numbers of entries of a log, from the first to the last. */
export function formatNumbers(t: Translate, from: number, to: number): string {
  return from === to ? t('audit.number', { from }) : t('audit.numbers', { from, to })
}

/** As a shell takes it. */
export function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
