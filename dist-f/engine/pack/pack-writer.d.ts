import { type SegmentCodec } from '../compression/index.ts';
import { type ObjectScope } from '../crypto/index.ts';
import { type StagedObject } from './staged-file.ts';
export interface PackSettings {
    readonly type: 1 | 2;
    readonly scope: ObjectScope;
    readonly stagingDirectory: string;
    readonly segmentBytes: number;
    readonly packBytes: number;
}
/** Buffers that the pack writers of one thread share, since only one of them seals at a time. They grow for an oversized blob only. */
export declare class SealBuffers {
    compressed: Buffer;
    sealed: Buffer;
    decoded: Buffer;
    constructor(plainBytes: number);
    reserve(plainBytes: number): void;
    release(): void;
}
/** What the index needs to know of one finished pack; survives a structured clone. */
export interface FinishedPack extends StagedObject {
    readonly type: 1 | 2;
    /** Per segment: sealed bytes, blob count. */
    readonly segments: Uint32Array;
    /** 16 bytes a blob. */
    readonly lookupIds: Uint8Array;
    readonly blobBytes: Uint32Array;
    readonly plainBytes: number;
}
/** Largest data blob: what a segment can take on top of its target. */
export declare const BLOB_BYTES_MAX: number;
export declare class PackWriter {
    #private;
    constructor(settings: PackSettings, parts: {
        codec: SegmentCodec;
        buffers: SealBuffers;
        segment: Buffer;
        output: Buffer;
        onPack: (pack: FinishedPack) => void;
    });
    /** Bytes in segments that are not sealed yet. */
    get pendingBytes(): number;
    /** Takes a copy of one new blob. `lookupId` is its 16-byte lookup id as four words. */
    add(blob: Uint8Array, lookupId: Uint32Array): void;
    /** Seals what has collected. Throws DAMAGED when the sealed form does not read back as what went in. */
    sealSegment(): void;
    /** Seals the rest and hands the open pack over, if there is one. */
    finishPack(): void;
    /** Throws away the open pack: what it held was never anywhere else. */
    discard(): void;
    /** Gives the segment's memory back: the writer is not used after it. */
    release(): void;
}
