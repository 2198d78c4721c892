export { requireGone, requireStored, requireWholeAnswer } from './checked-store.ts'
export { deleteIfAllowed } from './delete-if-allowed.ts'
export { folderHoldsRepository, isSameFolder, refuseHomePlace, repositoryAround } from './folders.ts'
export { isProbe, requireShown, requireUnlistedGone, tryImmediate } from './immediate.ts'
export { isLabel } from './label.ts'
export { repositoryOfStaging, sweepStaged } from './local-staging.ts'
export type {
  ByteSource,
  CallOptions,
  LocalFiles,
  ObjectStat,
  ObjectStore,
  PutOptions,
  RangeOptions,
  ReadOptions,
  StoreAddress,
  StoreCapabilities,
} from './object-store.ts'
export {
  faultOrThrow,
  type OpenPackOptions,
  openPack,
  type PackFault,
  type PackPlace,
  placeOfPack,
} from './open-pack.ts'
export { type PackReader, type PackStore, ReadBuffer } from './pack-reader.ts'
export type { Provider, RepositoryLocation, SettingText, Variables, VariableText, Zod } from './provider.ts'
export { publishFile } from './publish-file.ts'
export { type ParseOptions, Storage } from './storage.ts'
export { isForbidden, isUnreadable } from './unreadable.ts'
