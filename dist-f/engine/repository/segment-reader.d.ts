import type { ObjectStore } from '../../storage/index.ts';
import type { SegmentDecoder } from '../compression/index.ts';
import { type MasterLookup } from '../crypto/index.ts';
import type { BlobTable, SegmentPlace } from '../index/index.ts';
export interface DecodedSegment {
    readonly segment: number;
    /** The blobs of the segment, joined. Valid until it leaves the cache: copy what must stay. */
    readonly bytes: Uint8Array;
    /** Offsets of the blobs in `bytes`; one more than there are blobs. */
    readonly blobOffsets: Uint32Array;
}
/** What is read of a repository's index: its own, or one whose memory another thread has made. */
export interface IndexView {
    readonly table: BlobTable;
    readonly packs: ReadonlyArray<{
        readonly name: string;
    }>;
    placeOfSegment(segment: number): SegmentPlace;
}
export interface SegmentReaderParts {
    readonly store: Pick<ObjectStore, 'get' | 'localPath'>;
    readonly repositoryId: Buffer;
    readonly masterOf: MasterLookup;
    readonly index: IndexView;
    readonly codec: SegmentDecoder;
    /** Decoded segments to keep; default 4. */
    readonly cacheSegments?: number;
    /** Much of the repository will be read, each segment about once: local packs are read past the page cache. Default false. */
    readonly isBulk?: boolean;
}
/** The key under which a pack is stored. */
export declare function packKey(name: string): string;
export declare class SegmentReader implements AsyncDisposable {
    #private;
    constructor(parts: SegmentReaderParts);
    /** The segment if it is at hand, without any I/O. */
    cached(segment: number): DecodedSegment | undefined;
    /** Reads and decodes a segment. Throws DAMAGED (naming the pack) or NOT_FOUND. */
    read(segment: number, signal?: AbortSignal): Promise<DecodedSegment>;
    /** LOCAL only: the same without leaving this turn of the event loop; undefined where the pack is not a local file. */
    readSync(segment: number): DecodedSegment | undefined;
    /** LOCAL, where the pack is open: begins to read a segment that will be asked for next. One at a time; whatever goes wrong is met when it is asked for. */
    prefetch(segment: number): void;
    [Symbol.asyncDispose](): Promise<void>;
    /** Gives its memory back as well: no blob that came from it is in use any more. */
    release(): Promise<void>;
}
