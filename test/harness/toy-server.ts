/**
 * A store that is reached over the network, on loopback: objects by bucket and key for whoever has the token. It keeps
 * what each process that called says of itself, so that a test can see what that process was given.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { isBackupError } from '../../src/kernel/backup-error.ts'
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

const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  ALREADY_EXISTS: 412,
  STORAGE_FAILED: 416,
  USAGE: 400,
}

export async function toyServer(token = 'toy-token-of-the-test'): Promise<ToyServer> {
  const buckets = new Map<string, MemoryObjects>()
  const callers: ToyCaller[] = []
  const objects = (bucket: string): MemoryObjects => {
    const found = buckets.get(bucket) ?? new Map()
    buckets.set(bucket, found)
    return found
  }
  const server = http.createServer((request, response) => {
    // Else a connection may end just when a slow process uses it again.
    response.setHeader('connection', 'close')
    void (async () => {
      if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(403).end()
      if (request.headers['x-caller']) callers.push(JSON.parse(String(request.headers['x-caller'])) as ToyCaller)
      const url = new URL(request.url!, 'http://toy')
      const [, bucket = '', ...rest] = url.pathname.split('/')
      const store = new MemoryStore(objects(bucket))
      try {
        const answer = await answerTo(store, {
          method: request.method!,
          key: rest.join('/'),
          query: url.searchParams,
          body: request,
        })
        return response.writeHead(200, { 'x-ms': Date.now() }).end(answer)
      } catch (error) {
        const code = isBackupError(error) ? error.code : ''
        const bytes = isBackupError(error) ? String(error.context['bytes'] ?? '') : ''
        return response.writeHead(STATUS[code] ?? 500, { 'x-bytes': bytes }).end(String(error))
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
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

interface Asked {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly body: AsyncIterable<Uint8Array>
}

async function answerTo(store: MemoryStore, { method, key, query, body }: Asked): Promise<Uint8Array | string> {
  const listed = query.get('list')
  if (listed !== null) return JSON.stringify(await all(store.list(listed)))
  if (query.has('head')) return JSON.stringify((await store.head(key)) ?? null)
  if (query.has('now')) return ''
  if (method === 'DELETE') {
    await store.delete(key)
    return ''
  }
  if (method === 'PUT') {
    await store.put(key, Buffer.concat(await all(body)), { ifAbsent: query.has('absent') })
    return ''
  }
  const number = (name: string) => (query.has(name) ? { [name]: Number(query.get(name)) } : {})
  return await store.get(key, { ...number('offset'), ...number('length') })
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of items) found.push(each)
  return found
}
