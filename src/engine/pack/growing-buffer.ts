import { release } from '../../kernel/release.ts'

/** Most frames and segments fit at once. */
const STEP_BYTES = 1280 * 1024

/**
 * Few sizes, so that buffers are rarely outgrown: what is not touched takes no memory, what is outgrown takes it until
 * it is collected.
 */
function roomFor(bytes: number): number {
  return Math.ceil(bytes / STEP_BYTES) * STEP_BYTES
}

/** Memory that is used again and again; what was in it is gone when it is reserved next. */
export class GrowingBuffer {
  #buffer: Buffer = Buffer.alloc(0)

  /** At least that long. */
  reserve(bytes: number): Buffer {
    if (this.#buffer.length < bytes) {
      release(this.#buffer)
      this.#buffer = Buffer.allocUnsafeSlow(roomFor(bytes))
    }
    return this.#buffer
  }

  release(): void {
    release(this.#buffer)
    this.#buffer = Buffer.alloc(0)
  }
}
