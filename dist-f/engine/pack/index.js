export { ByteReader } from "./byte-reader.js";
export { ByteWriter } from "./byte-writer.js";
export { GrowingBuffer } from "./growing-buffer.js";
export { LocalPack, ReadBuffer } from "./local-pack.js";
export { BLOB_BYTES_MAX, PackWriter, SealBuffers } from "./pack-writer.js";
export { decodeSegment, parseSegment } from "./segment.js";
export { alignedBuffer } from "./staged-file.js";
