export { BlobTable } from "./blob-table.js";
export { decodeIndexSegment, encodeIndexSegment } from "./index-segment.js";
export { buildIndex, RepositoryIndex, SharedIndex } from "./repository-index.js";
