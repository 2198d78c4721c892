export { assertSchedule, dueTimesBetween, nextDueAt } from "./due-times.js";
export { lateAtMs, missedAtMs } from "./grace.js";
export { scheduledRunId } from "./run-id.js";
export { formatLocal, isTimeZone } from "./zone.js";
