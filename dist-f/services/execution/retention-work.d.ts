import { type Repository } from '../../engine/index.ts';
import type { RetentionJob, RetentionOutcome } from './engine-protocol.ts';
import type { WorkContext } from './work-context.ts';
/** Throws DAMAGED when the list of snapshots is not whole: then nothing is forgotten. */
export declare function carryOutRetention(repository: Repository, job: RetentionJob, context: WorkContext): Promise<RetentionOutcome>;
