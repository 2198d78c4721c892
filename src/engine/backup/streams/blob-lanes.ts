/** Who stores the blobs of streams. */
import type { LaneCounters } from '../session/lane.ts'
import type { WritingSession } from '../session/tree-writer.ts'

const ID_BYTES = 32

export class BlobLanes {
  readonly #session: WritingSession

  constructor(session: WritingSession) {
    this.#session = session
  }

  readonly counters: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }

  /** Blobs of `bytes` that end there; what is not stored when it returns is copied. Resolves with their ids, 32 bytes each. */
  store(bytes: Buffer, ends: readonly number[]): Promise<Uint8Array> {
    const ids = new Uint8Array(ends.length * ID_BYTES)
    let from = 0
    for (const [i, end] of ends.entries()) {
      ids.set(this.#session.lane.storeBlob(bytes.subarray(from, end)), i * ID_BYTES)
      from = end
    }
    return Promise.resolve(ids)
  }

  /** Waits until there is room for more. */
  room(): Promise<void> {
    return Promise.resolve()
  }
}
