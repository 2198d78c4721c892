export { type Chunker, createChunker } from './chunker.ts'
export { createPlainChunker } from './plain-chunker.ts'
export { ChunkerProfile, type ChunkerProfileSizes } from './profile.ts'
export { type CutRule, StreamCutter } from './stream-cutter.ts'
