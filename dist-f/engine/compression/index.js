export { looksIncompressible } from "./probe.js";
export { createSegmentCodec, createSegmentDecoder, Grain } from "./zstd.js";
