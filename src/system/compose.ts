/** The only place that knows concrete providers. */
import * as providers from '../storage/all.ts'
import { type ObjectStore, type ParseOptions, type RepositoryLocation, Storage } from '../storage/index.ts'

export type RegisteredProvider = (typeof providers)[keyof typeof providers]

export const storage = new Storage(Object.values(providers))

/**
 * Parses a path, or a provider's URL. Throws USAGE, and SOURCE_NOT_AVAILABLE for stores that this version has no
 * provider for.
 */
export function parseLocation(text: string, options?: ParseOptions): RepositoryLocation {
  return storage.parseLocation(text, options)
}

/** Opens the store that a location names. Reads nothing yet. */
export function openStore(location: RepositoryLocation): ObjectStore {
  return storage.openStore(location)
}
