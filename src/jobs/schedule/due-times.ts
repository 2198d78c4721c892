/**
 * When a schedule is due. Pure: schedule, zone and moment in, moments out. Each wall time that a schedule names comes
 * due once: of a repeated hour the first time, in a skipped one at the first moment after it.
 */
import { CONFIG_OPTIONS, invalidOption, type ScheduleSettings } from '../../contracts/system/index.ts'
import { instantOfWall, isTimeZone, wallOfInstant } from '../../kernel/zone.ts'
import { wallTimes } from './wall-times.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: 24 * HOUR_MS }

export interface ScheduleFrame {
  /** IANA name. Throws CONFIG_INVALID for an unknown one. */
  readonly timezone: string
  /** `every` counts from here. */
  readonly createdAtMs: number
  readonly afterMs: number
}

/**
 * The first moment after `afterMs`; Infinity for a schedule without due times.
 * Throws CONFIG_INVALID for an unknown zone and for a cron expression that can't be read or never comes due.
 */
export function nextDueAt(schedule: ScheduleSettings, frame: ScheduleFrame): number {
  for (const due of dueTimesAfter(schedule, frame)) return due
  return Number.POSITIVE_INFINITY
}

/** Throws CONFIG_INVALID where {@link nextDueAt} would. */
export function assertSchedule(schedule: ScheduleSettings, frame: ScheduleFrame): void {
  assertTimeZone(frame.timezone)
  nextDueAt(schedule, frame)
}

export interface DueTimes {
  /** Ascending: the newest of the stretch, `limit` at most. */
  readonly times: readonly number[]
  /** Whether older ones were left out. */
  readonly isTruncated: boolean
}

/** What came due after `afterMs` and up to `untilMs`. Costs by what it gives, not by the length of the stretch. */
export function dueTimesBetween(
  schedule: ScheduleSettings,
  frame: ScheduleFrame,
  options: { readonly untilMs: number; readonly limit: number },
): DueTimes {
  const { untilMs, limit } = options
  for (let stretchMs = HOUR_MS; ; stretchMs *= 2) {
    const startMs = Math.max(frame.afterMs, untilMs - stretchMs)
    const times: number[] = []
    for (const due of dueTimesAfter(schedule, { ...frame, afterMs: startMs })) {
      if (due > untilMs) break
      times.push(due)
    }
    if (times.length > limit) return { times: times.slice(-limit), isTruncated: true }
    if (startMs <= frame.afterMs) return { times, isTruncated: false }
  }
}

function* dueTimesAfter(schedule: ScheduleSettings, frame: ScheduleFrame): Generator<number> {
  assertTimeZone(frame.timezone)
  if (schedule.kind === 'MANUAL') return
  if (schedule.kind === 'EVERY') return yield* multiplesAfter(periodMs(schedule.every), frame)
  // What the clock showed up to now has come due by now: instantOfWall never decreases.
  let lastMs = frame.afterMs
  for (const wall of wallTimes(schedule, wallOfInstant(frame.afterMs, frame.timezone))) {
    const due = instantOfWall(wall, frame.timezone)
    if (due > lastMs) yield due
    lastMs = Math.max(lastMs, due)
  }
}

function* multiplesAfter(period: number, { createdAtMs, afterMs }: ScheduleFrame): Generator<number> {
  for (let count = Math.max(1, Math.floor((afterMs - createdAtMs) / period) + 1); ; count += 1)
    yield createdAtMs + count * period
}

function periodMs(every: string): number {
  return Number(every.slice(0, -1)) * UNIT_MS[every.slice(-1)]!
}

function assertTimeZone(timezone: string): void {
  if (!isTimeZone(timezone))
    throw invalidOption('timezone', `there is no such time zone: ${timezone}`, { options: CONFIG_OPTIONS })
}
