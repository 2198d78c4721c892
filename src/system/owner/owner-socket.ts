/** The owner answers the other processes of this account over a Unix socket that only the account can open. */
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Locale } from '../../contracts/index.ts'
import {
  CALLS,
  type CallInput,
  type CallName,
  isOpenCall,
  type OpenCallInput,
  type OpenCallName,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import type { Log } from '../../kernel/log.ts'
import { sleep } from '../../kernel/timer.ts'
import { failure } from '../boundary.ts'
import type { Transport } from '../transport.ts'
import { OwnerUnreachable } from './owner-unreachable.ts'
import {
  CALL_BYTES_MAX,
  CALL_PATH,
  callSchema,
  decodeHeader,
  OPEN_PATH,
  pathSchema,
  STATUS_MOVING,
  UPLOAD_HEADER,
  UPLOAD_PATH,
  YIELD_PATH,
  type YieldAnswer,
  type YieldRequest,
  yieldSchema,
} from './socket-protocol.ts'

interface Exchange {
  readonly request: http.IncomingMessage
  readonly response: http.ServerResponse
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface OwnerSocket extends AsyncDisposable {
  /** Nobody new finds it; whoever has connected already is still answered. */
  hide(): Promise<void>
}

export interface OwnerSocketOptions {
  readonly log: Log
  /** Whether this owner makes room for who asks; then it does so after the answer. */
  readonly onAsked?: (asked: YieldRequest) => boolean
}

/** After the name is gone, for who had connected a moment before. */
const HIDDEN_MS = 100

/**
 * Serves `transport` at `socketPath` (mode 0600) until it is disposed of. A socket that a dead owner left there is
 * replaced: the caller holds the owner's lock.
 */
export async function serveOwnerSocket(
  socketPath: string,
  transport: Transport,
  options: OwnerSocketOptions,
): Promise<OwnerSocket> {
  makeDirectories(path.dirname(socketPath), { mode: 0o700 })
  fs.rmSync(socketPath, { force: true })
  const server = http.createServer(
    (request, response) => void answer(exchangeOf(request, response), transport, options),
  )
  server.requestTimeout = 0
  const formerMask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve))
  } finally {
    process.umask(formerMask)
  }
  // A socket alone keeps no process alive: the scheduler does, or the caller.
  server.unref()
  return {
    hide: async () => {
      fs.rmSync(socketPath, { force: true })
      await sleep(HIDDEN_MS)
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function exchangeOf(request: http.IncomingMessage, response: http.ServerResponse): Exchange {
  const controller = new AbortController()
  response.on('close', () => controller.abort())
  return { request, response, signal: controller.signal }
}

async function answer(exchange: Exchange, transport: Transport, options: OwnerSocketOptions): Promise<void> {
  try {
    const { pathname } = new URL(exchange.request.url ?? '/', 'http://owner')
    if (pathname === CALL_PATH) await answerCall(exchange, transport)
    else if (pathname === UPLOAD_PATH) await answerUpload(exchange, transport)
    else if (pathname === OPEN_PATH) await answerOpen(exchange, transport)
    else if (pathname === YIELD_PATH) await answerYield(exchange, options)
    else send(exchange, failure(new BackupError('USAGE', 'The owner does not know this request.'), 'en'))
  } catch (error) {
    if (error instanceof OwnerUnreachable && !exchange.response.headersSent)
      return void exchange.response.writeHead(STATUS_MOVING).end()
    options.log.warn('a request on the socket could not be read', { error })
    if (exchange.response.headersSent) exchange.response.destroy()
    else
      send(
        exchange,
        failure(
          error instanceof BackupError
            ? error
            : new BackupError('USAGE', 'The request could not be read.', { cause: error }),
          'en',
        ),
      )
  }
}

async function answerCall(exchange: Exchange, transport: Transport): Promise<void> {
  const { name, input, caller } = callSchema.parse(JSON.parse(await readBody(exchange.request)))
  if (!isCallName(name)) return send(exchange, unknownCall(name, caller.locale))
  send(exchange, await transport.call(name, input as CallInput<CallName>, { caller, signal: exchange.signal }))
}

async function answerYield(exchange: Exchange, { onAsked }: OwnerSocketOptions): Promise<void> {
  const asked = yieldSchema.parse(JSON.parse(await readBody(exchange.request)))
  send(exchange, { isYielding: onAsked?.(asked) === true } satisfies YieldAnswer)
}

async function answerUpload(exchange: Exchange, transport: Transport): Promise<void> {
  const { path: target, caller } = pathSchema.parse(decodeHeader(String(exchange.request.headers[UPLOAD_HEADER] ?? '')))
  send(exchange, await transport.upload(target, exchange.request, { caller, signal: exchange.signal }))
}

async function answerOpen(exchange: Exchange, transport: Transport): Promise<void> {
  const { name, input, caller } = callSchema.parse(JSON.parse(await readBody(exchange.request)))
  if (!isOpenCall(name)) return send(exchange, unknownCall(name, caller.locale))
  const opened = await transport.open(name, input as OpenCallInput<OpenCallName>, { caller, signal: exchange.signal })
  if (!opened.success) return send(exchange, opened)
  exchange.response.writeHead(200, { 'content-type': 'application/octet-stream' })
  // A failure half-way breaks the connection off: the other end never takes a part for the whole.
  await pipeline(opened.data, exchange.response)
}

function unknownCall(name: string, locale: Locale) {
  return failure(
    new BackupError('USAGE', `This owner does not know the call ${name}: it may be an older version.`),
    locale,
  )
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name)
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request) {
    bytes += (piece as Buffer).length
    if (bytes > CALL_BYTES_MAX) throw new BackupError('USAGE', 'The call is too large.')
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function send({ response }: Exchange, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
