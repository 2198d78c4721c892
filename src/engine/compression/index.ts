export { looksIncompressible } from './probe.ts'
export {
  createSegmentCodec,
  createSegmentDecoder,
  Grain,
  type SegmentCodec,
  type SegmentCodecOptions,
  type SegmentDecoder,
} from './zstd.ts'
