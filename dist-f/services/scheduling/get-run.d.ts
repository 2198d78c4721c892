import type { Database, DatabaseTransaction } from '../../catalog/index.ts';
import { type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type RunRow } from './run-row.ts';
/** Throws RUN_NOT_FOUND. */
export declare function getRun(parts: SystemParts, runId: string): Promise<RunView>;
/** The row. Throws RUN_NOT_FOUND. */
export declare function findRun(parts: SystemParts, db: Database | DatabaseTransaction, runId: string): Promise<RunRow>;
/** The run when it is over. Throws RUN_NOT_FOUND; ABORTED, which leaves the run alone. */
export declare function waitForRun(parts: SystemParts, runId: string, { signal }?: {
    readonly signal?: AbortSignal;
}): Promise<RunView>;
