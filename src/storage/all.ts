/** Every storage provider there is: one line each. */

import type { RepositoryLocation } from './location.ts'
import type { ObjectStore } from './object-store.ts'
import { LocalStore } from './providers/local.ts'

type Open = (location: RepositoryLocation) => ObjectStore

const PROVIDERS: Readonly<Record<RepositoryLocation['kind'], Open>> = {
  LOCAL: ({ path, ...options }) => new LocalStore({ ...options, basePath: path }),
}

/** Opens the store that a location names. Reads nothing yet. */
export function openStore(location: RepositoryLocation): ObjectStore {
  return PROVIDERS[location.kind](location)
}
