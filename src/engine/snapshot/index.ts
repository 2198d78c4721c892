export { Acceptance, acceptedValue, type MissingSnapshot, type Suspicions } from './acceptance.ts'
export { realPathOf, realPatternOf } from './aliases.ts'
export { rollbacksOf, type SnapshotEntry } from './chains.ts'
export { judgeCheckpoints } from './checkpoints.ts'
export {
  type Chunk,
  ContentBuilder,
  chunkListsOf,
  chunksOf,
  damageOf,
  type FileContent,
  HOLE_ID,
  isHole,
} from './chunk-list.ts'
export { closureIsLive, visitClosure } from './closure.ts'
export { copiedFromOf, namesOf, namesOfCopy } from './copied-from.ts'
export { type DamagedEntry, type DeleteLog, type DeleteLogEntry, readDeleteLog } from './delete-log.ts'
export {
  BlobKind,
  ContentKind,
  DirectoryPage,
  decodePage,
  type Extra,
  ExtraType,
  encodeExtras,
  encodeStatSection,
  isNameAllowed,
} from './directory-page.ts'
export { decodeSplit, encodeSplit, pageEnds, type SplitPage } from './directory-split.ts'
export {
  bytesOfPathText,
  type ConfirmDocument,
  type DatabaseFacts,
  type DeleteEntry,
  databaseFault,
  type EndedDocument,
  FACTS_BYTES_MAX,
  FILES_KIND,
  NO_FILES,
  type PathText,
  parseSession,
  pathText,
  printablePath,
  type RecordDocument,
  RecordKind,
  requireWellFormed,
  rootsOf,
  type SessionDocument,
  type SnapshotDocument,
  type SnapshotSummary,
  SnapshotType,
  type SnapshotWarning,
  SOURCE_KIND,
} from './documents.ts'
export {
  findSnapshot,
  type History,
  headOf,
  headsOf,
  markedOf,
  newestSequences,
  nextSequence,
  othersSeen,
  readHistory,
  readWriterHistory,
  UNKNOWN_WRITER,
} from './history.ts'
export { IndexClass, type OpenedIndex, openIndex, openReader } from './open-index.ts'
export type { OrderedPoint } from './order.ts'
export { DateDoubt, isGoodPoint, type OddPoint, oddPoints, type PointTime, pointTimes } from './point-times.ts'
export { type Hold, holdsOf, isHeldBy, protections } from './protections.ts'
export { byItsWriter, type ParsedDocument, readParsed } from './read-parsed.ts'
export {
  folderOfRecord,
  forgottenBy,
  inForce,
  isFinished,
  isGivenUp,
  newestRecords,
  type RecordEntry,
  RecordFolder,
  type RecordList,
  readRecords,
} from './record-list.ts'
export { checkRunId, claimRun, damagedClaims, findRun, readClaim, runOf } from './runs.ts'
export { openSharedReader, type SharedReaderSetup, shareReader } from './shared-reader.ts'
export { namesBelow, onStableListing } from './stable-listing.ts'
export { childPath, pagesOfDirectory, type WalkedPage, type WalkOptions, walkTree } from './tree-walker.ts'
