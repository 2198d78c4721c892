/** One pack as an index segment describes it. */
export interface IndexedPack {
    /** 64 hexadecimal digits. */
    readonly name: string;
    readonly bytes: number;
    /** Per segment: sealed bytes, blob count. */
    readonly segments: Uint32Array;
    /** 16 bytes a blob. */
    readonly lookupIds: Uint8Array;
    readonly blobBytes: Uint32Array;
}
export interface IndexSegment {
    readonly idKeyVersion: number;
    /** Names of index segments that this one replaces. */
    readonly supersedes: readonly string[];
    readonly packs: readonly IndexedPack[];
}
export declare function encodeIndexSegment(segment: IndexSegment): Buffer;
/** Parses an authenticated payload. Throws DAMAGED; allocates no more than a small multiple of its size. */
export declare function decodeIndexSegment(payload: Uint8Array): IndexSegment;
/** The offset of every segment of a pack, in bytes from its start. */
export declare function segmentOffsets(segments: Uint32Array): number[];
