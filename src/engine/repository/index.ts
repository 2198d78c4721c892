export { BlobReader } from './blob-reader.ts'
export { ClientState, type HeadMemory, type Heads, type WriterClaim } from './client-state.ts'
export { type RepositoryConfig, requireFeatures } from './config.ts'
export { recipientOpenedBy } from './keyring.ts'
export { changeKeyring, type KeyringChange } from './keyring-change.ts'
export { type Recipient, unwrap as unwrapKey, wrapFor as wrapKey } from './recipients.ts'
export { isRotten, type ObjectProblem, Repository, type RepositoryOptions, type StoredDocument } from './repository.ts'
export {
  type DecodedSegment,
  type IndexView,
  packKey,
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
