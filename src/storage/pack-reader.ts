/** How packs are read, wherever they are: a frame at a time, some of them ahead. */
import { alignedBuffer } from '../kernel/aligned-buffer.ts'
import type { ObjectStore } from './object-store.ts'

/** Most frames fit at once: few sizes, so that a buffer is rarely outgrown. */
const STEP_BYTES = 1280 * 1024

/** Memory for what is read, shared by the packs that one reader opens: what was read is valid until its next read. */
export class ReadBuffer {
  #buffer: Buffer = Buffer.alloc(0)

  /** At least that long, and aligned for O_DIRECT. */
  reserve(bytes: number): Buffer {
    if (this.#buffer.length < bytes) this.#buffer = alignedBuffer(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES)
    return this.#buffer
  }
}

/** One pack. What its reads throw is told apart by `faultOrThrow`. */
export interface PackReader extends Disposable {
  /** As stored. LOCAL: asked of the file; elsewhere what the place says. */
  readonly bytes: number
  /** Up to `bytes` bytes from `position`; fewer where the pack ends. Valid until the next read with the same buffer. */
  read(position: number, bytes: number, signal?: AbortSignal): Promise<Buffer>
  /** LOCAL: the same in this turn of the event loop. */
  readSync?(position: number, bytes: number): Buffer
  /** The same in the background, into a buffer that nothing else uses meanwhile. LOCAL: the first read is another. */
  readAhead(position: number, bytes: number, into: ReadBuffer): Promise<Buffer>
}

/** What reading remote packs takes of a store. */
export type PackStore = Pick<ObjectStore, 'get' | 'stream'>
