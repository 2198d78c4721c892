import { BlobTable, type BlobTableMemory } from './blob-table.ts';
import { type IndexedPack } from './index-segment.ts';
export interface PackEntry {
    readonly name: string;
    readonly bytes: number;
    readonly isTombstoned: boolean;
    /** False when whoever loaded the index said which packs are stored, and this one is not among them. */
    readonly isStored: boolean;
    readonly blobCount: number;
    /** First segment number and segment count in this index. */
    readonly segmentFrom: number;
    readonly segmentCount: number;
    /** First entry of the blob table that belongs to this pack; its entries follow each other. */
    readonly entryFrom: number;
}
export interface SegmentPlace {
    readonly pack: number;
    readonly offset: number;
    readonly sealedBytes: number;
    readonly frame: number;
}
/** Plain data for another thread. */
export interface SharedIndexMemory {
    readonly table: BlobTableMemory;
    readonly segments: SharedArrayBuffer;
}
/** An index that another thread has shared, with the names of its packs. */
export declare class SharedIndex {
    #private;
    readonly table: BlobTable;
    readonly packs: ReadonlyArray<{
        readonly name: string;
    }>;
    constructor(memory: SharedIndexMemory, packs: ReadonlyArray<{
        readonly name: string;
    }>);
    placeOfSegment(segment: number): SegmentPlace;
}
export declare class RepositoryIndex {
    #private;
    readonly table: BlobTable;
    readonly packs: PackEntry[];
    constructor(capacity: number);
    get segmentCount(): number;
    packNumber(name: string): number | undefined;
    placeOfSegment(segment: number): SegmentPlace;
    /** What another thread needs to look up and find blobs: shared memory, read only from now on. */
    share(): SharedIndexMemory;
    /** Adds a pack once; a pack that two index segments name is the same pack. */
    addPack(pack: IndexedPack, { isTombstoned, isStored }?: {
        isTombstoned?: boolean | undefined;
        isStored?: boolean | undefined;
    }): void;
}
export interface IndexLoad {
    readonly index: RepositoryIndex;
    /** Names of the index segments in force. */
    readonly segments: readonly string[];
    /** Names of segments that are still stored although another replaces them. */
    readonly superseded: readonly string[];
}
export interface IndexLoadOptions {
    /** Entries to reserve beyond what the segments hold: the new blobs of this run. */
    readonly reserveEntries?: number;
    readonly tombstonedPacks?: ReadonlySet<string>;
    /** Left out wherever an index segment still names them: a pruner that slept may have written it after they went. */
    readonly deletedPacks?: ReadonlySet<string>;
    /** Names of the packs that are there: blobs of others come last too. Default: all are taken to be there. */
    readonly storedPacks?: ReadonlySet<string>;
    /** Leaves blobs of tombstoned packs out altogether (writers) instead of adding them last (readers). */
    readonly omitTombstoned?: boolean;
}
/** Builds the index from decoded payloads. `payloads` gives each segment's name and authenticated payload once. */
export declare function buildIndex(payloads: ReadonlyArray<{
    name: string;
    payload: Uint8Array;
}>, options?: IndexLoadOptions): IndexLoad;
