export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export { GrowingBuffer } from './growing-buffer.ts';
export { LocalPack, ReadBuffer } from './local-pack.ts';
export { BLOB_BYTES_MAX, type FinishedPack, type PackSettings, PackWriter, SealBuffers } from './pack-writer.ts';
export { decodeSegment, parseSegment, type SegmentDirectory } from './segment.ts';
export { alignedBuffer, type StagedObject } from './staged-file.ts';
