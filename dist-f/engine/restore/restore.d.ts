import type { Repository } from '../repository/index.ts';
import { type SnapshotDocument } from '../snapshot/index.ts';
import type { RestoreOptions, RestoreResult } from './restore-options.ts';
/** Restores. Throws TARGET_REFUSED, USAGE, NOT_FOUND (a path that is not in the snapshot), ABORTED, DISK_FULL. What could not be restored is in `issues`. */
export declare function restoreSnapshot(repository: Repository, document: SnapshotDocument, options: RestoreOptions): Promise<RestoreResult>;
