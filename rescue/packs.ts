/** Packs: docs/format/v1.md section 7. */
import zlib from 'node:zlib'
import { Cursor, LaterVersion, RescueError } from './bytes.ts'
import type { Keys } from './keys.ts'
import { type Frame, SEGMENT, Sealed } from './sealed.ts'

const SEGMENT_BYTES_MAX = 16 * 1024 * 1024

export function packOf(bytes: Buffer, keys: Keys): Sealed {
  const sealed = new Sealed(bytes, keys)
  if (sealed.type !== 1 && sealed.type !== 2) throw new RescueError('a pack is of another type')
  return sealed
}

/** Section 7: the blobs of a segment frame. */
export function segmentBlobs({ kind, isFinal, plain }: Frame): Buffer[] {
  if (kind !== SEGMENT || isFinal) throw new RescueError('a pack holds a frame of another kind')
  const cursor = new Cursor(plain)
  const codec = cursor.u8()
  const lengths = Array.from({ length: cursor.count(1) }, () => cursor.varint())
  const total = lengths.reduce((sum, bytes) => sum + bytes, 0)
  if (codec > 1) throw new LaterVersion(`codec ${codec}`)
  if (total > SEGMENT_BYTES_MAX) throw new RescueError('a segment is longer than any')
  const payload = cursor.take(cursor.left)
  const joined = codec === 0 ? payload : zlib.zstdDecompressSync(payload, { maxOutputLength: Math.max(1, total) })
  if (joined.length !== total) throw new RescueError('a segment has another length than it says')
  let at = 0
  return lengths.map((bytes) => {
    at += bytes
    return joined.subarray(at - bytes, at)
  })
}
