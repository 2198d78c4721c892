export { formatLocal, isTimeZone } from '../../kernel/zone.ts'
export { assertSchedule, type DueTimes, dueTimesBetween, nextDueAt, type ScheduleFrame } from './due-times.ts'
export { type DuePeriod, lateAtMs, missedAtMs } from './grace.ts'
export { scheduledRunId } from './run-id.ts'
