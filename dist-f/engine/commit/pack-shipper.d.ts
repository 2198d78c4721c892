import { type IndexedPack } from '../index/index.ts';
import type { FinishedPack } from '../pack/index.ts';
import { type Repository } from '../repository/index.ts';
export declare class PackShipper {
    #private;
    bytesStored: number;
    constructor(repository: Repository, signal?: AbortSignal);
    get isFull(): boolean;
    /** Starts publishing; failures surface at the next `settle` or `throwIfFailed`. */
    ship(pack: FinishedPack): void;
    throwIfFailed(): void;
    /** Waits until there is room for another pack. */
    room(): Promise<void>;
    /** Waits for all packs and writes what the index still lacks. */
    settle(idKeyVersion: number): Promise<void>;
}
/** Packs in groups of about INDEX_BLOBS blobs: one index segment each. */
export declare function groups(packs: readonly IndexedPack[]): IndexedPack[][];
