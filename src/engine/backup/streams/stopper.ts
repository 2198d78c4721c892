/** Ends every wait for a source at once: one that stalls, and does not heed its signal, keeps no run from ending. */
import { sleep } from '../../../kernel/timer.ts'

/** What a source has to end what it was at, once it is told to. */
const GRACE_MS = 1000

export class Stopper {
  readonly #controller = new AbortController()
  readonly #waiting = new Set<(error: unknown) => void>()
  #failure: { readonly error: unknown } | undefined

  /** For the source. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The first failure counts: the others come of it. */
  stop(error: unknown): void {
    if (this.#failure) return
    this.#failure = { error }
    this.#controller.abort(error)
    for (const reject of this.#waiting) reject(error)
  }

  throwIfStopped(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** What the source answers, or the failure that comes first; after one it is not asked. */
  async orStopped<T>(ask: () => Promise<T>): Promise<T> {
    this.throwIfStopped()
    const answer = ask()
    const stopped = Promise.withResolvers<never>()
    this.#waiting.add(stopped.reject)
    try {
      return await Promise.race([answer, stopped.promise])
    } finally {
      this.#waiting.delete(stopped.reject)
      // Of an answer that comes too late nobody hears.
      answer.catch(() => {})
    }
  }

  /** Lets an iterator that was not read to its end let go of what it holds. One that does not is not waited for. */
  async end(iterator: AsyncIterator<unknown>): Promise<void> {
    const waiting = new AbortController()
    const ended = (async () => iterator.return?.())().catch(() => {})
    await Promise.race([ended, sleep(GRACE_MS, { signal: waiting.signal }).catch(() => {})])
    waiting.abort()
  }
}
