/**
 * Who stores the blobs of streams: a second thread, as far as it keeps up, and the main one for all beyond that. So
 * both are at work, nothing queues up, and a source is asked for more only when one of them has room.
 */
import type { LaneCounters } from '../session/lane.ts'
import { LaneThread } from '../session/lane-thread.ts'
import type { WritingSession } from '../session/tree-writer.ts'
import type { BlobAnswer, BlobLaneSetup, BlobTask } from './blob-protocol.ts'
import { storeBlobs } from './store-blobs.ts'

/** One that it is at, and one for when it is done with that. */
const BATCHES_WAITING_MAX = 2
/** Less than this is stored before a thread has begun. */
const BYTES_BEFORE_THREAD = 8 * 1024 * 1024

interface Waiting {
  readonly resolve: (ids: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

export class BlobLanes {
  readonly #session: WritingSession
  #mayStart: boolean
  #thread: LaneThread<BlobTask, BlobAnswer> | undefined
  readonly #waiting = new Map<number, Waiting>()
  /** Taken up again: a new one is zeroed first. */
  readonly #buffers: Array<Uint8Array<ArrayBuffer>> = []
  #batches = 0
  /** Of a thread that has ended. */
  #ended: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }
  #bytes = 0

  /** `workers`: threads besides the main one, 0 or 1. */
  constructor(session: WritingSession, workers: number) {
    this.#session = session
    this.#mayStart = workers > 0
  }

  get counters(): LaneCounters {
    return this.#thread?.counters ?? this.#ended
  }

  /**
   * Blobs that end there, from the beginning of `bytes` on, which are the caller's again. Resolves with their ids, 32
   * bytes each.
   */
  async store(bytes: Buffer, ends: readonly number[]): Promise<Uint8Array> {
    this.#bytes += bytes.length
    const thread = this.#threadFor()
    if (!thread || this.#waiting.size >= BATCHES_WAITING_MAX) return storeBlobs(this.#session.lane, bytes, ends)
    const batch = this.#batches
    this.#batches += 1
    const lent = this.#lend(bytes.subarray(0, ends.at(-1)))
    const stored = Promise.withResolvers<Uint8Array>()
    this.#waiting.set(batch, stored)
    thread.post({ type: 'blobs', batch, bytes: lent, ends }, [lent.buffer])
    return stored.promise
  }

  #threadFor(): LaneThread<BlobTask, BlobAnswer> | undefined {
    if (!this.#thread && this.#mayStart && this.#bytes >= BYTES_BEFORE_THREAD)
      this.#thread = new LaneThread<BlobTask, BlobAnswer>({ blobs: this.#session.laneSetup } satisfies BlobLaneSetup, {
        onPack: (pack) => this.#session.ship(pack),
        onAnswer: (answer) => this.#receive(answer),
        onFailure: (error) => this.#fail(error),
      })
    this.#thread?.drain()
    return this.#thread
  }

  #lend(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const kept = this.#buffers.pop()
    const lent = kept && kept.length >= bytes.length ? kept : new Uint8Array(bytes.length)
    lent.set(bytes)
    return lent
  }

  #receive({ batch, ids, bytes }: BlobAnswer): void {
    this.#buffers.push(bytes)
    this.#waiting.get(batch)?.resolve(ids)
    this.#waiting.delete(batch)
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  throwIfFailed(): void {
    this.#thread?.throwIfFailed()
  }

  /** What the thread holds is handed over; it goes on. */
  async flush(): Promise<void> {
    await this.#thread?.flush()
  }

  /** The same, and it ends. */
  async finish(): Promise<void> {
    if (!this.#thread) return
    await this.#thread.finish()
    this.#ended = this.#thread.counters
    this.#thread = undefined
    this.#mayStart = false
  }

  async discard(): Promise<void> {
    await this.#thread?.discard()
  }
}
