export { JobKind } from "./job-queue.js";
export { openJobQueue, QUEUE_SCHEMA } from "./pg-boss-queue.js";
export { assertSchedule, dueTimesBetween, formatLocal, isTimeZone, lateAtMs, missedAtMs, nextDueAt, scheduledRunId, } from "./schedule/index.js";
