import { type Heads, type Repository } from '../repository/index.ts';
export interface PruneOptions {
    readonly dryRun?: boolean;
    readonly seen?: Heads;
    readonly signal?: AbortSignal;
}
export interface PruneResult {
    readonly packsDeleted: number;
    readonly packsRepacked: number;
    /** Condemned packs that wait for open writers or the deadline. */
    readonly packsWaiting: number;
    readonly bytesFreed: number;
    readonly bytesStored: number;
}
/** Throws ROLLBACK_SUSPECTED and DAMAGED before anything is changed. */
export declare function prune(repository: Repository, options?: PruneOptions): Promise<PruneResult>;
