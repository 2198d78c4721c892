export { DEFAULT_LEVEL, ZSTD_LEVELS, zstdLevel } from './levels.ts'
export { looksIncompressible } from './probe.ts'
export { createSegmentCodec, type SegmentCodec, type SegmentCodecOptions } from './zstd.ts'
