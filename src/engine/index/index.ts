export { type BlobPlace, BlobTable, type BlobTableMemory } from './blob-table.ts'
export {
  decodeIndexSegment,
  encodeIndexSegment,
  type IndexedPack,
  type IndexSegment,
  idKeyVersionOf,
} from './index-segment.ts'
export {
  buildIndex,
  type IndexLoad,
  type IndexLoadOptions,
  type PackEntry,
  RepositoryIndex,
  type SegmentPlace,
  SharedIndex,
  type SharedIndexMemory,
} from './repository-index.ts'
