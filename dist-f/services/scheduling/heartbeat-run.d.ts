import { type RunProgress } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type RunClaim } from './run-claim.ts';
/** Says that this worker still carries the run out, and how far it is. Gives whether somebody wants it cancelled. Throws STALE_WORKER. */
export declare function heartbeatRun(parts: SystemParts, claim: RunClaim, { progress }?: {
    readonly progress?: RunProgress;
}): Promise<{
    readonly isCancelled: boolean;
}>;
