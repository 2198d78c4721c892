/**
 * Whether a store shows at once what was written: everything that deletes relies on it (docs/format/v1.md section 2). A
 * folder does; of a store of another machine it is tried.
 */
import { randomBytes } from 'node:crypto'
import { BackupError } from '../kernel/backup-error.ts'
import type { CallOptions, ObjectStore } from './object-store.ts'

const PROBE = /^probe-[0-9a-f]{32}$/

/** Of what a trial has left that was stopped; nothing else has such a key. */
export function isProbe(key: string): boolean {
  return PROBE.test(key)
}

/** Writes an object and removes it. Throws STORAGE_LATE. */
export async function tryImmediate(store: ObjectStore, options: CallOptions = {}): Promise<void> {
  if (store.local) return
  const key = `probe-${randomBytes(16).toString('hex')}`
  const content = randomBytes(64)
  try {
    await store.put(key, content, options)
    await requireShown(store, key, options)
    if (Buffer.compare(await store.get(key, options), content) !== 0) throw late(store, 'it gave other bytes')
  } finally {
    await store.delete(key)
  }
  const [stat, isListed] = await look(store, key, options)
  if (stat || isListed) throw late(store, 'an object was deleted and is still shown')
}

/**
 * For whoever is about to delete, and has just written an object: where its lists are late they may lack what another
 * writer relies on. Throws STORAGE_LATE.
 */
export async function requireShown(store: ObjectStore, key: string, options: CallOptions = {}): Promise<void> {
  if (store.local) return
  const [stat, isListed] = await look(store, key, options)
  if (!stat || !isListed) throw late(store, `an object was written, and the ${stat ? 'list' : 'store'} lacks it`)
}

/** Throws STORAGE_LATE where one of these keys, of which no list has shown any, is there all the same. */
export async function requireUnlistedGone(store: ObjectStore, keys: readonly string[]): Promise<void> {
  if (store.local) return
  for (const key of keys) if (await store.head(key)) throw late(store, 'an object is there, and the list lacks it')
}

async function look(
  store: ObjectStore,
  key: string,
  options: CallOptions,
): Promise<readonly [isThere: boolean, isListed: boolean]> {
  const listed = async (): Promise<boolean> => {
    for await (const each of store.list(key, options)) if (each.key === key) return true
    return false
  }
  const [stat, isListed] = await Promise.all([store.head(key, options), listed()])
  return [stat !== undefined, isListed]
}

function late({ location }: ObjectStore, cause: string): BackupError {
  return new BackupError('STORAGE_LATE', 'A store does not show at once what was written.', {
    context: { repository: location, cause },
  })
}
