import type { SystemParts } from '../../parts.ts';
import type { RunClaim } from '../run-claim.ts';
import { type RunHooks } from '../run-hooks.ts';
/** Carries a claimed run out. Good ends it writes with `finishRun`; anything else it throws, ABORTED when the signal stopped it. */
export type CarryOutRun = (parts: SystemParts, claim: RunClaim, options: {
    readonly signal: AbortSignal;
}) => Promise<unknown>;
export interface CarryOutOptions extends RunHooks {
    readonly carryOutRun: CarryOutRun;
    /** Aborted when this worker stops. */
    readonly signal: AbortSignal;
    /** {@link HEARTBEAT_MS} unless told. */
    readonly heartbeatMs?: number;
}
/** Also how long another process's wish to cancel may take to arrive. */
export declare const HEARTBEAT_MS = 5000;
/** Resolves when nothing more is to be done for the job. Throws what kept the end from being written down. */
export declare function carryOutJob(parts: SystemParts, runId: string, options: CarryOutOptions): Promise<void>;
