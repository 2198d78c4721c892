import type { RepositoryIndex } from '../index/index.ts';
import type { Repository } from '../repository/index.ts';
import { type History, type OpenedIndex, type SnapshotEntry } from '../snapshot/index.ts';
export interface MarkedIndex {
    readonly load: OpenedIndex;
    readonly index: RepositoryIndex;
    /** 1 for entries that are needed. */
    readonly needed: Uint8Array;
}
export interface Marks {
    readonly meta: MarkedIndex;
    readonly data: MarkedIndex;
    /** Checkpoints that lack something, from which nothing was marked: of no use to anyone. */
    readonly brokenCheckpoints: readonly SnapshotEntry[];
}
/**
 * Marks from every snapshot and whole checkpoint of `history`, those that another one of their run counts for included. A blob whose only copies stand in condemned packs marks all of them: another pruner may
 * be removing the one that this one would rely on. Nor is a copy relied on whose pack is gone, where there is another. Throws DAMAGED when something that is needed can't be found: nothing may be deleted then.
 */
export declare function markNeeded(repository: Repository, history: History, options?: {
    readonly signal?: AbortSignal;
}): Promise<Marks>;
/** Zeros that all threads see. */
export declare function sharedBytes(count: number): Uint8Array;
export interface PackUse {
    readonly pack: number;
    readonly liveBlobs: number;
    readonly liveBytes: number;
    readonly plainBytes: number;
}
/** How much of each pack is needed. */
export declare function packUses({ index, needed }: MarkedIndex): PackUse[];
