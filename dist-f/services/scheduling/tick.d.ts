import type { SystemParts } from '../parts.ts';
export interface TickResult {
    /** Runs put into the queue. */
    readonly started: readonly string[];
    /** Due times that passed without a run. */
    readonly missed: number;
}
/** Carries out what is due at `atMs`. Throws DATABASE_UNAVAILABLE; what was committed before stays. */
export declare function tick(parts: SystemParts, atMs?: number): Promise<TickResult>;
/** When the next due time is, in milliseconds; Infinity where none waits. */
export declare function nextWaitingMs(parts: SystemParts): Promise<number>;
