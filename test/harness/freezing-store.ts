/** Stores that sleep, or whose clock runs ahead. */
import type { ObjectStore } from '../../src/storage/index.ts'
import { Crash } from './faulty-store.ts'
import { localWith, publishingBy, storeWith } from './store-with.ts'

const GENERATED = ['list', 'stream']
const FREEZING = ['put', 'get', 'head', 'delete', ...GENERATED]

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
      if (property === 'local') return publishingBy(target.local, act)
      if (typeof value !== 'function') return value
      const method = value as (...args: unknown[]) => unknown
      if (!FREEZING.includes(String(property))) return method.bind(target)
      if (!GENERATED.includes(String(property)))
        return (...args: unknown[]) => act(() => method.apply(target, args) as Promise<unknown>)
      return async function* (...args: unknown[]) {
        await act(() => Promise.resolve())
        yield* method.apply(target, args) as AsyncIterable<unknown>
      }
    },
  })
  return { store, frozen: frozen.promise, wake: () => woken.resolve(), calls: () => calls }
}

/** Time has passed for everybody. */
export function withClock(inner: ObjectStore, aheadMs: number): ObjectStore {
  const { local } = inner
  const uptime = () => ({ ...local!.uptime(), ms: local!.uptime().ms + aheadMs })
  return storeWith(localWith(inner, { uptime }), { nowMs: async () => (await inner.nowMs()) + aheadMs })
}
