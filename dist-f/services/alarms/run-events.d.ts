import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { SystemParts } from '../parts.ts';
export interface RunEventOptions {
    /** Commits with the caller's work. */
    readonly tx?: DatabaseTransaction;
    /** Default: now. */
    readonly atMs?: number;
}
/** Called after the claim, for each attempt; the ping goes once. */
export declare function runStarted(parts: SystemParts, run: {
    readonly id: string;
}, { tx, atMs }?: RunEventOptions): Promise<void>;
/**
 * Called when a run has come to its end, after its last attempt, with the row written. Raises BACKUP_FAILED or BACKUP_PARTIAL, ends what is over, pings.
 * Calling it twice tells nothing twice. What a crash leaves untold, the next `evaluateRules` finds in the rows: it may well be called after the row's commit.
 */
export declare function runFinished(parts: SystemParts, run: {
    readonly id: string;
}, { tx, atMs }?: RunEventOptions): Promise<void>;
