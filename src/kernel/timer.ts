/** The only place that waits. */
import { setTimeout as delay } from 'node:timers/promises'
import { throwIfAborted } from './abort.ts'

/** The longest that Node's timers know, some 24.8 days: a longer one they would call at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * Resolves after `ms`, however long that is. Throws ABORTED when `signal` is aborted first. Keeps the process alive
 * unless `unref`.
 */
export async function sleep(
  ms: number,
  options: { readonly signal?: AbortSignal | undefined; readonly unref?: boolean } = {},
): Promise<void> {
  throwIfAborted(options.signal)
  const timer = { ref: options.unref !== true, ...(options.signal && { signal: options.signal }) }
  try {
    let leftMs = ms
    for (; leftMs > TIMER_MS_MAX; leftMs -= TIMER_MS_MAX) await delay(TIMER_MS_MAX, undefined, timer)
    await delay(leftMs, undefined, timer)
  } catch {
    throwIfAborted(options.signal)
  }
}

/** A wait that can be cut short: a call of `wake` ends the wait under way, or the next one. */
export class Waker {
  #isWoken = false
  #waiting: AbortController | undefined

  wake(): void {
    this.#isWoken = true
    this.#waiting?.abort()
  }

  /** Resolves after `ms`, when woken, or when `signal` is aborted: never rejects. */
  async wait(ms: number, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#waiting = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, this.#waiting.signal]) : this.#waiting.signal
    if (!this.#isWoken && !signal.aborted) await sleep(ms, { signal }).catch(() => {})
    this.#waiting = undefined
    this.#isWoken = false
  }
}
