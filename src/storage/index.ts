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
  faultOfPack,
  type OpenPackOptions,
  openPack,
  type PackFault,
  type PackPlace,
  placeOfPack,
} from './open-pack.ts'
export { type PackReader, type PackStore, ReadBuffer } from './pack-reader.ts'
export { publishFile } from './publish-file.ts'
export { isUnreadable } from './unreadable.ts'
