/**
 * Whose folder it is, where configurations of several repositories stand: somebody has copied one into another. Each
 * may open with the same key, so what counts is what this client remembers, and then whose snapshots are there.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import { isObjectKey } from './object-keys.ts'

const ID_FROM = 32
const ID_BYTES = 16

/** In the order in which they are tried; of one repository nothing is read. */
export async function orderRepositories<T>(
  store: ObjectStore,
  found: readonly T[],
  {
    idOf,
    isRemembered,
  }: { readonly idOf: (each: T) => string; readonly isRemembered: (repositoryId: string) => boolean },
): Promise<readonly T[]> {
  if (new Set(found.map(idOf)).size < 2) return found
  const counts = await snapshotsOf(store)
  const weigh = (each: T) => (isRemembered(idOf(each)) ? Number.POSITIVE_INFINITY : (counts.get(idOf(each)) ?? 0))
  return found.toSorted((a, b) => (weigh(a) === weigh(b) ? 0 : weigh(b) - weigh(a)))
}

/** How many objects of `snapshots/` begin with the header of each repository. */
async function snapshotsOf(store: ObjectStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const { key, bytes } of store.list('snapshots/')) {
    if (!isObjectKey(key) || bytes < ID_FROM + ID_BYTES) continue
    const id = await store.get(key, { offset: ID_FROM, length: ID_BYTES }).catch(orUnknown)
    const repositoryId = id && Buffer.from(id).toString('hex')
    if (repositoryId) counts.set(repositoryId, (counts.get(repositoryId) ?? 0) + 1)
  }
  return counts
}

/** One that can't be read counts for nobody. */
function orUnknown(error: unknown): undefined {
  if (!isBackupError(error) || error.code === 'ABORTED') throw error
}
