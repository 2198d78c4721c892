export { type Job, type JobContext, type JobHandler, JobKind, type JobQueue } from './job-queue.ts'
export { type JobQueueOptions, openJobQueue, QUEUE_SCHEMA } from './pg-boss-queue.ts'
export {
  assertSchedule,
  type DuePeriod,
  type DueTimes,
  dueTimesBetween,
  formatLocal,
  isTimeZone,
  lateAtMs,
  missedAtMs,
  nextDueAt,
  type ScheduleFrame,
  scheduledRunId,
} from './schedule/index.ts'
