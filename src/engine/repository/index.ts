export { BlobReader } from './blob-reader.ts'
export {
  ClientState,
  type HeadMemory,
  type Heads,
  type KnownCopy,
  mergeHeads,
  mergeWriters,
  type WriterClaim,
  workspaceIn,
} from './client-state.ts'
export { acceptClock, lookAtClock, mergeClock } from './clock-memory.ts'
export {
  configKeys,
  generationOf as configGenerationOf,
  nextConfig,
  ownConfigs,
  type RepositoryConfig,
  readConfigs,
  requireFeatures,
  writeConfig,
} from './config.ts'
export { allFeatures, Feature, type Features, hasFeature, NO_FEATURES, withFeature } from './features.ts'
export { isForbidden, requireReadable } from './forbidden.ts'
export { changeKeyring, isOwnKeyring, type KeyringChange } from './keyring.ts'
export { type KeyringCopy, readKeyringAt, readKeyrings, type StoredKeyring } from './keyring-objects.ts'
export { repositoriesKnownAt, repositoriesMet, repositoryKnownAt } from './known-places.ts'
export { isObjectKey, packKey } from './object-keys.ts'
export {
  apart,
  isForeign,
  isOfLaterVersion,
  isOfLostEpoch,
  isRotten,
  isStranger,
  isUnbelieved,
  isUnreadableHere,
  type ObjectProblem,
} from './object-problem.ts'
export { type Recipient, recipientOpenedBy, unwrap as unwrapKey, wrapFor as wrapKey } from './recipients.ts'
export { Repository, type StoredDocument } from './repository.ts'
export type { RepositoryOptions } from './repository-options.ts'
export {
  type DecodedSegment,
  type IndexView,
  SegmentReader,
  type SegmentReaderParts,
} from './segment-reader.ts'
export type { PreviousOf } from './signatures.ts'
export {
  countUserFiles,
  hasUserFile,
  listUserFiles,
  readUserFile,
  removeUserFile,
  type UserFile,
  writeUserFile,
} from './user-files.ts'
export { startWorkerThread } from './worker-thread.ts'
