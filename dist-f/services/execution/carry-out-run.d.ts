/**
 * A backup run of the system: a claimed run becomes a snapshot, a restore point and an end in the rows; then retention. The repository commits a run once, whoever repeats it:
 * an attempt that finds it committed takes over that snapshot.
 */
import { type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type RunClaim } from '../scheduling/index.ts';
/**
 * Carries a claimed run out. A good end (COMPLETED, or PARTIAL where something was skipped) is written with its point; anything else is thrown: ABORTED after a checkpoint when the signal
 * stopped it, SOURCE_UNREADABLE, CONFIG_INVALID for a repository in its source, STALE_WORKER when another worker has it, WORKER_LOST, what the engine throws. Retention that fails is told, and
 * does not fail the run.
 */
export declare function carryOutRun(parts: SystemParts, claim: RunClaim, { signal }: {
    readonly signal: AbortSignal;
}): Promise<RunView>;
