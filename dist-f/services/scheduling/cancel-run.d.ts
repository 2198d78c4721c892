import type { DatabaseTransaction } from '../../catalog/index.ts';
import { type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** A run that is over stays as it is. Throws RUN_NOT_FOUND. */
export declare function cancelRun(parts: SystemParts, runId: string): Promise<RunView>;
/** All runs of a configuration that is being removed, and its waiting due time; in the caller's transaction. */
export declare function endRunsOf(tx: DatabaseTransaction, parts: SystemParts, configId: string): Promise<void>;
