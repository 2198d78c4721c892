import { type MasterKey } from '../crypto/index.ts';
import { type BlobTableMemory } from '../index/index.ts';
/** Plain data for a worker. */
export interface VerifierSetup {
    readonly repositoryId: Uint8Array;
    readonly masters: readonly MasterKey[];
    readonly idKey: Uint8Array;
    readonly table: BlobTableMemory;
}
export interface PackTask {
    readonly path: string;
    readonly name: string;
    readonly bytes: number;
    readonly entryFrom: number;
    readonly blobCount: number;
    /** Sealed bytes of each segment. */
    readonly sealedBytes: Uint32Array;
}
export interface PackVerdict {
    readonly name: string;
    readonly bytesRead: number;
    /** Entries of the blob table that can't be had from this pack. */
    readonly badEntries: readonly number[];
    /** What is wrong, in one line each; empty when nothing is. */
    readonly faults: readonly string[];
}
export declare class PackVerifier {
    #private;
    constructor(setup: VerifierSetup);
    verify(task: PackTask): Promise<PackVerdict>;
}
