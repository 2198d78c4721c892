/** A restore on an open repository. Of a part, it is counted first how much there is. */
import { type Repository, type RestoreResult } from '../../engine/index.ts';
import type { RestoreJob } from './engine-protocol.ts';
import type { WorkContext } from './work-context.ts';
/** Throws NOT_FOUND where nothing in the snapshot is meant. */
export declare function restorePoint(repository: Repository, job: RestoreJob, { signal, onProgress }: WorkContext): Promise<RestoreResult>;
