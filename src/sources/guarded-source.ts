/**
 * A driver, held to what it promises: whatever it throws is said in words that may be shown, and one that does not heed
 * its signal is not waited for.
 */
import { throwIfAborted } from '../kernel/abort.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { sleep } from '../kernel/timer.ts'
import type { OpenSource, SourceDriver, SourceFacts, StoredEntry } from './source-driver.ts'
import { labelOf, type ReachableSource, sourceFailed, sourceFailure } from './source-failure.ts'
import type { Sources } from './sources.ts'
import type { StreamEntry } from './stream-entry.ts'

const CHECK_SECONDS = 30
/** What an open source has to let go of what it holds. */
const CLOSE_MS = 5000

export class GuardedSource {
  readonly #driver: SourceDriver
  readonly #settings: Record<string, unknown>
  readonly #shown: (error: unknown) => unknown
  readonly #label: () => string
  readonly #checkSeconds: number

  /** Throws SOURCE_NOT_AVAILABLE. */
  constructor(sources: Sources, source: ReachableSource, { checkSeconds = CHECK_SECONDS } = {}) {
    this.#checkSeconds = checkSeconds
    this.#label = () => labelOf(sources, source.kind, source.settings)
    this.#driver = sources.driverOf(source.kind)
    this.#settings = { ...source.settings }
    this.#shown = (error) => sourceFailure(error, sources, source)
  }

  /** Throws SOURCE_FAILED, also where it does not answer in time; ABORTED. */
  async check(signal?: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(this.#checkSeconds * 1000)
    const given = signal ? AbortSignal.any([deadline, signal]) : deadline
    try {
      await this.#answer(() => this.#driver.check(this.#settings, { signal: given }), given)
    } catch (error) {
      if (signal?.aborted !== true && deadline.aborted)
        throw sourceFailed(this.#label(), `it did not answer within ${this.#checkSeconds} s`)
      throw error
    }
  }

  /** Throws SOURCE_FAILED, ABORTED. */
  async open(signal: AbortSignal): Promise<OpenSource> {
    await this.check(signal)
    const open = async () => await this.#driver.open(this.#settings, { signal })
    const opening = open()
    try {
      return this.#guarded(await this.#answer(() => opening, signal))
    } catch (error) {
      // One that opens all the same has nobody who closes it.
      void opening.then(
        (late) => late[Symbol.asyncDispose](),
        () => {},
      )
      throw error
    }
  }

  /** Throws SOURCE_FAILED, ABORTED; what was thrown by the entries themselves. */
  async restore(entries: AsyncIterable<StoredEntry>, signal: AbortSignal): Promise<void> {
    const { kind } = this.#driver
    if (!this.#driver.restore)
      throw new BackupError('SOURCE_NOT_AVAILABLE', `Nothing is written into a source of the kind ${kind}.`, {
        context: { kind },
      })
    await this.check(signal)
    await this.#answer(() => this.#driver.restore!(this.#settings, entries, { signal }), signal)
  }

  #guarded(source: OpenSource): OpenSource {
    const shown = this.#shown
    return {
      entries: () => told(() => entriesOf(source, shown), shown),
      facts: async (): Promise<SourceFacts> => {
        try {
          return await source.facts()
        } catch (error) {
          throw shown(error)
        }
      },
      // What was read stands in the snapshot, whatever its end says.
      [Symbol.asyncDispose]: async () => {
        const done = new AbortController()
        const close = async () => await source[Symbol.asyncDispose]()
        const closed = close().catch(() => {})
        await Promise.race([closed, sleep(CLOSE_MS, { signal: done.signal }).catch(() => {})])
        done.abort()
      },
    }
  }

  async #answer<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    throwIfAborted(signal)
    const stopped = Promise.withResolvers<never>()
    const stop = () => stopped.reject(new BackupError('ABORTED', 'The operation was stopped.'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([ask(), stopped.promise])
    } catch (error) {
      const shown = this.#shown(error)
      throw signal.aborted ? new BackupError('ABORTED', 'The operation was stopped.', { cause: shown }) : shown
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

async function* entriesOf(source: OpenSource, shown: (error: unknown) => unknown): AsyncGenerator<StreamEntry> {
  for await (const entry of source.entries())
    yield { ...entry, content: (signal) => told(() => entry.content(signal), shown) }
}

async function* told<T>(ask: () => AsyncIterable<T>, shown: (error: unknown) => unknown): AsyncGenerator<T> {
  try {
    yield* ask()
  } catch (error) {
    throw shown(error)
  }
}
