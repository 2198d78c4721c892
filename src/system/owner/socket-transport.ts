/** The way to an owner in another process. */
import http from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  CALLS,
  type CallData,
  type CallInput,
  type CallName,
  type OpenCallInput,
  type OpenCallName,
  type Result,
  resultOf,
} from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { failure, success } from '../boundary.ts'
import type { StoredUpload } from '../stored-upload.ts'
import type { CallContext, Transport } from '../transport.ts'
import { OwnerUnreachable } from './owner-unreachable.ts'
import {
  CALL_PATH,
  encodeHeader,
  OPEN_PATH,
  STATUS_MOVING,
  toldCaller,
  UPLOAD_HEADER,
  UPLOAD_PATH,
} from './socket-protocol.ts'

const NOT_ASKED = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES'])

interface Target {
  readonly path: string
  readonly headers?: Record<string, string>
}

/** Rejects with OwnerUnreachable when nobody listens; everything else is a Result. */
export class SocketTransport implements Transport {
  readonly socketPath: string

  constructor(socketPath: string) {
    this.socketPath = socketPath
  }

  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    context: CallContext,
  ): Promise<Result<CallData[Name]>> {
    return this.#ask(
      context,
      async (request) => {
        request.end(JSON.stringify({ name, input, caller: toldCaller(context.caller) }))
      },
      { path: CALL_PATH, isRepeatable: changesNothing(name) },
    ) as Promise<Result<CallData[Name]>>
  }

  upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>> {
    const headers = { [UPLOAD_HEADER]: encodeHeader({ path, caller: toldCaller(context.caller) }) }
    return this.#ask(context, (request) => pipeline(body, request), { path: UPLOAD_PATH, headers }) as Promise<
      Result<StoredUpload>
    >
  }

  async open<Name extends OpenCallName>(
    name: Name,
    input: OpenCallInput<Name>,
    context: CallContext,
  ): Promise<Result<Readable>> {
    return this.#guard(context, async () => {
      const { request, response } = this.#request({ path: OPEN_PATH }, context.signal)
      request.end(JSON.stringify({ name, input, caller: toldCaller(context.caller) }))
      const answer = refuseMoving(await response, this.socketPath)
      if (answer.headers['content-type'] === 'application/json')
        return resultOf(JSON.parse(await textOf(answer)) as Result<Readable>)
      return success({ data: answer as Readable })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #ask(
    context: CallContext,
    write: (request: http.ClientRequest) => Promise<void>,
    { isRepeatable = false, ...target }: Target & { readonly isRepeatable?: boolean },
  ): Promise<Result<unknown>> {
    return this.#guard({ ...context, isRepeatable }, async () => {
      const { request, response } = this.#request(target, context.signal)
      const [answer] = await Promise.all([response.then((each) => refuseMoving(each, this.socketPath)), write(request)])
      return resultOf(JSON.parse(await textOf(answer)) as Result<unknown>)
    })
  }

  #request(target: Target, signal: AbortSignal | undefined) {
    const request = http.request({
      socketPath: this.socketPath,
      method: 'POST',
      ...target,
      agent: false,
      ...(signal && { signal }),
    })
    const response = new Promise<http.IncomingMessage>((resolve, reject) =>
      request.once('response', resolve).once('error', reject),
    )
    // Whoever awaits it sees the failure; a write that fails first must not leave it unheard.
    response.catch(() => {})
    return { request, response }
  }

  async #guard<T>(
    context: CallContext & { readonly isRepeatable?: boolean },
    run: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof OwnerUnreachable) throw error
      // The body broke off here: the owner has not ended.
      if (error instanceof BackupError) return failure(error, context.caller.locale)
      if (context.signal?.aborted)
        return failure(new BackupError('ABORTED', 'The call was stopped.', { cause: error }), context.caller.locale)
      if (context.isRepeatable === true || NOT_ASKED.has(systemCode(error) ?? ''))
        throw new OwnerUnreachable(this.socketPath, { cause: error })
      return failure(
        new BackupError('OWNER_GONE', 'The owner ended during the call.', { cause: error }),
        context.caller.locale,
      )
    }
  }
}

/** What was asked of an owner that was killed meanwhile can be asked of the next one. */
function changesNothing(name: CallName): boolean {
  return !('action' in CALLS[name]) && name !== 'system.rebuild'
}

function refuseMoving(answer: http.IncomingMessage, socketPath: string): http.IncomingMessage {
  if (answer.statusCode !== STATUS_MOVING) return answer
  answer.resume()
  throw new OwnerUnreachable(socketPath)
}

async function textOf(answer: http.IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}
