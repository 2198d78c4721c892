/**
 * A segment is what one frame of a pack holds: a directory of blob lengths and the blobs joined, compressed once (docs/format/v1.md section 7).
 */
import type { SegmentDecoder } from '../compression/index.ts';
export declare const Codec: {
    readonly NONE: 0;
    readonly ZSTD: 1;
};
/** More plain bytes than this in one segment is damage: a reader never allocates more for one frame. */
export declare const SEGMENT_PLAIN_BYTES_MAX: number;
export interface SegmentDirectory {
    readonly codec: number;
    /** Offsets of the blobs in the plain payload; one more than there are blobs. */
    readonly blobOffsets: Uint32Array;
    /** Where the payload starts in the frame's plaintext. */
    readonly payloadAt: number;
}
/** Parses the head of an authenticated segment. Throws DAMAGED. */
export declare function parseSegment(plaintext: Uint8Array): SegmentDirectory;
/** Decodes the blobs of an authenticated segment into `output` (kept by the caller, grown through `reserve`). Returns the joined blobs. */
export declare function decodeSegment(plaintext: Uint8Array, directory: SegmentDirectory, options: {
    codec: SegmentDecoder;
    reserve: (bytes: number) => Uint8Array;
}): Uint8Array;
