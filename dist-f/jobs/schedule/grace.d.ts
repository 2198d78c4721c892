/** When a run that has not begun counts as late, and when as missed. */
export interface DuePeriod {
    readonly dueAtMs: number;
    /** Infinity where there is none. */
    readonly nextDueAtMs: number;
}
/** A quarter of the period after it was due: ten minutes at least, six hours at most. */
export declare function lateAtMs({ dueAtMs, nextDueAtMs }: DuePeriod): number;
/** When the next one is due, a day later at most. */
export declare function missedAtMs({ dueAtMs, nextDueAtMs }: DuePeriod): number;
