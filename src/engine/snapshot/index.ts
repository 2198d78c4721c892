export { closureIsLive, visitClosure } from './closure.ts'
export { type Chunk, chunkListsOf, chunksOf, ContentBuilder, type FileContent, HOLE_ID, isHole } from './chunk-list.ts'
export { BlobKind, ContentKind, decodePage, DirectoryPage, encodeExtras, encodeStatSection, type Extra, ExtraType } from './directory-page.ts'
export { decodeSplit, encodeSplit, pageEnds, type SplitPage } from './directory-split.ts'
export { type DeleteLog, type DeleteLogEntry, readDeleteLog } from './delete-log.ts'
export {
  bytesOfPathText, type ConfirmDocument, type DeleteEntry, type PathText, pathText, parseSession, printablePath, type RecordDocument, type SessionDocument, type SnapshotDocument, type SnapshotSummary, SnapshotType,
} from './documents.ts'
export { findSnapshot, headsOf, type History, othersSeen, readHistory, type RecordEntry, type SeenHeads, type SnapshotEntry } from './history.ts'
export { IndexClass, type OpenedIndex, openIndex, openReader } from './open-index.ts'
export { namesBelow, onStableListing } from './stable-listing.ts'
export { childPath, pagesOfDirectory, type WalkedPage, type WalkOptions, walkTree } from './tree-walker.ts'
