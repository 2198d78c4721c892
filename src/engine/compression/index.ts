export { looksIncompressible } from './probe.ts'
export { createSegmentCodec, createSegmentDecoder, type SegmentCodec, type SegmentCodecOptions, type SegmentDecoder } from './zstd.ts'
