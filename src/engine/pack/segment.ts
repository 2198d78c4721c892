/**
 * A segment is what one frame of a pack holds: a directory of blob lengths and the blobs joined, compressed once
 * (docs/format/v1.md section 7).
 */
import type { SegmentDecoder } from '../compression/index.ts'
import { ByteReader } from './byte-reader.ts'

export const Codec = { NONE: 0, ZSTD: 1 } as const
/** More plain bytes than this in one segment is damage: a reader never allocates more for one frame. */
export const SEGMENT_PLAIN_BYTES_MAX = 16 * 1024 * 1024

export interface SegmentDirectory {
  readonly codec: number
  /** Offsets of the blobs in the plain payload; one more than there are blobs. */
  readonly blobOffsets: Uint32Array
  /** Where the payload starts in the frame's plaintext. */
  readonly payloadAt: number
}

/** Parses the head of an authenticated segment. Throws DAMAGED, FEATURE_UNSUPPORTED. */
export function parseSegment(plaintext: Uint8Array): SegmentDirectory {
  const reader = new ByteReader(plaintext, 'segment')
  const codec = reader.u8()
  if (codec !== Codec.NONE && codec !== Codec.ZSTD) throw reader.unknown(`codec ${codec}`)
  const count = reader.count()
  const blobOffsets = new Uint32Array(count + 1)
  let total = 0
  for (let i = 0; i < count; i += 1) {
    total += reader.varint()
    if (total > SEGMENT_PLAIN_BYTES_MAX) throw reader.damaged('is longer than the format allows')
    blobOffsets[i + 1] = total
  }
  return { codec, blobOffsets, payloadAt: reader.offset }
}

/**
 * Decodes the blobs of an authenticated segment into `output` (kept by the caller, grown through `reserve`). Returns
 * the joined blobs.
 */
export function decodeSegment(
  plaintext: Uint8Array,
  directory: SegmentDirectory,
  options: { codec: SegmentDecoder; reserve: (bytes: number) => Uint8Array },
): Uint8Array {
  const total = directory.blobOffsets[directory.blobOffsets.length - 1] ?? 0
  const payload = plaintext.subarray(directory.payloadAt)
  const reader = new ByteReader(plaintext, 'segment', directory.payloadAt)
  // A byte more: the decoder then needs no buffer of its own to see that all of it fitted.
  const output = options.reserve(total + 1).subarray(0, total + 1)
  const plain = output.subarray(0, total)
  if (directory.codec === Codec.NONE) {
    if (payload.length !== total) throw reader.damaged('holds another number of bytes than its directory says')
    plain.set(payload)
    return plain
  }
  if (options.codec.decompress(payload, output) !== total)
    throw reader.damaged('decompresses to another number of bytes than its directory says')
  return plain
}
