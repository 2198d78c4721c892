import { type Catalog } from '../catalog/index.ts';
import { type Kek } from '../engine/index.ts';
import type { RepositoryAccess } from '../services/index.ts';
import type { RepositoryLocation } from '../storage/index.ts';
export interface RepositoryAccessOptions {
    readonly location: RepositoryLocation;
    /** Newest first. */
    readonly keks: readonly Kek[];
    /** Where heads and caches of repositories lie. */
    readonly stateDirectory: string;
    readonly signal?: AbortSignal;
}
/**
 * Finds the repository, or makes it where the place is absent or empty and this control plane never knew one there. Throws REPOSITORY_MISSING for a known one that is
 * gone (an unmounted disk) or replaced, KEY_WRONG, TARGET_REFUSED where other files are.
 */
export declare function openRepositoryAccess(catalog: Catalog, options: RepositoryAccessOptions): Promise<RepositoryAccess>;
/** For a client of the owner: its key is refused as it would be without one. A repository that is away is the owner's to tell. Throws KEY_WRONG. */
export declare function refuseWrongKey({ location, keks, signal }: Pick<RepositoryAccessOptions, 'location' | 'keks' | 'signal'>): Promise<void>;
