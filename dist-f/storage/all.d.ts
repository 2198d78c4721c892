import type { ObjectStore } from './object-store.ts';
import type { RepositoryLocation } from './location.ts';
/** Opens the store that a location names. Reads nothing yet. */
export declare function openStore(location: RepositoryLocation): ObjectStore;
