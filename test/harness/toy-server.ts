/**
 * A store that is reached over the network, on loopback: objects by bucket and key for whoever has the token; threads,
 * children and processes that are killed reach it like any other. It keeps what each process that called says of
 * itself, so that a test can see what that process was given, and answers late or wrongly where it is told to.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { type MemoryObjects, MemoryStore } from './memory-store.ts'

export interface ToyCaller {
  /** File of the program. */
  readonly program: string
  /** Names of the variables it has. */
  readonly variables: readonly string[]
  readonly argv: readonly string[]
}

export interface ToyServer extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly token: string
  readonly callers: readonly ToyCaller[]
  objects(bucket: string): MemoryObjects
}

/** What is asked for. */
export interface ToyRequest {
  readonly verb: 'put' | 'get' | 'head' | 'list' | 'delete' | 'now'
  readonly bucket: string
  readonly key: string
}

export const ToyAnswer = {
  RIGHT: 'right',
  /** Nothing is done, and that is said. */
  REFUSED: 'refused',
  /** It is done, and the connection breaks before that is said. */
  LOST: 'lost',
  /** Nothing is done, and it is said that all is. */
  NOTHING: 'nothing',
  /** Half of the bytes, as if they were all. */
  SHORT: 'short',
  /** The connection breaks in the middle of the bytes. */
  CUT: 'cut',
} as const
export type ToyAnswer = (typeof ToyAnswer)[keyof typeof ToyAnswer]

export interface ToyServerOptions {
  readonly token?: string
  /** Where the objects of a bucket are. Default: in memory. */
  readonly open?: (bucket: string) => ObjectStore
  /** Asked before each request is carried out; what it waits for, the caller waits for. Default: right, at once. */
  readonly answer?: (request: ToyRequest) => ToyAnswer | Promise<ToyAnswer>
}

const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  ALREADY_EXISTS: 412,
  STORAGE_FAILED: 416,
  USAGE: 400,
}

export async function toyServer(options: ToyServerOptions = {}): Promise<ToyServer> {
  const { token = 'toy-token-of-the-test', answer = () => ToyAnswer.RIGHT } = options
  const buckets = new Map<string, MemoryObjects>()
  const callers: ToyCaller[] = []
  const objects = (bucket: string): MemoryObjects => {
    const found = buckets.get(bucket) ?? new Map()
    buckets.set(bucket, found)
    return found
  }
  const open = options.open ?? ((bucket) => new MemoryStore(objects(bucket)))
  const server = http.createServer((request, response) => {
    // Else a connection may end just when a slow process uses it again.
    response.setHeader('connection', 'close')
    void (async () => {
      if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(403).end()
      if (request.headers['x-caller']) callers.push(JSON.parse(String(request.headers['x-caller'])) as ToyCaller)
      const asked = askedOf(request)
      const how = await answer(asked)
      try {
        return await respond({ store: open(asked.bucket), asked, how, request, response })
      } catch (error) {
        if (response.headersSent) return response.destroy()
        const code = isBackupError(error) ? error.code : ''
        const bytes = isBackupError(error) ? String(error.context['bytes'] ?? '') : ''
        return response.writeHead(STATUS[code] ?? 500, { 'x-bytes': bytes }).end(String(error))
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    callers,
    objects,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Asked extends ToyRequest {
  readonly query: URLSearchParams
}

function askedOf(request: http.IncomingMessage): Asked {
  const url = new URL(request.url!, 'http://toy')
  const [, bucket = '', ...rest] = url.pathname.split('/')
  return { verb: verbOf(request.method!, url.searchParams), bucket, key: rest.join('/'), query: url.searchParams }
}

function verbOf(method: string, query: URLSearchParams): ToyRequest['verb'] {
  if (method === 'PUT') return 'put'
  if (method === 'DELETE') return 'delete'
  if (query.has('list')) return 'list'
  if (query.has('head')) return 'head'
  return query.has('now') ? 'now' : 'get'
}

interface Exchange {
  readonly store: ObjectStore
  readonly asked: Asked
  readonly how: ToyAnswer
  readonly request: http.IncomingMessage
  readonly response: http.ServerResponse
}

async function respond({ store, asked, how, request, response }: Exchange): Promise<unknown> {
  const isWrite = asked.verb === 'put' || asked.verb === 'delete'
  if (how === ToyAnswer.REFUSED || (how === ToyAnswer.NOTHING && isWrite)) {
    await all(request)
    return response.writeHead(how === ToyAnswer.NOTHING ? 200 : 503).end()
  }
  const { bytes, content } = await answerTo(store, asked, request)
  if (how === ToyAnswer.LOST) return response.destroy()
  const half = Math.floor(bytes / 2)
  response.writeHead(200, { 'x-ms': Date.now(), 'content-length': how === ToyAnswer.SHORT ? half : bytes })
  const isWhole = how !== ToyAnswer.SHORT && how !== ToyAnswer.CUT
  // `end` is the socket's to say where it breaks in the middle.
  await pipeline(Readable.from(isWhole ? content : upTo(content, half)), response, { end: how !== ToyAnswer.CUT })
  return how === ToyAnswer.CUT ? response.destroy() : undefined
}

interface Content {
  readonly bytes: number
  readonly content: AsyncIterable<Uint8Array>
}

async function answerTo(store: ObjectStore, { verb, key, query }: Asked, body: http.IncomingMessage): Promise<Content> {
  if (verb === 'list') return json(await all(store.list(query.get('list')!)))
  if (verb === 'head') return json((await store.head(key)) ?? null)
  if (verb === 'delete') await store.delete(key)
  if (verb === 'put')
    await store.put(key, { bytes: Number(query.get('bytes')), open: () => body }, { ifAbsent: query.has('absent') })
  if (verb !== 'get') return json('')
  const number = (name: string) => (query.has(name) ? { [name]: Number(query.get(name)) } : {})
  const range = { ...number('offset'), ...number('length') }
  const content = store.stream(key, range)[Symbol.asyncIterator]()
  // What can't be given is said before anything is.
  const first = await content.next()
  const stat = await store.head(key)
  const bytes = query.has('length')
    ? Number(query.get('length'))
    : (stat?.bytes ?? 0) - Number(query.get('offset') ?? 0)
  return { bytes, content: followedBy(first, content) }
}

function json(value: unknown): Content {
  const bytes = Buffer.from(JSON.stringify(value))
  return { bytes: bytes.length, content: followedBy({ value: bytes }) }
}

async function* followedBy(
  first: IteratorResult<Uint8Array>,
  rest?: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    for (let each = first; each.done !== true; each = rest ? await rest.next() : { done: true, value: undefined })
      yield each.value
  } finally {
    await rest?.return?.()
  }
}

async function* upTo(content: AsyncIterable<Uint8Array>, bytes: number): AsyncIterable<Uint8Array> {
  let left = bytes
  for await (const piece of content) {
    yield piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) return
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of items) found.push(each)
  return found
}
