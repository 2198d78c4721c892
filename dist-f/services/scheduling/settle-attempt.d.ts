/** The end of an attempt in the rows, whatever comes next. Names the fence: one that was taken over has no effect. */
import { type UpdateObject } from 'kysely';
import type { DatabaseTransaction, Tables } from '../../catalog/index.ts';
import { type Failure, type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import type { AttemptOutcome } from './retry-rule.ts';
import { type RunClaim } from './run-claim.ts';
export interface Settlement {
    readonly claim: Pick<RunClaim, 'runId' | 'configId' | 'fence' | 'attempt'>;
    readonly outcome: AttemptOutcome;
    readonly failure?: Failure | undefined;
    /** Of the run's row. */
    readonly set: UpdateObject<Tables, 'runs'>;
}
/** Ends the attempt and lets the configuration's next run go. Throws STALE_WORKER. */
export declare function settleAttempt(parts: SystemParts, tx: DatabaseTransaction, { claim, outcome, failure, set }: Settlement): Promise<RunView>;
