import type { Repository } from '../repository/index.ts';
export interface RepairedDocuments {
    /** Keys of objects that could not be read and that nothing needs: claims, confirmations, checkpoints, sessions, delete-log entries that were written anew. */
    readonly documentsRemoved: readonly string[];
    /** Keys of snapshots and records that can't be read; given up when `forgetDamaged` was set. */
    readonly documentsLost: readonly string[];
}
/** Throws ROLLBACK_SUSPECTED before anything is changed. */
export declare function repairDocuments(repository: Repository, options: {
    readonly forgetDamaged?: boolean;
    readonly by?: string;
    readonly signal?: AbortSignal;
}): Promise<RepairedDocuments>;
