/**
 * A store of another machine, taken at no word: what it says that it has stored is looked for, what it gives is as long
 * as was asked for. So one that answers wrongly is met as a store that fails: not as a hole in what was stored, and not
 * as damage.
 */
import { BackupError } from '../kernel/backup-error.ts'
import { inOrder } from '../kernel/in-order.ts'
import { piecesOf } from './byte-source.ts'
import type {
  ByteSource,
  CallOptions,
  ListOptions,
  ObjectStat,
  ObjectStore,
  PutOptions,
  RangeOptions,
  ReadOptions,
  StoreAddress,
  StoreCapabilities,
  StoreCapacity,
} from './object-store.ts'

const LOOKS_AT_ONCE = 16

export class CheckedStore implements ObjectStore {
  readonly kind: string
  readonly location: string
  readonly capabilities: StoreCapabilities
  readonly #inner: ObjectStore
  /** Hidden: it may hold secrets. */
  readonly #address: StoreAddress | undefined

  constructor(inner: ObjectStore, address?: StoreAddress) {
    this.#address = address
    this.kind = inner.kind
    this.location = inner.location
    this.capabilities = inner.capabilities
    this.#inner = inner
  }

  get address(): StoreAddress | undefined {
    return this.#address
  }

  prepare(): Promise<void> {
    return this.#inner.prepare()
  }

  async put(key: string, body: ByteSource | Uint8Array, options: PutOptions = {}): Promise<void> {
    if (body instanceof Uint8Array) await this.#inner.put(key, body, options)
    else await this.#putSource(key, body, options)
    const bytes = body instanceof Uint8Array ? body.length : body.bytes
    if (!options.isLookedForLater) await requireStored(this.#inner, { key, bytes }, options.signal)
  }

  async get(key: string, options: ReadOptions = {}): Promise<Uint8Array> {
    const { length, bytesMax } = options
    if (length === undefined && bytesMax !== undefined) return await this.#getWithin(key, bytesMax, options)
    const bytes = await this.#inner.get(key, options)
    if (length !== undefined && bytes.length !== length) throw cut(key, bytes.length, length)
    return bytes
  }

  async *stream(key: string, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const looking = options.length === undefined ? this.#inner.head(key, options) : undefined
    looking?.catch(() => {})
    let given = 0
    const { length = Number.POSITIVE_INFINITY } = options
    for await (const piece of this.#inner.stream(key, options)) {
      given += piece.length
      if (given > length) throw cut(key, given, length)
      yield piece
    }
    const stat = await looking
    const whole = options.length ?? (stat && stat.bytes - (options.offset ?? 0)) ?? given
    if (given !== whole) throw cut(key, given, whole)
  }

  head(key: string, options?: CallOptions): Promise<ObjectStat | undefined> {
    return this.#inner.head(key, options)
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectStat> {
    return this.#inner.list(prefix, options)
  }

  delete(key: string, options?: CallOptions): Promise<void> {
    return this.#inner.delete(key, options)
  }

  capacity(): Promise<StoreCapacity | undefined> {
    return this.#inner.capacity()
  }

  nowMs(): Promise<number> {
    return this.#inner.nowMs()
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]()
  }

  /** What the source itself failed with is no failure of the store. */
  async #putSource(key: string, body: ByteSource, options: PutOptions): Promise<void> {
    let failure: unknown
    const open = async function* (signal?: AbortSignal): AsyncIterable<Uint8Array> {
      try {
        yield* piecesOf(body, signal)
      } catch (error) {
        failure = error
        throw error
      }
    }
    try {
      await this.#inner.put(key, { bytes: body.bytes, open }, options)
    } catch (error) {
      throw failure ?? error
    }
  }

  /** A stranger's giant must not fill the memory. */
  async #getWithin(key: string, bytesMax: number, { bytesMax: _, ...options }: ReadOptions): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of this.#inner.stream(key, options)) {
      bytes += piece.length
      if (bytes > bytesMax)
        throw new BackupError('DAMAGED', 'An object is longer than any of its kind.', {
          context: { object: key, bytesMax, foreign: true },
        })
      pieces.push(piece)
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes)
  }
}

/** For whoever has put an object that nobody has looked for yet. Throws STORAGE_FAILED. */
export async function requireStored(
  store: ObjectStore,
  { key, bytes }: Pick<ObjectStat, 'key' | 'bytes'>,
  signal?: AbortSignal,
): Promise<void> {
  if (store.local) return
  const stored = await store.head(key, signal ? { signal } : {})
  if (stored?.bytes === bytes) return
  throw failed('The store said that it has stored an object, and has not.', {
    key,
    cause: stored ? `${stored.bytes} of ${bytes} bytes are there` : 'what it took is not there',
  })
}

/** For whoever has deleted objects, and is about to say so. Throws STORAGE_FAILED. */
export async function requireGone(store: ObjectStore, keys: readonly string[]): Promise<void> {
  if (store.local) return
  for await (const stat of inOrder(keys, { widthMax: LOOKS_AT_ONCE }, (key) => store.head(key)))
    if (stat)
      throw failed('The store said that it has deleted an object, and has not.', {
        key: stat.key,
        cause: 'what it deleted is still there',
      })
}

/**
 * For whoever got bytes that are not what their name says. Throws STORAGE_FAILED where the store has more of them than
 * it gave: then it is the answer that is cut short, and nothing is known of the object.
 */
export async function requireWholeAnswer(store: ObjectStore, key: string, bytes: number): Promise<void> {
  if (store.local) return
  const stat = await store.head(key)
  if (stat && stat.bytes !== bytes) throw cut(key, bytes, stat.bytes)
}

function cut(key: string, given: number, asked: number): BackupError {
  return failed('The store gave another number of bytes than it was asked for.', {
    key,
    cause: `it gave ${given} of ${asked} bytes`,
  })
}

function failed(message: string, context: { readonly key: string; readonly cause: string }): BackupError {
  return new BackupError('STORAGE_FAILED', message, { context })
}
