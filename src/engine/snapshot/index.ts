export { type Chunk, chunkListsOf, chunksOf, ContentBuilder, decodeChunkList, type FileContent, HOLE_ID, isHole } from './chunk-list.ts'
export { BlobKind, ContentKind, decodePage, DirectoryPage, encodeExtras, encodeStatSection, type Extra, ExtraType, isNameAllowed } from './directory-page.ts'
export { decodeSplit, encodeSplit, pageEnds, type SplitPage } from './directory-split.ts'
