/**
 * One HTTP request of a channel: a deadline, no redirects, an address that is checked where the connection is made (so
 * no name can change its mind after a check).
 */
import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { BackupError } from '../kernel/backup-error.ts'
import { connectionCause, deliveryFailed, deliveryRefused } from './notifier.ts'
import { isPrivateAddress } from './private-address.ts'

export const HTTP_TIMEOUT_MS = 10_000

export interface HttpCall {
  readonly channel: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly allowPrivate: boolean
  /** Default {@link HTTP_TIMEOUT_MS}. */
  readonly timeoutMs?: number
  readonly signal: AbortSignal
}

/** Says why an address was refused, from inside the name lookup. */
class PrivateAddress extends Error {}

/**
 * POSTs `body`. Throws DELIVERY_REFUSED for redirects, 4xx but 408 and 429, and private addresses unless they are
 * allowed; DELIVERY_FAILED for everything that may pass; ABORTED. The URL, which may hold a secret, is in no error.
 */
export async function post(call: HttpCall): Promise<void> {
  const { channel } = call
  const status = await within(call, (signal) => send(call, signal))
  if (status >= 200 && status < 300) return
  throw isWorthAnotherTry(status)
    ? deliveryFailed(channel, `HTTP ${status}`)
    : deliveryRefused(channel, `HTTP ${status}`)
}

/**
 * Whether the host takes a connection, with TLS where the URL has it; nothing is asked of it. Throws as `post` does.
 */
export async function reach(call: Omit<HttpCall, 'body' | 'headers'>): Promise<void> {
  await within(call, (signal) => connect(call, signal))
}

async function within<T>(
  call: Omit<HttpCall, 'body' | 'headers'>,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { channel, signal } = call
  if (
    !call.allowPrivate &&
    net.isIP(call.url.hostname.replace(/^\[|\]$/g, '')) !== 0 &&
    isPrivateAddress(call.url.hostname)
  )
    throw deliveryRefused(channel, 'private address')
  const deadline = AbortSignal.timeout(call.timeoutMs ?? HTTP_TIMEOUT_MS)
  try {
    return await act(AbortSignal.any([signal, deadline]))
  } catch (error) {
    if (signal.aborted) throw new BackupError('ABORTED', 'The delivery was stopped.', { cause: signal.reason })
    if (deadline.aborted) throw deliveryFailed(channel, 'timeout')
    if (error instanceof PrivateAddress) throw deliveryRefused(channel, 'private address')
    throw deliveryFailed(channel, connectionCause(error))
  }
}

function connect({ url, allowPrivate }: Omit<HttpCall, 'body' | 'headers'>, signal: AbortSignal): Promise<void> {
  const isSecure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const lookup = allowPrivate ? {} : { lookup: publicLookup }
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  return new Promise((resolve, reject) => {
    const done = () => {
      socket.destroy()
      resolve()
    }
    const socket = isSecure
      ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...lookup }, done)
      : net.connect({ host, port, ...lookup }, done)
    socket.once('error', reject)
    const stop = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

function isWorthAnotherTry(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}

function send({ url, headers, body, allowPrivate }: HttpCall, signal: AbortSignal): Promise<number> {
  const bytes = Buffer.from(body)
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      signal,
      agent: false,
      ...(!allowPrivate && { lookup: publicLookup }),
      headers: {
        'user-agent': 'neonpro-backup',
        'content-type': 'text/plain; charset=utf-8',
        ...headers,
        'content-length': bytes.length,
      },
    })
    sent.once('error', reject)
    sent.once('response', (response) => {
      response.once('error', reject)
      response.once('end', () => resolve(response.statusCode ?? 0))
      // The answer's text is nobody's business; reading it lets the connection end.
      response.resume()
    })
    sent.end(bytes)
  })
}

/** Resolves a name for the connection itself; one private address among the answers refuses the name. */
const publicLookup: net.LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new PrivateAddress('private address'), '', 0)
    if (options.all) return callback(null, addresses)
    callback(null, addresses[0]!.address, addresses[0]!.family)
  })
}
