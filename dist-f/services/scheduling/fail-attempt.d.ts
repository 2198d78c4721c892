import type { DatabaseTransaction } from '../../catalog/index.ts';
import { type Failure, type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { AttemptOutcome } from './retry-rule.ts';
import type { RunClaim } from './run-claim.ts';
import { type RunHooks } from './run-hooks.ts';
import { type Settlement } from './settle-attempt.ts';
/** Back into the queue after the configuration's delay when the error is transient and attempts are left, else FAILED. Throws STALE_WORKER. */
export declare function failAttempt(parts: SystemParts, claim: RunClaim, error: unknown, hooks?: RunHooks): Promise<RunView>;
/** Back into the queue because this worker stops: what was stored is kept, and the attempt counts for nothing. Throws STALE_WORKER. */
export declare function releaseRun(parts: SystemParts, claim: RunClaim): Promise<RunView>;
export interface Ending {
    readonly claim: Settlement['claim'];
    readonly outcome: AttemptOutcome;
    readonly failure?: Failure;
}
export declare function putBack(parts: SystemParts, tx: DatabaseTransaction, { delayMs, ...ending }: Ending & {
    readonly delayMs: number;
}): Promise<RunView>;
export declare function giveUp(parts: SystemParts, tx: DatabaseTransaction, ending: Ending & {
    readonly failure: Failure;
}, hooks: RunHooks): Promise<RunView>;
export declare function attemptsThat(tx: DatabaseTransaction, runId: string, outcome: AttemptOutcome): Promise<number>;
