/** When a run that has not begun counts as late, and when as missed. */
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const GRACE_MS_MIN = 10 * MINUTE_MS;
const GRACE_MS_MAX = 6 * HOUR_MS;
const GRACE_SHARE = 0.25;
/** A run that has not begun a day after it was due is missed, however far the next one is. */
const MISFIRE_LIMIT_MS = 24 * HOUR_MS;
/** A quarter of the period after it was due: ten minutes at least, six hours at most. */
export function lateAtMs({ dueAtMs, nextDueAtMs }) {
    return dueAtMs + Math.max(GRACE_MS_MIN, Math.min(GRACE_SHARE * (nextDueAtMs - dueAtMs), GRACE_MS_MAX));
}
/** When the next one is due, a day later at most. */
export function missedAtMs({ dueAtMs, nextDueAtMs }) {
    return Math.min(nextDueAtMs, dueAtMs + MISFIRE_LIMIT_MS);
}
