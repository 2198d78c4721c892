/**
 * An owner's transport that can be given up without losing a call: what runs ends, what only waits is told to ask the
 * next owner, and nothing new is begun.
 */
import type { Readable } from 'node:stream'
import type {
  CallData,
  CallInput,
  CallName,
  OpenCallInput,
  OpenCallName,
  Result,
} from '../../contracts/system/index.ts'
import type { StoredUpload } from '../stored-upload.ts'
import type { CallContext, Transport } from '../transport.ts'
import { OwnerUnreachable } from './owner-unreachable.ts'

/** Calls that change nothing and last as long as something else takes. */
const WAITS: ReadonlySet<CallName> = new Set(['backup.wait'])
/** They last as long as somebody listens. */
const ENDLESS: ReadonlySet<OpenCallName> = new Set(['run.events'])
/** A body that nobody reads must not keep the next owner out. */
const DRAIN_MS_MAX = 60_000

export class DrainingTransport implements Transport {
  readonly #inner: Transport
  readonly #leaving = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(inner: Transport) {
    this.#inner = inner
  }

  /** Rejects with OwnerUnreachable when the owner goes and the call has done nothing: it is asked again elsewhere. */
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    context: CallContext,
  ): Promise<Result<CallData[Name]>> {
    if (!WAITS.has(name)) return this.#run(() => this.#inner.call(name, input, context))
    const signal = context.signal ? AbortSignal.any([context.signal, this.#leaving.signal]) : this.#leaving.signal
    return this.#run(async () => {
      const result = await this.#inner.call(name, input, { ...context, signal })
      const isCutShort = !result.success && result.error.code === 'ABORTED' && context.signal?.aborted !== true
      if (isCutShort && this.#leaving.signal.aborted) throw new OwnerUnreachable('the owner yields')
      return result
    })
  }

  upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>> {
    return this.#run(() => this.#inner.upload(path, body, context))
  }

  /** Bodies that end of themselves are given to their end; events are broken off, and followed at the next owner. */
  open<Name extends OpenCallName>(
    name: Name,
    input: OpenCallInput<Name>,
    context: CallContext,
  ): Promise<Result<Readable>> {
    return this.#run(async () => {
      const result = await this.#inner.open(name, input, context)
      if (result.success && !ENDLESS.has(name)) this.#follow(result.data)
      if (result.success && ENDLESS.has(name)) this.#breakOff(result.data)
      return result
    })
  }

  /** Begins nothing more; resolves when what ran has ended, or after a minute. */
  async drain(): Promise<void> {
    this.#leaving.abort()
    const bound = AbortSignal.timeout(DRAIN_MS_MAX)
    const late = new Promise<void>((resolve) => bound.addEventListener('abort', () => resolve(), { once: true }))
    while (this.#running.size > 0 && !bound.aborted) await Promise.race([Promise.allSettled([...this.#running]), late])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner[Symbol.asyncDispose]() as Promise<void>
  }

  /** It runs until its last byte is read, not only until it is opened. */
  #follow(body: Readable): void {
    const ended = new Promise<void>((resolve) => body.once('close', resolve))
    this.#running.add(ended)
    void ended.then(() => this.#running.delete(ended))
  }

  #breakOff(events: Readable): void {
    const end = () => events.destroy(new OwnerUnreachable('the owner yields'))
    // It may have begun to go while they were opened.
    if (this.#leaving.signal.aborted) end()
    this.#leaving.signal.addEventListener('abort', end, { once: true })
    events.once('close', () => this.#leaving.signal.removeEventListener('abort', end))
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#leaving.signal.aborted) throw new OwnerUnreachable('the owner yields')
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }
}
