/**
 * A store that is far away, without waiting: calls wait until this process has nothing else to do, and then all that
 * wait are answered at once. So the number of rounds is the longest chain of requests, whatever the machine's speed.
 */
import type { ObjectStat, ObjectStore } from '../../src/storage/index.ts'
import { storeWith } from './store-with.ts'

export interface FarStore {
  readonly store: ObjectStore
  /** Rounds so far. */
  rounds(): number
  /** Calls so far, `get head/key` each. */
  readonly calls: readonly string[]
}

/** What of a process is at work without a request: file system, hashing and compression in the background. */
const AT_WORK = /^(FSReq|.*Request$|.*Job$|WorkerMessage|Zlib|Zstd)/
/** Turns of the event loop without a new call or work. */
const QUIET_TURNS = 5

export function farStore(inner: ObjectStore): FarStore {
  const calls: string[] = []
  let waiting: Array<() => void> = []
  let rounds = 0
  let isWatching = false
  const watch = async (): Promise<void> => {
    isWatching = true
    for (let quiet = 0, seen = waiting.length; quiet < QUIET_TURNS; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (seen !== waiting.length || process.getActiveResourcesInfo().some((each) => AT_WORK.test(each))) quiet = 0
      seen = waiting.length
    }
    isWatching = false
    rounds += 1
    for (const go of waiting.splice(0)) go()
  }
  const answered = async (call: string): Promise<void> => {
    calls.push(call)
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting = [...waiting, resolve]
    if (!isWatching) void watch()
    await promise
  }
  const store = storeWith(inner, {
    get: async (key, options) => {
      await answered(`get ${key}`)
      return await inner.get(key, options)
    },
    async *stream(key, options): AsyncIterable<Uint8Array> {
      await answered(`get ${key}`)
      yield* inner.stream(key, options)
    },
    head: async (key, options) => {
      await answered(`head ${key}`)
      return await inner.head(key, options)
    },
    put: async (key, body, options) => {
      await answered(`put ${key}`)
      await inner.put(key, body, options)
    },
    delete: async (key, options) => {
      await answered(`delete ${key}`)
      await inner.delete(key, options)
    },
    nowMs: async () => {
      await answered('nowMs')
      return await inner.nowMs()
    },
    async *list(prefix, options): AsyncIterable<ObjectStat> {
      await answered(`list ${prefix}`)
      yield* inner.list(prefix, options)
    },
  })
  return { store, rounds: () => rounds, calls }
}
