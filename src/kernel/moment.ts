/**
 * The one reader of dates that people and programs write: strict ISO 8601, a date alone or a time with its offset. What
 * leaves room (`01/02/2027`, `2027-02-31`, a time of no zone) is no date: nobody is to be held to what he did not mean.
 */
import { instantOfWall } from './zone.ts'

const DAY_MS = 86_400_000
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/
const OFFSET_MINUTES_MAX = 14 * 60

/** Which end of a day a date alone means. */
export const DayEnd = { FIRST: 'FIRST', LAST: 'LAST' } as const
export type DayEnd = (typeof DayEnd)[keyof typeof DayEnd]

/** Whether the text is a date or a time of the form above, of a day that is in the calendar. */
export function isMoment(text: string): boolean {
  return momentOf(text, { zone: 'UTC', end: DayEnd.FIRST }) !== undefined
}

/**
 * Milliseconds since 1970; undefined for what is no date. A date alone is the first (a lower bound) or the last
 * millisecond (an upper bound) of that day in `zone`, an IANA name. Throws RangeError for an unknown zone.
 */
export function momentOf(
  text: string,
  { zone, end }: { readonly zone: string; readonly end: DayEnd },
): number | undefined {
  const date = DATE.exec(text)
  if (date) {
    const wall = wallOf(date.slice(1, 4))
    if (wall === undefined) return undefined
    return end === DayEnd.FIRST ? instantOfWall(wall, zone) : instantOfWall(wall + DAY_MS, zone) - 1
  }
  const time = TIME.exec(text)
  return time ? instantOf(time) : undefined
}

function wallOf(figures: readonly string[]): number | undefined {
  const [year, month, day] = figures.map(Number)
  const wall = new Date(0).setUTCFullYear(year!, month! - 1, day)
  const isReal = new Date(wall).getUTCMonth() === month! - 1 && new Date(wall).getUTCDate() === day
  return isReal && year! > 0 ? wall : undefined
}

function instantOf([, year, month, day, hours, minutes, seconds = '00', fraction = '', offset]: RegExpExecArray):
  | number
  | undefined {
  const wall = wallOf([year!, month!, day!])
  const offsetMinutes = minutesOf(offset!)
  if (wall === undefined || offsetMinutes === undefined) return undefined
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const clockMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return wall + clockMs + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMinutes * 60_000
}

function minutesOf(offset: string): number | undefined {
  if (offset === 'Z') return 0
  const [hours, minutes] = offset.slice(1).split(':').map(Number)
  const total = hours! * 60 + minutes!
  if (minutes! > 59 || total > OFFSET_MINUTES_MAX) return undefined
  return offset.startsWith('-') ? -total : total
}
