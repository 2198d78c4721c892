import { type IndexLoad, type IndexLoadOptions } from '../index/index.ts';
import { BlobReader, type ObjectProblem, type Repository, SegmentReader } from '../repository/index.ts';
export declare const IndexClass: {
    readonly DATA: "data";
    readonly META: "meta";
};
export type IndexClass = (typeof IndexClass)[keyof typeof IndexClass];
export interface OpenedIndex extends IndexLoad {
    readonly problems: readonly ObjectProblem[];
}
/**
 * Loads all index segments of a class. Damaged ones are returned as problems: what only they named can't be found. A segment that goes away between
 * listing and reading was replaced by a prune: the folder is listed again, so that its replacement is seen. Throws REPOSITORY_LOCKED when that never ends.
 */
export declare function openIndex(repository: Repository, indexClass: IndexClass, options?: IndexLoadOptions & {
    signal?: AbortSignal;
}): Promise<OpenedIndex>;
/** A reader over an index; dispose it to close its packs. */
export declare function openReader(repository: Repository, load: IndexLoad, options?: {
    readonly cacheSegments?: number;
    readonly isBulk?: boolean;
}): {
    reader: BlobReader;
    segments: SegmentReader;
};
