import type { Repository } from '../repository/index.ts';
export interface StableOptions {
    /** Default 10. */
    readonly attemptsMax?: number;
    /** The last failure is thrown as it is, for work that changes the listing itself. Default: REPOSITORY_LOCKED, which says nothing of the data. */
    readonly rethrow?: boolean;
}
/**
 * Runs `attempt` again for as long as it fails over something missing or damaged while the listing of `prefixes` changes. A pruner replaces index
 * segments before it deletes packs, and a reader beside it may have read the old ones: what is missing while nothing changed is really missing.
 * Throws what `attempt` throws; REPOSITORY_LOCKED when the listing never stays.
 */
export declare function onStableListing<T>(repository: Repository, prefixes: readonly string[], attempt: () => Promise<T>, options?: StableOptions): Promise<T>;
/** One text for all keys below the prefixes: equal texts, equal listings. */
export declare function namesBelow(repository: Repository, prefixes: readonly string[]): Promise<string>;
