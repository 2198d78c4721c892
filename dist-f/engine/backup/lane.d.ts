import { type SegmentCodec } from '../compression/index.ts';
import { LookupIds, type ObjectScope } from '../crypto/index.ts';
import { type BlobTableMemory } from '../index/index.ts';
import { type FinishedPack, PackWriter, SealBuffers } from '../pack/index.ts';
export declare const ARENA_BYTES: number;
/** Plain data: it travels to a worker by structured clone. */
export interface LaneSetup {
    readonly scope: ObjectScope;
    readonly stagingDirectory: string;
    readonly chunkerSecret: Uint8Array;
    readonly idKey: Uint8Array;
    /** Absent until the index is loaded: an unchanged run never needs it. */
    readonly dataTable?: BlobTableMemory;
    readonly segmentBytes: number;
    readonly packBytes: number;
    /** 1–9, docs/tuning.md. */
    readonly compressionLevel: number;
}
/** Thrown when a blob is to be stored before the index is there; the caller loads it and does the directory again. */
export declare class IndexNeeded extends Error {
    readonly name = "IndexNeeded";
}
/** A chunk of the arena that was cut and hashed. */
export type ChunkSink = (blobId: Buffer, bytes: number) => void;
export interface LaneCounters {
    blobsAdded: number;
    bytesAdded: number;
}
export declare class Lane {
    #private;
    readonly arena: Buffer;
    readonly counters: LaneCounters;
    readonly buffers: SealBuffers;
    readonly lookupIds: LookupIds;
    constructor(setup: LaneSetup, onPack: (pack: FinishedPack) => void);
    /** The blob table, once it is loaded: before that `store` throws IndexNeeded. */
    useTable(memory: BlobTableMemory): void;
    get codec(): SegmentCodec;
    /** A second writer for metadata blobs that shares this lane's buffers. */
    metadataWriter(): PackWriter;
    /** Cuts `length` bytes of the arena into chunks and stores the new ones. Returns the bytes consumed: all of them when `isFinal`. */
    chunk(length: number, isFinal: boolean, sink: ChunkSink): number;
    /** Where the chunks of the arena end, without storing anything: for lanes that share one file. */
    cuts(length: number, isFinal: boolean, into: Uint32Array): number;
    /** Stores one blob of the arena unless it is known. Returns its id. */
    store(at: number, bytes: number): Buffer;
    /** Reads up to `bytes` at `position` into the arena (from `at`); fewer only at the file's end. */
    read(descriptor: number, position: number, options: {
        at?: number;
        bytes: number;
    }): number;
    /** Seals what is open and hands the pack over. */
    finish(): void;
    discard(): void;
}
