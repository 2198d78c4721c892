/** A store that answers one call wrongly and all others rightly: as a network, a proxy or a cheap clone of S3 would. */
import { BackupError } from '../../src/kernel/backup-error.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ObjectStat, ObjectStore } from '../../src/storage/index.ts'
import { storeWith } from './store-with.ts'

export const Lie = {
  /** Nothing is done, and that is said. */
  REFUSED: 'refused',
  /** It is done, and no answer comes. */
  LOST: 'lost',
  /** A read gives half of the bytes, as if they were all, and so do all reads of that object that follow. */
  SHORT: 'short',
  /** A write says that it is done, and it is not. */
  NOTHING: 'nothing',
} as const
export type Lie = (typeof Lie)[keyof typeof Lie]

export interface LyingStore {
  /** As the program opens it: checked. */
  readonly store: ObjectStore
  hasLied(): boolean
}

/** What a call does. */
type Kind = 'read' | 'write' | 'look'

/** The `at`-th call that can be lied about so is answered by the lie. 1 is the first. */
export function lyingStore(inner: ObjectStore, { at, lie }: { readonly at: number; readonly lie: Lie }): LyingStore {
  let calls = 0
  let cut: string | undefined
  const isDue = (kind: Kind, key: string) => {
    if (lie === Lie.SHORT && kind !== 'read') return false
    if (lie === Lie.NOTHING && kind !== 'write') return false
    calls += 1
    if (calls === at) cut = lie === Lie.SHORT ? key : undefined
    return calls === at || key === cut
  }
  const away = () => new BackupError('STORAGE_FAILED', 'planned', { context: { cause: 'ECONNRESET' } })
  /** Of a call that nothing else is wrong with. */
  const answered = async <T>(kind: Kind, key: string, run: () => Promise<T>): Promise<T> => {
    if (!isDue(kind, key)) return await run()
    if (lie === Lie.NOTHING) return undefined as T
    if (lie === Lie.LOST) await run()
    const answer = lie === Lie.SHORT ? ((await run()) as Uint8Array) : undefined
    if (answer) return answer.subarray(0, answer.length >> 1) as T
    throw away()
  }
  const store = storeWith(inner, {
    put: (key, body, options) => answered('write', key, () => inner.put(key, body, options)),
    delete: (key, options) => answered('write', key, () => inner.delete(key, options)),
    get: (key, options) => answered('read', key, () => inner.get(key, options)),
    head: (key, options) => answered('look', key, () => inner.head(key, options)),
    nowMs: () => answered('look', '', () => inner.nowMs()),
    async *stream(key, options) {
      yield await answered('read', key, () => inner.get(key, options))
    },
    async *list(prefix, options): AsyncIterable<ObjectStat> {
      await answered('look', prefix, () => Promise.resolve())
      yield* inner.list(prefix, options)
    },
  })
  return { store: new CheckedStore(store), hasLied: () => calls >= at }
}

/** A store whose lists lack what was written last, and still have what was deleted last. */
export function listingLate(inner: ObjectStore): ObjectStore {
  let [written, deleted]: [string, ObjectStat | undefined] = ['', undefined]
  const late = storeWith(inner, {
    put: async (key, body, options) => {
      await inner.put(key, body, options)
      written = key
    },
    delete: async (key, options) => {
      const stat = await inner.head(key)
      await inner.delete(key, options)
      deleted = stat
    },
    async *list(prefix, options) {
      for await (const each of inner.list(prefix, options)) if (each.key !== written) yield each
      if (deleted?.key.startsWith(prefix)) yield deleted
    },
  })
  return new CheckedStore(late)
}
