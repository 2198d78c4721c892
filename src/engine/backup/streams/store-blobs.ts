import type { Lane } from '../session/lane.ts'
import { ID_BYTES } from './blob-protocol.ts'

/** Stores blobs that end there, one after the other; gives their ids, 32 bytes each. In either thread. */
export function storeBlobs(lane: Lane, bytes: Buffer, ends: readonly number[]): Uint8Array<ArrayBuffer> {
  const ids = new Uint8Array(ends.length * ID_BYTES)
  let from = 0
  for (const [i, end] of ends.entries()) {
    ids.set(lane.storeBlob(bytes.subarray(from, end)), i * ID_BYTES)
    from = end
  }
  return ids
}
