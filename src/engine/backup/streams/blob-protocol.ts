/** Messages between a backup of streams and its second lane. Buffers change hands, and come back. */
import type { LaneCounters, LaneSetup } from '../session/lane.ts'
import type { FromLane } from '../session/lane-thread.ts'

export const ID_BYTES = 32

export interface BlobLaneSetup {
  readonly blobs: LaneSetup
}

/** Blobs that end there, one after the other from the beginning of `bytes`. */
export interface BlobTask {
  readonly type: 'blobs'
  readonly batch: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ends: readonly number[]
}

export interface BlobAnswer {
  readonly type: 'stored'
  readonly batch: number
  /** 32 bytes each. */
  readonly ids: Uint8Array<ArrayBuffer>
  /** As it was given. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly counters: LaneCounters
}

export type FromBlobLane = FromLane | BlobAnswer
