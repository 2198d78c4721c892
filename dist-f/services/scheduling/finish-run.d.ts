import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { Failure, RunState, RunStats, RunView, SkippedItem } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import type { RunClaim } from './run-claim.ts';
export interface RunResult {
    readonly state: typeof RunState.COMPLETED | typeof RunState.PARTIAL | typeof RunState.FAILED | typeof RunState.CANCELLED;
    /** Hexadecimal id of the repository's snapshot. */
    readonly snapshot?: string;
    readonly stats?: RunStats;
    readonly skipped?: readonly SkippedItem[];
    readonly error?: Failure;
}
export interface FinishOptions {
    /** Commits with the run's end, after its row is written. */
    readonly within?: (tx: DatabaseTransaction, run: RunView) => Promise<void>;
}
/** The run is over. Throws STALE_WORKER, without any effect, when another worker has taken it over. */
export declare function finishRun(parts: SystemParts, claim: RunClaim, result: RunResult, { within }?: FinishOptions): Promise<RunView>;
