/** A provider like any other, over the store of toy-server.ts. A test puts this file among the sources. */
import { BackupError } from '../../src/kernel/backup-error.ts'
import { piecesOf } from '../../src/storage/byte-source.ts'
import { checkKey } from '../../src/storage/key.ts'
import type {
  ByteSource,
  CallOptions,
  ObjectStat,
  ObjectStore,
  PutOptions,
  RangeOptions,
  ReadOptions,
} from '../../src/storage/object-store.ts'
import { type Provider, queryOf } from '../../src/storage/provider.ts'

type ToySettings = {
  /** `HOST:PORT/BUCKET` */
  readonly place: string
  readonly region?: string | undefined
  readonly token?: string | undefined
}

const FORM = { en: 'a short text', 'pt-BR': 'um texto curto' }

export const toy: Provider<ToySettings, 'TOY'> = {
  kind: 'TOY',
  scheme: 'toy',
  settings: (z) =>
    z.strictObject({
      place: z.string().min(3),
      region: z.string().optional(),
      token: z.string().min(8).optional(),
    }),
  secrets: ['token'],
  text: { accepted: { en: 'an object with place', 'pt-BR': 'um objeto com place' }, default: '—', meaning: 'A toy.' },
  texts: {
    place: { accepted: FORM, default: '—', meaning: 'HOST:PORT/BUCKET.' },
    region: { accepted: FORM, default: '—', meaning: 'Where it plays.' },
    token: { accepted: FORM, default: '—', meaning: 'Opens it.' },
  },
  variables: {
    TOY_PLACE: { meaning: 'Place.', default: 'none' },
    TOY_TOKEN: { meaning: 'Token.', default: 'none', secret: 'all' },
  },
  placeVariable: 'TOY_PLACE',
  ambient: ['TOYLIB_'],
  fromUrl: (url, { TOY_TOKEN: token }) => {
    const { region } = Object.fromEntries(queryOf(url, ['region']))
    const [place = ''] = url.slice('toy://'.length).split('?', 1)
    return { place, ...(region !== undefined && { region }), ...(token !== undefined && { token }) }
  },
  fromEnv: ({ TOY_PLACE: place, TOY_TOKEN: token }) => (place === undefined ? undefined : { place, token }),
  label: ({ place, region }) => `toy://${place}${region === undefined ? '' : `?region=${region}`}`,
  open: (settings) => new ToyStore(settings),
}

class ToyStore implements ObjectStore {
  readonly kind = 'TOY'
  readonly location: string
  readonly capabilities = { createIfAbsent: true, objectLock: false, versions: false }
  readonly #settings: ToySettings
  #isClosed = false

  constructor(settings: ToySettings) {
    this.#settings = settings
    this.location = toy.label(settings)
  }

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  async put(key: string, body: ByteSource | Uint8Array, options: PutOptions = {}): Promise<void> {
    const query = { bytes: String(lengthOf(body)), ...(options.ifAbsent === true && { absent: '1' }) }
    await (await this.#call('PUT', key, { query, body, ...(options.signal && { signal: options.signal }) })).text()
  }

  async get(key: string, { bytesMax: _, ...range }: ReadOptions = {}): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.stream(key, range)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async *stream(key: string, { offset, length, signal }: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const query = {
      ...(offset !== undefined && { offset: String(offset) }),
      ...(length !== undefined && { length: String(length) }),
    }
    const { body } = await this.#call('GET', key, { query, ...(signal && { signal }) })
    try {
      for await (const piece of body ?? []) yield piece
    } catch (error) {
      throw broken(error, key, signal)
    }
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectStat | undefined> {
    return ((await this.#json(key, { query: { head: '1' }, ...options })) as ObjectStat | null) ?? undefined
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<ObjectStat> {
    yield* (await this.#json('', { query: { list: prefix }, ...options })) as ObjectStat[]
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    await this.#call('DELETE', key, options)
  }

  capacity(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  async nowMs(): Promise<number> {
    return Number((await this.#call('GET', '', { query: { now: '1' } })).headers.get('x-ms'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    return Promise.resolve()
  }

  async #json(key: string, request: CallOptions & Request): Promise<unknown> {
    const answer = await this.#call('GET', key, request)
    try {
      return await answer.json()
    } catch (error) {
      throw broken(error, key, request.signal)
    }
  }

  async #call(method: string, key: string, { query = {}, body, signal }: CallOptions & Request): Promise<Response> {
    if (this.#isClosed) throw new BackupError('STORAGE_FAILED', 'The store is closed.')
    if (signal?.aborted) throw new BackupError('ABORTED', 'Stopped.')
    if (key !== '' || (query['list'] ?? query['now']) === undefined) checkKey(key)
    const { place, token = '' } = this.#settings
    const caller = { program: process.argv[1], variables: Object.keys(process.env), argv: process.argv }
    const answer = await fetch(`http://${place}/${key}?${new URLSearchParams(query).toString()}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'x-caller': JSON.stringify(caller) },
      ...(body && { body: ReadableStream.from(piecesOf(sourceOf(body), signal)), duplex: 'half' }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      throw broken(error, key, signal)
    })
    if (answer.ok) return answer
    await answer.text()
    const bytes = answer.headers.get('x-bytes')
    const context = { key, ...(bytes && { bytes: Number(bytes) }), cause: `HTTP ${answer.status}` }
    if (answer.status === 404) throw new BackupError('NOT_FOUND', 'There is no such object.', { context })
    if (answer.status === 412) throw new BackupError('ALREADY_EXISTS', 'The key is taken.', { context })
    if (answer.status === 403) throw new BackupError('PERMISSION_DENIED', 'The toy refuses the token.', { context })
    throw new BackupError('STORAGE_FAILED', 'The toy failed.', { context })
  }
}

interface Request {
  readonly query?: Record<string, string>
  readonly body?: ByteSource | Uint8Array
}

function lengthOf(body: ByteSource | Uint8Array): number {
  return body instanceof Uint8Array ? body.length : body.bytes
}

function sourceOf(body: ByteSource | Uint8Array): ByteSource {
  if (!(body instanceof Uint8Array)) return body
  return {
    bytes: body.length,
    async *open() {
      await Promise.resolve()
      yield body
    },
  }
}

function broken(error: unknown, key: string, signal: AbortSignal | undefined): BackupError {
  if (signal?.aborted) return new BackupError('ABORTED', 'Stopped.', { cause: error })
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  return new BackupError('STORAGE_FAILED', 'The toy does not answer.', { context: { key, cause }, cause: error })
}
