import { type MasterKey } from '../crypto/index.ts';
import { type RepositoryIndex, type SharedIndexMemory } from '../index/index.ts';
import { BlobReader, type Repository } from '../repository/index.ts';
export interface SharedReaderSetup {
    readonly repositoryId: Uint8Array;
    readonly masters: readonly MasterKey[];
    readonly idKey: Uint8Array;
    readonly index: SharedIndexMemory;
    readonly packs: ReadonlyArray<{
        readonly name: string;
        readonly path: string;
    }>;
    readonly cacheSegments: number;
}
/** Undefined where packs are no local files. */
export declare function shareReader({ keys, store }: Repository, index: RepositoryIndex, cacheSegments: number): SharedReaderSetup | undefined;
/** For the thread that was given the setup; its packs stay open as long as the thread lives, which must track what it opens. */
export declare function openSharedReader(setup: SharedReaderSetup): BlobReader;
