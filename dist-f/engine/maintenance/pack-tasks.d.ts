/** What there is to verify: the stored packs of an index, the longest unread first. */
import type { RepositoryIndex } from '../index/index.ts';
import { type Repository } from '../repository/index.ts';
import type { PackTask, VerifierSetup } from './pack-verifier.ts';
/** Stored bytes by pack name. */
export declare function storedPacks(repository: Repository): Promise<Map<string, number>>;
export declare function tasksOf(repository: Repository, index: RepositoryIndex, facts: {
    sizes: ReadonlyMap<string, number>;
    lastVerified: ReadonlyMap<string, number>;
}): PackTask[];
/** What a number of bytes is spent on: the longest unread first, whatever it holds. Of packs that were never read those of `first` come before those of `second`. */
export declare function tasksWithin(tasks: {
    readonly first: readonly PackTask[];
    readonly second: readonly PackTask[];
}, bytes: number, lastVerified: ReadonlyMap<string, number>): ReadonlySet<PackTask>;
export declare function setupOf({ keys }: Repository, index: RepositoryIndex): VerifierSetup;
