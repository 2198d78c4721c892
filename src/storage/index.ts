export { holdsRepository, isSamePlace, parseLocation, type RepositoryLocation } from './location.ts'
export type { ByteSource, CallOptions, ObjectStat, ObjectStore, StoreCapabilities } from './object-store.ts'
