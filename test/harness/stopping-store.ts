/**
 * Stores that stop a call until the other side has done its part: they put writers, pruners and readers into a given
 * order.
 */
import type { ObjectStat, ObjectStore } from '../../src/storage/index.ts'
import { storeWith } from './store-with.ts'

export interface Stopped {
  readonly store: ObjectStore
  /** Resolves when the call is reached. */
  readonly reached: Promise<void>
  readonly go: () => void
}

/** A store whose `put`s below `prefix` wait, before they do anything or after they are done, until `go`. */
export function stoppingAt(inner: ObjectStore, prefix: string, when: 'before' | 'after' = 'before'): Stopped {
  const reached = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  const stop = async (key: string) => {
    if (!key.startsWith(prefix)) return
    reached.resolve()
    await going.promise
  }
  const put: ObjectStore['put'] = async (key, ...rest) => {
    if (when === 'before') await stop(key)
    await inner.put(key, ...rest)
    if (when === 'after') await stop(key)
  }
  return { store: storeWith(inner, { put }), reached: reached.promise, go: () => going.resolve() }
}

/** A store that, once it has listed `prefix` for the n-th time, does something before it says what it saw. */
export function seeing(
  inner: ObjectStore,
  at: { prefix: string; time: number },
  meanwhile: () => Promise<void>,
): ObjectStore {
  let times = 0
  return storeWith(inner, {
    async *list(prefix, options) {
      const seen: ObjectStat[] = []
      for await (const each of inner.list(prefix, options)) seen.push(each)
      if (prefix === at.prefix) times += 1
      if (prefix === at.prefix && times === at.time) await meanwhile()
      yield* seen
    },
  })
}
