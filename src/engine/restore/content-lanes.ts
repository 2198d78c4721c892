/**
 * Who writes contents: this thread, and one worker beside it that starts when there is enough to write. A segment
 * belongs to one of them, so that it is decoded once: to the worker while that has little left to do, else to this
 * thread.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { lostThread } from '../../kernel/worker-thread.ts'
import type { BlobReader } from '../repository/index.ts'
import { startWorkerThread } from '../repository/index.ts'
import type { SharedReaderSetup } from '../snapshot/index.ts'
import { ContentWriter, type PieceFailure, type Pieces } from './content-writer.ts'

/** Below this a second thread costs more than it saves: its start, and 20 MiB. */
const WORKER_BYTES_MIN = 8 * 1024 * 1024
const WORKER_PIECES_MIN = 2000
/** So much is the worker given ahead: enough that it does not idle while this thread is at a batch of its own. */
const WORKER_BYTES_AHEAD = 8 * 1024 * 1024
const WORKER_PIECES_AHEAD = 256
/** Batches that may wait at the worker: each keeps its files open. */
const WAITING_MAX = 4

export const LaneName = { HERE: 'here', WORKER: 'worker' } as const
export type LaneName = (typeof LaneName)[keyof typeof LaneName]

/** What the worker is started with. */
export interface ContentWorkerSetup {
  readonly reader: SharedReaderSetup
  readonly port: MessagePort
}

export interface ContentBatch {
  readonly pieces: Pieces
  readonly done: (failures: readonly PieceFailure[]) => void
}

export class ContentLanes implements AsyncDisposable {
  readonly #data: BlobReader
  readonly #writer: ContentWriter
  readonly #share: () => SharedReaderSetup | undefined
  readonly #waiting: ContentBatch[] = []
  /** By segment. */
  readonly #lanes = new Map<number, LaneName>()
  #worker: { readonly thread: Worker; readonly port: MessagePort } | undefined
  #isAlone = false
  #piecesSeen = 0
  #bytesSeen = 0
  /** Given to the worker and not yet written. */
  #ahead = { pieces: 0, bytes: 0 }
  #failure: unknown
  #wake: (() => void) | undefined

  /** `share` gives what a worker reads with, or undefined where there can be none. */
  constructor(data: BlobReader, share: () => SharedReaderSetup | undefined) {
    this.#data = data
    this.#writer = new ContentWriter(data)
    this.#share = share
  }

  /** Whose a blob is; it is counted as given. */
  laneOf(id: Uint8Array, bytes: number): LaneName {
    const lane = this.#segmentLane(this.#data.segmentOf(id), bytes)
    if (lane === LaneName.WORKER) this.#ahead = { pieces: this.#ahead.pieces + 1, bytes: this.#ahead.bytes + bytes }
    return lane
  }

  /** `done` is called once the batch is written: now, or in a later call. */
  async write(batch: ContentBatch, lane: LaneName): Promise<void> {
    this.#drain()
    if (lane === LaneName.HERE || !this.#worker) return batch.done(await this.#writer.write(batch.pieces))
    await this.#settledTo(WAITING_MAX - 1)
    this.#waiting.push(batch)
    this.#worker.port.postMessage(batch.pieces)
  }

  /** Resolves when the worker holds nothing more. */
  async idle(): Promise<void> {
    await this.#settledTo(0)
  }

  async #settledTo(waitingMax: number): Promise<void> {
    for (this.#drain(); this.#waiting.length > waitingMax; this.#drain()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** After it no thread writes any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#isAlone = true
    worker?.port.close()
    await worker?.thread.terminate()
  }

  #segmentLane(segment: number, bytes: number): LaneName {
    const known = this.#lanes.get(segment)
    if (known) return known
    this.#piecesSeen += 1
    this.#bytesSeen += bytes
    const isWorthIt = this.#piecesSeen >= WORKER_PIECES_MIN || this.#bytesSeen >= WORKER_BYTES_MIN
    if (!this.#worker && isWorthIt && !this.#isAlone) this.#worker = this.#start()
    if (!this.#worker) return LaneName.HERE
    const lane =
      this.#ahead.bytes < WORKER_BYTES_AHEAD && this.#ahead.pieces < WORKER_PIECES_AHEAD
        ? LaneName.WORKER
        : LaneName.HERE
    this.#lanes.set(segment, lane)
    return lane
  }

  #start(): { readonly thread: Worker; readonly port: MessagePort } | undefined {
    const reader = this.#share()
    this.#isAlone = reader === undefined
    if (!reader) return undefined
    const { port1, port2 } = new MessageChannel()
    const thread = startWorkerThread({ contents: { reader, port: port2 } satisfies ContentWorkerSetup }, [port2], {
      closesItsFiles: true,
      opensStores: reader.address !== undefined,
    })
    port1.on('message', (failures: PieceFailure[]) => this.#settle(failures))
    thread.on('error', (error) => this.#lose(error))
    thread.on('exit', (code) => this.#lose(lostThread(code)))
    return { thread, port: port1 }
  }

  /** Takes what has arrived without a turn of the event loop. */
  #drain(): void {
    const port = this.#worker?.port
    for (let received = port && receiveMessageOnPort(port); received; received = port && receiveMessageOnPort(port))
      this.#settle(received.message as PieceFailure[])
    if (this.#failure) throw this.#failure
  }

  /** The worker answers in the order in which it was asked. */
  #settle(failures: readonly PieceFailure[]): void {
    const batch = this.#waiting.shift()
    if (!batch) return
    const { bytes } = batch.pieces
    this.#ahead = {
      pieces: this.#ahead.pieces - bytes.length,
      bytes: this.#ahead.bytes - bytes.reduce((sum, each) => sum + each, 0),
    }
    try {
      batch.done(failures)
    } catch (error) {
      this.#failure ??= error
    }
    this.#wake?.()
  }

  #lose(error: unknown): void {
    if (!this.#worker) return
    this.#failure ??= error
    this.#wake?.()
  }
}
