/**
 * The wall times that a schedule names, in order, on a calendar without a zone. Cron expressions are read by the parser
 * that the queue's library uses.
 */
import { type CronExpression, CronExpressionParser } from 'cron-parser'
import { BackupFrequency, CONFIG_OPTIONS, invalidOption, type ScheduleSettings } from '../../contracts/system/index.ts'
import type { BackupError } from '../../kernel/backup-error.ts'

export type CalendarSchedule = Extract<ScheduleSettings, { readonly kind: 'CRON' | 'FREQUENCY' }>
type FrequencySchedule = Extract<ScheduleSettings, { readonly kind: 'FREQUENCY' }>

/**
 * Wall times after `afterWallMs`, without end. Throws CONFIG_INVALID for a cron expression that can't be read or never
 * comes due.
 */
export function* wallTimes(schedule: CalendarSchedule, afterWallMs: number): Generator<number, never> {
  if (schedule.kind === 'FREQUENCY' && schedule.frequency === BackupFrequency.MONTHLY)
    return yield* monthly(schedule, afterWallMs)
  const cron = schedule.kind === 'CRON' ? schedule.cron.trim().replace(/\s+/g, ' ') : cronOf(schedule)
  const expression = parseCron(cron, afterWallMs)
  while (true) yield nextOf(expression, cron)
}

function cronOf({ frequency, time, dayOfWeek }: FrequencySchedule): string {
  const { hour, minute } = parseTime(time)
  if (frequency === BackupFrequency.HOURLY) return `${minute} * * * *`
  return `${minute} ${hour} * * ${frequency === BackupFrequency.WEEKLY ? (dayOfWeek ?? 0) : '*'}`
}

function parseTime(time: string): { hour: number; minute: number } {
  const [hour, minute] = time.split(':').map(Number)
  return { hour: hour!, minute: minute! }
}

/**
 * A month that is too short for the day runs on its last: 31 is the last of every month. No cron field says that for 29
 * and 30.
 */
function* monthly({ time, dayOfMonth }: FrequencySchedule, afterWallMs: number): Generator<number, never> {
  const { hour, minute } = parseTime(time)
  const start = new Date(afterWallMs)
  for (let month = start.getUTCMonth(); ; month += 1) {
    const days = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate()
    const wall = Date.UTC(start.getUTCFullYear(), month, Math.min(dayOfMonth ?? 1, days), hour, minute)
    if (wall > afterWallMs) yield wall
  }
}

/** Five fields or a name such as @daily; hashed fields (H) would mean another time at each reading. */
const FORM = /^(@(yearly|annually|monthly|weekly|daily|hourly|weekdays|weekends)|[^\s@]+( [^\s@]+){4})$/i
const HASHED = /(^|[\s,])H/i
/** What the parser says of a day that its months do not have. */
const NO_SUCH_DAY = /day of month definition/

function parseCron(cron: string, afterWallMs: number): CronExpression {
  if (!FORM.test(cron) || HASHED.test(cron)) throw refused(cron, 'it is {}')
  try {
    return CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: afterWallMs })
  } catch (error) {
    throw refused(cron, NO_SUCH_DAY.test(String(error)) ? 'it never comes due: {}' : 'it is {}')
  }
}

function nextOf(expression: CronExpression, cron: string): number {
  try {
    return expression.next().getTime()
  } catch {
    // The parser gives up after ten thousand steps, which are more years than a run can be waited for.
    throw refused(cron, 'it never comes due: {}')
  }
}

function refused(cron: string, why: string): BackupError {
  return invalidOption('cron', why.replace('{}', JSON.stringify(cron)), { options: CONFIG_OPTIONS })
}
