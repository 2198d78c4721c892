/** A pack that a store gives by ranges, or in one stream for who reads it from front to back. */
import { throwIfAborted } from '../kernel/abort.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { invariant } from '../kernel/invariant.ts'
import type { PackReader, PackStore, ReadBuffer } from './pack-reader.ts'

interface Range {
  readonly offset: number
  readonly length: number
  readonly signal?: AbortSignal
}

/** So much is passed over rather than asked for anew: each request is a way. */
const PASSED_BYTES_MAX = 2 * 1024 * 1024

/** The bytes of a pack from where it was begun; what came too early is kept, a piece of it. */
class PackStream {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #stop = new AbortController()
  #rest: Uint8Array = new Uint8Array(0)
  at: number

  constructor(store: PackStore, key: string, { offset, length }: Range) {
    this.#pieces = store.stream(key, { offset, length, signal: this.#stop.signal })[Symbol.asyncIterator]()
    this.at = offset
  }

  /** Fills `into` with what stands from `offset` on, which is here or further. */
  async fill(into: Buffer, offset: number): Promise<void> {
    for (let passing = offset - this.at; passing > 0; passing -= (await this.#take(passing)).length);
    for (let done = 0; done < into.length; ) {
      const piece = await this.#take(into.length - done)
      into.set(piece, done)
      done += piece.length
    }
  }

  end(): void {
    this.#stop.abort()
    // A piece may still be on its way; nobody waits for it.
    this.#pieces.return?.()?.catch(() => {})
  }

  async #take(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next()
      if (done === true) throw new Error('the stream of a pack ends early')
      this.#rest = value
    }
    const taken = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(taken.length)
    this.at += taken.length
    return taken
  }
}

export class RemotePack implements PackReader {
  readonly bytes: number
  readonly #key: string
  readonly #store: PackStore
  readonly #buffer: ReadBuffer
  readonly #isSequential: boolean
  #stream: PackStream | undefined
  #isClosed = false

  /** `isSequential`: one read waits for the other, and most of them go on where the last one ended. */
  constructor(
    { key, bytes }: { readonly key: string; readonly bytes: number },
    store: PackStore,
    { buffer, isSequential = false }: { readonly buffer: ReadBuffer; readonly isSequential?: boolean },
  ) {
    this.#key = key
    this.bytes = bytes
    this.#store = store
    this.#buffer = buffer
    this.#isSequential = isSequential
  }

  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    return this.#read({ offset, length, ...(signal && { signal }) }, this.#buffer)
  }

  readAhead(offset: number, length: number, into: ReadBuffer): Promise<Buffer> {
    return this.#read({ offset, length }, into)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#leaveStream()
  }

  #leaveStream(): void {
    this.#stream?.end()
    this.#stream = undefined
  }

  async #read(range: Range, into: ReadBuffer): Promise<Buffer> {
    throwIfAborted(range.signal)
    const streamed = this.#isSequential ? await this.#fromStream(range, into) : undefined
    if (streamed) return streamed
    invariant(!this.#isClosed, 'A pack is read while it is open.')
    const { buffer, byteOffset, byteLength } = await this.#get(range)
    return Buffer.from(buffer, byteOffset, byteLength)
  }

  /** Undefined where the stream does not give it: a connection broke, or the pack is shorter than it should be. */
  async #fromStream({ offset, length }: Range, into: ReadBuffer): Promise<Buffer | undefined> {
    if (offset + length > this.bytes) return undefined
    const stream = this.#streamTo(offset)
    const bytes = into.reserve(length).subarray(0, length)
    try {
      await stream.fill(bytes, offset)
      return bytes
    } catch {
      // A range of its own says what it is, and the next read begins a new stream.
      this.#leaveStream()
      return undefined
    }
  }

  #streamTo(offset: number): PackStream {
    const open = this.#stream
    if (open && open.at <= offset && offset - open.at <= PASSED_BYTES_MAX) return open
    this.#leaveStream()
    const stream = new PackStream(this.#store, this.#key, { offset, length: this.bytes - offset })
    this.#stream = stream
    return stream
  }

  /** Fewer bytes where the object ends before; none where it has no such place. */
  async #get(range: Range): Promise<Uint8Array> {
    try {
      return await this.#store.get(this.#key, range)
    } catch (error) {
      const bytes = isBackupError(error, 'STORAGE_FAILED') ? error.context['bytes'] : undefined
      if (typeof bytes !== 'number') throw error
      if (bytes <= range.offset) return Buffer.alloc(0)
      return this.#store.get(this.#key, { ...range, length: Math.min(range.length, bytes - range.offset) })
    }
  }
}
