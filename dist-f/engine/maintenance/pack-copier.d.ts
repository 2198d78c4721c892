import { type MasterKey, type ObjectScope } from '../crypto/index.ts';
import { type BlobTableMemory } from '../index/index.ts';
import { type FinishedPack } from '../pack/index.ts';
import type { PackTask } from './pack-verifier.ts';
/** Plain data for a worker. */
export interface CopierSetup {
    readonly from: {
        readonly repositoryId: Uint8Array;
        readonly masters: readonly MasterKey[];
        readonly idKey: Uint8Array;
    };
    readonly to: {
        readonly scope: ObjectScope;
        readonly idKey: Uint8Array;
        readonly stagingDirectory: string;
    };
    readonly type: 1 | 2;
    readonly table: BlobTableMemory;
    /** 1 for entries of the table that are to be copied; shared. */
    readonly needed: Uint8Array;
}
export declare class PackCopier {
    #private;
    constructor(setup: CopierSetup, onPack: (pack: FinishedPack) => void);
    /** Returns the plain bytes copied. Throws NOT_FOUND when the pack is gone, DAMAGED when a needed blob does not read back. */
    copy(task: PackTask): number;
    /** Seals what is open; the copier is not used after it. */
    finish(): void;
    discard(): void;
}
