import type { SystemParts } from '../parts.ts';
import type { RunClaim } from './run-claim.ts';
import { type RunHooks } from './run-hooks.ts';
/** WAIT: another run of the configuration is at work, and puts this one into the queue again when it ends. GONE: nothing to do for this job. */
export type ClaimOutcome = {
    readonly kind: 'CLAIMED';
    readonly claim: RunClaim;
} | {
    readonly kind: 'WAIT';
} | {
    readonly kind: 'GONE';
};
/** Takes a pending run for this worker: one run of a configuration at a time, over all workers. */
export declare function claimRun(parts: SystemParts, runId: string, hooks?: RunHooks): Promise<ClaimOutcome>;
