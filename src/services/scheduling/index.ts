export { cancelRun, endRunsOf } from './cancel-run.ts'
export { type ClaimOutcome, claimRun } from './claim-run.ts'
export { dueAfter, ensureDueTimes, insertWaiting, type ScheduledConfig } from './ensure-due-times.ts'
export { failAttempt, releaseRun } from './fail-attempt.ts'
export { type FinishOptions, finishRun, type RunResult } from './finish-run.ts'
export { dropOldEvents, type FollowOptions, followRuns } from './follow-runs.ts'
export { getRun, waitForRun } from './get-run.ts'
export { heartbeatRun } from './heartbeat-run.ts'
export { type ListFilters, type ListPagination, listBackups, listPlan } from './list-backups.ts'
export { newestRecordedMs, type Replanned, type ReplanOptions, replanDueTimes } from './replan.ts'
export { requestRun } from './request-run.ts'
export { resumeRuns } from './resume-runs.ts'
export type { RunClaim } from './run-claim.ts'
export type { RunHooks } from './run-hooks.ts'
export { type RunRow, runView, sourceName, storedStats } from './run-row.ts'
export {
  configStatuses,
  type LateDueTime,
  lateDueTimes,
  missedRuns,
  nextDueOf,
  runningRuns,
  schedulerStatus,
} from './status.ts'
export { type TakeOverOptions, takeOverRuns } from './take-over.ts'
export { type TickResult, tick } from './tick.ts'
export type { CarryOutRun } from './worker/carry-out-job.ts'
export { type PeriodicWork, startWorker, type Worker, type WorkerOptions } from './worker/start-worker.ts'
export {
  heartbeatWorker,
  registerWorker,
  schedulerAlive,
  stopWorker,
  type WorkerRoles,
  workerAlive,
} from './workers.ts'
