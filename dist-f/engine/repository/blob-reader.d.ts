import { type LookupIds } from '../crypto/index.ts';
import type { IndexView, SegmentReader } from './segment-reader.ts';
export declare class BlobReader {
    #private;
    constructor(index: IndexView, segments: SegmentReader, lookupIds: LookupIds);
    /** True when an index segment names the blob. */
    has(id: Uint8Array): boolean;
    /** The blob's entry in the index, or -1. */
    entryOf(id: Uint8Array): number;
    /** The segment that holds the blob, or -1. */
    segmentOf(id: Uint8Array): number;
    /** Begins to read the blob's segment in the background, where that can be done. */
    prefetch(id: Uint8Array): void;
    /** The blob, valid until the next read. Throws NOT_FOUND when no index names it, DAMAGED when no copy is right. */
    read(id: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
    /** The blob when it can be had at once (its segment is cached or its pack is an open local file), else undefined. */
    readSync(id: Uint8Array): Uint8Array | undefined;
}
