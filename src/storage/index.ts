export { holdsRepository, isSamePlace, parseLocation, type RepositoryLocation, refuseNested } from './location.ts'
export type { ByteSource, CallOptions, ObjectStat, ObjectStore, StoreCapabilities } from './object-store.ts'
