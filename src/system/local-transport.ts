/** Calls carried out in this process: validated by the one table, answered as results, written into the audit log. */
import type { Readable } from 'node:stream'
import { outcomeOfError } from '../contracts/index.ts'
import {
  CALL_TABLE,
  type CallData,
  type CallInput,
  type CallName,
  type OpenCallInput,
  type OpenCallName,
  parseCall,
  type Result,
  type StreamCallName,
  type Warning,
  warningOf,
} from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import type { Log } from '../kernel/log.ts'
import { plainText } from '../kernel/text.ts'
import { type AuditEvent, AuditResult, type SystemParts } from '../services/index.ts'
import { authorise, isAllowed } from './authorise.ts'
import { type Answer, attempt } from './boundary.ts'
import type { StoredUpload } from './stored-upload.ts'
import type { CallContext, Transport } from './transport.ts'

export interface HandlerContext {
  readonly by: string
  readonly signal: AbortSignal | undefined
}

export type Handlers = {
  readonly [Name in CallName]: (
    parts: SystemParts,
    input: CallInput<Name>,
    context: HandlerContext,
  ) => Promise<Answer<CallData[Name]>>
}

/** Whose answer is a body. */
export type OpenHandlers = {
  readonly [Name in OpenCallName]: (
    parts: SystemParts,
    input: OpenCallInput<Name>,
    context: HandlerContext,
  ) => Promise<Readable>
}

export type UploadHandler = (
  parts: SystemParts,
  path: string,
  body: AsyncIterable<Uint8Array>,
  context: HandlerContext,
) => Promise<StoredUpload>

export interface AllHandlers {
  readonly calls: Handlers
  readonly opens: OpenHandlers
  readonly upload: UploadHandler
}

/** What they write is kept or sent out: in the language of the system. */
const READ_BY_OTHERS: ReadonlySet<CallName | OpenCallName> = new Set(['monitor.createAlert', 'system.rebuild'])

/** An entry before it has done its work would begin another log than the one that it brings back. */
const BEGINS_LOG = 'system.rebuild'

interface Asked<T> {
  readonly name: CallName | StreamCallName
  readonly input: unknown
  readonly run: () => Promise<Answer<T>>
}

export class LocalTransport implements Transport {
  readonly #parts: SystemParts
  readonly #log: Log
  readonly #handlers: Handlers
  readonly #opens: OpenHandlers
  readonly #upload: UploadHandler

  constructor(parts: SystemParts, { calls, opens, upload }: AllHandlers) {
    this.#parts = parts
    this.#log = parts.log.child('calls')
    this.#handlers = calls
    this.#opens = opens
    this.#upload = upload
  }

  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    context: CallContext,
  ): Promise<Result<CallData[Name]>> {
    const run = async (): Promise<Answer<CallData[Name]>> =>
      this.#handlers[name](this.#partsFor(name, context), parseCall(name, withoutUndefined(input)), {
        by: context.caller.actor,
        signal: context.signal,
      })
    return this.#told(name, this.#answer({ name, input, run }, context))
  }

  /** Whoever asks is answered in his own language. */
  #partsFor(name: CallName | OpenCallName, { caller }: CallContext): SystemParts {
    return READ_BY_OTHERS.has(name) ? this.#parts : { ...this.#parts, locale: caller.locale }
  }

  /** For DEBUG=backup:calls: which calls come, and how they end. */
  async #told<T>(name: CallName, answer: Promise<Result<T>>): Promise<Result<T>> {
    const result = await answer
    this.#log.debug(
      name,
      result.success ? { warnings: result.warnings.map(({ code }) => code) } : { failed: result.error.code },
    )
    return result
  }

  upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>> {
    const run = async () => ({
      data: await this.#upload(this.#parts, path, body, { by: context.caller.actor, signal: context.signal }),
    })
    return this.#answer({ name: 'storage.upload', input: { path }, run }, context)
  }

  open<Name extends OpenCallName>(
    name: Name,
    input: OpenCallInput<Name>,
    context: CallContext,
  ): Promise<Result<Readable>> {
    const run = async () => ({
      data: await this.#opens[name](this.#partsFor(name, context), parseCall(name, withoutUndefined(input)), {
        by: context.caller.actor,
        signal: context.signal,
      }),
    })
    return this.#answer({ name, input, run }, context)
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Who may not is refused before anything is read or done; a question that is refused is written down like an act. */
  #answer<T>({ name, input, run }: Asked<T>, context: CallContext): Promise<Result<T>> {
    const call = CALL_TABLE[name]
    const { tenantId } = this.#parts
    const allowed = async (): Promise<Answer<T>> => {
      authorise(call, context.caller, tenantId)
      return await run()
    }
    const isQuiet = call.action === undefined && (isAllowed(call, context.caller, tenantId) || name === BEGINS_LOG)
    const details = call.facts?.(input)
    const act = { action: call.action ?? name, resource: call.about?.(input) ?? name, ...(details && { details }) }
    return attempt(isQuiet ? allowed : () => this.#audited(allowed, act, context), {
      locale: context.caller.locale,
      log: this.#parts.log,
    })
  }

  /**
   * Success, refusal and failure are all written down. An entry that can't be is a warning of the call, and an error in
   * the log.
   */
  async #audited<T>(
    run: () => Promise<Answer<T>>,
    act: Pick<AuditEvent, 'action' | 'resource' | 'details'>,
    context: CallContext,
  ): Promise<Answer<T>> {
    // A refused text is written down as well, and must not keep its own refusal from being written.
    const entry = { ...act, resource: plainText(act.resource), actor: plainText(context.caller.actor) }
    let answer: Answer<T>
    try {
      answer = await run()
    } catch (error) {
      const { result, details } = outcomeOf(error)
      await this.#write({ ...entry, result, details: { ...entry.details, ...details } }, context)
      throw error
    }
    const missing = await this.#write({ ...entry, result: AuditResult.SUCCESS, ...answer.outcome }, context)
    return missing === undefined ? answer : { ...answer, warnings: [...(answer.warnings ?? []), missing] }
  }

  async #write(event: AuditEvent, { caller }: CallContext): Promise<Warning | undefined> {
    try {
      await this.#parts.audit.append(event)
      return undefined
    } catch (error) {
      this.#parts.log.error('an act could not be written into the audit log', {
        action: event.action,
        resource: event.resource,
        error,
      })
      return warningOf('AUDIT_NOT_WRITTEN', caller.locale)
    }
  }
}

function outcomeOf(error: unknown): Pick<AuditEvent, 'result' | 'details'> {
  const code = error instanceof BackupError ? error.code : 'INTERNAL'
  const right = code === 'NOT_PERMITTED' && error instanceof BackupError ? { right: error.context['verb'] } : {}
  return { result: outcomeOfError(code), details: { code, ...right } }
}

/** JSON has no undefined: a member that is undefined is not given. */
function withoutUndefined(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, withoutUndefined(value)]),
  )
}
