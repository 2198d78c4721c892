export { repositoryOfStaging } from './local-staging.ts'
export {
  holdsRepository,
  isSamePlace,
  parseLocation,
  type RepositoryLocation,
  refuseHomePlace,
  refuseNested,
  repositoryAround,
} from './location.ts'
export type { ByteSource, CallOptions, LocalFiles, ObjectStat, ObjectStore, StoreCapabilities } from './object-store.ts'
export {
  faultOrThrow,
  type OpenPackOptions,
  openPack,
  type PackFault,
  type PackPlace,
  placeOfPack,
} from './open-pack.ts'
export { type PackReader, type PackStore, ReadBuffer } from './pack-reader.ts'
export { publishFile } from './publish-file.ts'
export { isForbidden, isUnreadable } from './unreadable.ts'
