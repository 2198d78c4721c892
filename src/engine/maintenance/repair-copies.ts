/**
 * Copies of configuration and keyrings. Only what this repository's own key has signed is copied: what a stranger has
 * put beside it, or another repository, is left alone and never multiplied.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import {
  isOwnKeyring,
  type KeyringCopy,
  type Repository,
  readConfigs,
  readKeyringAt,
  readKeyrings,
} from '../repository/index.ts'
import { acceptLost, reachedFrom } from './accept-lost.ts'

export interface RepairedCopies {
  readonly copiesRestored: readonly string[]
  /** Keyrings of a higher generation of which no copy can be read: given up when that was asked for. */
  readonly keyringsLost: readonly string[]
}

/**
 * Writes what is missing or damaged again. An old keyring of which nothing is whole goes: a newer one stands for it.
 * Throws DAMAGED where the newest was beyond what is read, and what stood before it was given up.
 */
export async function restoreCopies(
  repository: Repository,
  options: { readonly forgetDamaged?: boolean; readonly by?: string; readonly signal?: AbortSignal },
): Promise<RepairedCopies> {
  const { store, keys, configName } = repository
  const configs = await readConfigs(store, options.signal)
  const keyrings = await readKeyrings(store, options.signal)
  const isLost = ({ key }: KeyringCopy) => keys.lost.includes(key)
  const unread = keyrings.unread.filter(isLost)
  const own = options.forgetDamaged ? await ownAmong(repository, unread) : new Set<string>()
  const given = options.forgetDamaged ? unread.map(({ key }) => key).filter((key) => !own.has(key)) : []
  const lost = [...keyrings.damaged, ...unread].filter(isLost).map(({ key }) => key)
  const damaged = [...configs.damaged, ...keyrings.damaged.map(({ key }) => key)]
  const generations = [...keyrings.damaged, ...unread].filter(isLost).map(({ generation }) => generation)
  const seen = options.forgetDamaged && own.size === 0 ? reachedFrom(keys.generation, generations) : undefined
  if (seen !== undefined) {
    const by = options.by ?? 'repair'
    await acceptLost(repository, { keyring: { seen, found: keys.generation } }, { ...options, by })
    keys.accept(seen)
  }
  for (const key of damaged) if (!lost.includes(key) || options.forgetDamaged) await store.delete(key)
  for (const key of given) await store.delete(key)
  // Nothing more is given up with an older keyring than the one that opens from now on.
  for (const object of own)
    throw new BackupError('DAMAGED', 'The newest keyring was beyond what is read: run it again with that one.', {
      context: { object },
    })
  const good = [
    ...configs.candidates
      .filter(({ name }) => name === configName)
      .map((each) => ({ from: each.keys[0]!, to: ['a', 'b', 'c'].map((copy) => `config/${copy}-${each.name}`) })),
    ...keyrings.candidates
      .filter((each) => isOwnKeyring(keys, each))
      .map(({ name, keys: whole }) => ({
        from: whole[0]!,
        to: ['a', 'b'].map((copy) => `${whole[0]!.slice(0, 'keys/00000000-'.length)}${copy}-${name}`),
      })),
  ]
  const copiesRestored: string[] = []
  for (const { from, to } of good) copiesRestored.push(...(await copy(repository, from, to)))
  return { copiesRestored, keyringsLost: lost }
}

/** Each is read by itself: the newest keyring may have been crowded out by what somebody has put there, and stays. */
async function ownAmong({ store, keys }: Repository, unread: readonly KeyringCopy[]): Promise<ReadonlySet<string>> {
  const own = new Set<string>()
  for (const at of unread) {
    const stored = await readKeyringAt(store, at)
    if (stored && isOwnKeyring(keys, stored)) own.add(at.key)
  }
  return own
}

async function copy({ store }: Repository, from: string, to: readonly string[]): Promise<string[]> {
  const restored: string[] = []
  for (const key of to) {
    if (await store.head(key)) continue
    try {
      await store.put(key, await store.get(from))
      restored.push(key)
    } catch (error) {
      // A stranger's folder has the name: verify goes on saying that a copy is missing.
      if (!isBackupError(error, 'STORAGE_FAILED') || error.context['cause'] !== 'EISDIR') throw error
    }
  }
  return restored
}
