/** Stores of which a part does something else. */
import type { LocalFiles, ObjectStore } from '../../src/storage/index.ts'

/** The same with a `publish` that goes through `act`. */
export function publishingBy(
  local: LocalFiles | undefined,
  act: <T>(run: () => Promise<T>) => Promise<T>,
): LocalFiles | undefined {
  return local && { ...local, publish: (...args) => act(() => local.publish(...args)) }
}

/** The same store with some members of its local part replaced. */
export function localWith(inner: ObjectStore, members: Partial<LocalFiles>): ObjectStore {
  return inner.local ? storeWith(inner, { local: { ...inner.local, ...members } }) : inner
}

/** The same store without its local part: everything goes through calls, as for one that is far away. */
export function withoutLocal(inner: ObjectStore): ObjectStore {
  return storeWith(inner, { local: undefined } as unknown as Partial<ObjectStore>)
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
