/** The segment number of a blob that this run has stored but no index names yet. */
export declare const SEGMENT_PENDING = 4294967295;
export interface BlobTableMemory {
    readonly control: SharedArrayBuffer;
    readonly entries: SharedArrayBuffer;
    readonly slots: SharedArrayBuffer;
    readonly capacity: number;
}
export interface BlobPlace {
    readonly segment: number;
    readonly offset: number;
    readonly bytes: number;
}
/** Reserves memory for `capacity` entries. */
export declare function reserveBlobTable(capacity: number): BlobTableMemory;
export declare class BlobTable {
    #private;
    readonly memory: BlobTableMemory;
    /** A lock that is held for longer than `lockMsMax` (default a minute, the longest is held for a second or two) belongs to a thread that is dead: WORKER_LOST. */
    constructor(memory: BlobTableMemory, { lockMsMax }?: {
        readonly lockMsMax?: number;
    });
    get count(): number;
    /** Bytes of memory in use: entries and slots. */
    get bytesUsed(): number;
    /** Makes room for `entries` more at once, so that loading an index rehashes at most once. */
    expect(entries: number): void;
    /** True when the blob was not known: the caller then owns storing it. Safe from any thread. */
    claim(lookupId: Uint32Array, bytes: number): boolean;
    has(lookupId: Uint32Array): boolean;
    /** Adds a known place. Several places of one blob may stand side by side; `find` gives the first that was added. One thread only. */
    insert(lookupId: Uint32Array, segment: number, offset: number, bytes: number): void;
    /** The entry's number or -1. One thread only, or after all writers are done. */
    find(lookupId: Uint32Array): number;
    /** All entries of a blob, first added first. */
    findAll(lookupId: Uint32Array): number[];
    placeOf(entry: number): BlobPlace;
    segmentOf(entry: number): number;
    offsetOf(entry: number): number;
    bytesOf(entry: number): number;
    /** Copies the entry's lookup id into four words. */
    lookupIdInto(entry: number, out: Uint32Array): void;
}
