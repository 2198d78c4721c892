import type { SystemParts } from '../parts.ts';
/**
 * Pending runs that nothing holds up get a job, should theirs have vanished; where one stands in the queue, it is left as it is. `afterMs`: for runs that have
 * waited so long.
 */
export declare function resumeRuns(parts: SystemParts, { afterMs }?: {
    readonly afterMs?: number;
}): Promise<void>;
