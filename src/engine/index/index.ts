export { type BlobPlace, BlobTable, type BlobTableMemory, reserveBlobTable, SEGMENT_PENDING } from './blob-table.ts'
export { decodeIndexSegment, encodeIndexSegment, type IndexedPack, type IndexSegment, segmentOffsets } from './index-segment.ts'
export { blobsAtMost, buildIndex, type IndexLoad, type IndexLoadOptions, type PackEntry, RepositoryIndex, type SegmentPlace } from './repository-index.ts'
