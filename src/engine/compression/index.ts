export { looksIncompressible } from './probe.ts'
export { createSegmentCodec, type SegmentCodec, type SegmentCodecOptions } from './zstd.ts'
