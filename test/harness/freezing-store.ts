/** Stores that sleep, or whose clock runs ahead. */
import type { ObjectStore } from '../../src/storage/index.ts'
import { Crash } from './faulty-store.ts'

const FREEZING = ['put', 'publish', 'get', 'head', 'delete', 'list']

export interface FreezingStore {
  readonly store: ObjectStore
  /** Resolves when the planned call is reached. */
  readonly frozen: Promise<void>
  readonly wake: () => void
  readonly calls: () => number
}

/**
 * A store whose calls from the n-th on wait for `wake`; with `dies`, the n-th takes effect after waking and all later
 * ones fail.
 */
export function freezing(inner: ObjectStore, at: number, dies: boolean): FreezingStore {
  let calls = 0
  const frozen = Promise.withResolvers<void>()
  const woken = Promise.withResolvers<void>()
  const act = async <T>(run: () => Promise<T>): Promise<T> => {
    calls += 1
    if (calls < at) return run()
    const isFirst = calls === at
    frozen.resolve()
    await woken.promise
    if (dies && !isFirst) throw new Crash('gone')
    return run()
  }
  const store = new Proxy(inner, {
    get(target, property: keyof ObjectStore) {
      const value = target[property] as unknown
      if (typeof value !== 'function') return value
      const method = value as (...args: unknown[]) => unknown
      if (!FREEZING.includes(String(property))) return method.bind(target)
      if (property !== 'list') return (...args: unknown[]) => act(() => method.apply(target, args) as Promise<unknown>)
      return async function* (...args: unknown[]) {
        await act(() => Promise.resolve())
        yield* method.apply(target, args) as AsyncIterable<unknown>
      }
    },
  })
  return { store, frozen: frozen.promise, wake: () => woken.resolve(), calls: () => calls }
}

/** The same store with some members replaced. */
export function storeWith(inner: ObjectStore, members: Partial<ObjectStore>): ObjectStore {
  return new Proxy(inner, {
    get(target, property: keyof ObjectStore) {
      if (property in members) return members[property]
      const value = target[property] as unknown
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

/** Time has passed for everybody. */
export function withClock(inner: ObjectStore, aheadMs: number): ObjectStore {
  const uptime = () => ({ ...inner.uptime!(), ms: inner.uptime!().ms + aheadMs })
  return storeWith(inner, { nowMs: async () => (await inner.nowMs()) + aheadMs, ...(inner.uptime && { uptime }) })
}
