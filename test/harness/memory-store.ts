/** A store in memory, the model that the contract suite is tried on first. */
import { BackupError } from '../../src/kernel/backup-error.ts'
import type {
  ByteSource,
  CallOptions,
  ObjectStat,
  ObjectStore,
  PutOptions,
  RangeOptions,
  ReadOptions,
  StoreCapabilities,
} from '../../src/storage/index.ts'
import { checkKey } from '../../src/storage/key.ts'

export type MemoryObjects = Map<string, { readonly bytes: Uint8Array; readonly modifiedMs: number }>

const PIECE_BYTES = 64 * 1024

export class MemoryStore implements ObjectStore {
  readonly kind = 'MEMORY'
  readonly location = 'memory:'
  readonly capabilities: StoreCapabilities = {
    createIfAbsent: true,
    objectLock: false,
    versions: false,
  }
  readonly #objects: MemoryObjects
  #isClosed = false

  /** Of the same objects any number may be open. */
  constructor(objects: MemoryObjects = new Map()) {
    this.#objects = objects
  }

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  async put(key: string, body: ByteSource | Uint8Array, options: PutOptions = {}): Promise<void> {
    this.#check(key, options.signal)
    const bytes = body instanceof Uint8Array ? Uint8Array.from(body) : await collect(body, options.signal)
    if (options.signal?.aborted) throw new BackupError('ABORTED', 'Stopped.')
    if (options.ifAbsent && this.#objects.has(key))
      throw new BackupError('ALREADY_EXISTS', 'The key is taken.', { context: { key } })
    this.#objects.set(key, { bytes, modifiedMs: Date.now() })
  }

  get(key: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return this.#try(() => {
      const { bytes, offset, length } = this.#range(key, options)
      if (bytes.length > (options.bytesMax ?? Number.POSITIVE_INFINITY))
        throw new BackupError('DAMAGED', 'An object is longer than any of its kind.', {
          context: { object: key, foreign: true },
        })
      return bytes.slice(offset, offset + length)
    })
  }

  async *stream(key: string, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    await Promise.resolve()
    const { bytes, offset, length } = this.#range(key, options)
    for (let at = offset; at < offset + length; at += PIECE_BYTES) {
      if (options.signal?.aborted) throw new BackupError('ABORTED', 'Stopped.')
      yield bytes.slice(at, Math.min(at + PIECE_BYTES, offset + length))
    }
  }

  head(key: string): Promise<ObjectStat | undefined> {
    return this.#try(() => {
      this.#check(key)
      const object = this.#objects.get(key)
      return object && { key, bytes: object.bytes.length, modifiedMs: object.modifiedMs }
    })
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<ObjectStat> {
    this.#check('a')
    await Promise.resolve()
    for (const key of [...this.#objects.keys()].filter((each) => each.startsWith(prefix)).sort()) {
      if (options.signal?.aborted) throw new BackupError('ABORTED', 'Stopped.')
      const object = this.#objects.get(key)
      if (object) yield { key, bytes: object.bytes.length, modifiedMs: object.modifiedMs }
    }
  }

  delete(key: string): Promise<void> {
    return this.#try(() => {
      this.#check(key)
      this.#objects.delete(key)
    })
  }

  capacity(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  nowMs(): Promise<number> {
    return Promise.resolve(Date.now())
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    return Promise.resolve()
  }

  #range(key: string, { offset = 0, length, signal }: RangeOptions) {
    this.#check(key, signal)
    const object = this.#objects.get(key)
    if (!object) throw new BackupError('NOT_FOUND', 'There is no such object.', { context: { key } })
    const { bytes } = object
    const wanted = length ?? bytes.length - offset
    if (wanted < 0 || offset + wanted > bytes.length)
      throw new BackupError('STORAGE_FAILED', 'The object has no such range.', {
        context: { key, bytes: bytes.length },
      })
    return { bytes, offset, length: wanted }
  }

  #check(key: string, signal?: AbortSignal): void {
    if (this.#isClosed) throw new BackupError('STORAGE_FAILED', 'The store is closed.')
    if (signal?.aborted) throw new BackupError('ABORTED', 'Stopped.')
    checkKey(key)
  }

  async #try<T>(run: () => T): Promise<T> {
    await Promise.resolve()
    return run()
  }
}

async function collect(source: ByteSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of source.open(signal)) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  if (bytes.length !== source.bytes) throw new BackupError('STORAGE_FAILED', 'The source is not as long as it said.')
  return bytes
}
