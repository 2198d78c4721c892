/**
 * Copies of configuration and keyrings. Only what this repository's own key has signed is copied: what a stranger has
 * put beside it, or another repository, is left alone and never multiplied.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { removeFirstConfigs } from '../commit/index.ts'
import {
  configGenerationOf,
  configKeys,
  isOwnKeyring,
  type KeyringCopy,
  ownConfigs,
  type Repository,
  type RepositoryConfig,
  readConfigs,
  readKeyringAt,
  readKeyrings,
  requireReadable,
} from '../repository/index.ts'

export interface SurveyedCopies {
  readonly configs: Awaited<ReturnType<typeof readConfigs>>
  readonly keyrings: Awaited<ReturnType<typeof readKeyrings>>
  /** Keyrings of a higher generation, or beside the one in use, that can't be read. */
  readonly lost: readonly KeyringCopy[]
}

/**
 * Reads them, and changes nothing but where the newest keyring was crowded out and strangers' objects are to be given
 * up: then those go that are certainly none of ours, and it throws DAMAGED, since nothing may be given up with an older
 * keyring than the one that opens from now on. Throws PERMISSION_DENIED.
 */
export async function surveyCopies(
  repository: Repository,
  options: { readonly forgetDamaged?: boolean; readonly signal?: AbortSignal },
): Promise<SurveyedCopies> {
  const { store, keys } = repository
  const configs = await readConfigs(store, options.signal)
  const keyrings = await readKeyrings(store, options.signal)
  requireReadable([...configs.damaged, ...keyrings.damaged])
  const lost = [...keyrings.damaged, ...keyrings.unread].filter(({ key }) => keys.lost.includes(key))
  if (options.forgetDamaged) await requireNoneOfOurs(repository, lost)
  return { configs, keyrings, lost }
}

/** Each is read by itself: the newest keyring may have been crowded out by what somebody has put there. */
async function requireNoneOfOurs({ store, keys }: Repository, lost: readonly KeyringCopy[]): Promise<void> {
  const strange: string[] = []
  let own: string | undefined
  for (const at of lost) {
    const stored = await readKeyringAt(store, at)
    if (stored === 'none' || (stored && !isOwnKeyring(keys, stored))) strange.push(at.key)
    else if (stored) own ??= at.key
  }
  if (own === undefined) return
  for (const key of strange) await store.delete(key)
  throw new BackupError('DAMAGED', 'The newest keyring was beyond what is read: run it again with that one.', {
    context: { object: own },
  })
}

/**
 * Writes what is missing or damaged again. An old keyring of which nothing is whole goes: a newer one stands for it.
 * Those that are lost stay.
 */
export async function restoreCopies(
  repository: Repository,
  { configs, keyrings }: SurveyedCopies,
): Promise<readonly string[]> {
  const { store, keys } = repository
  for (const { key } of [...configs.damaged, ...keyrings.damaged]) if (!keys.lost.includes(key)) await store.delete(key)
  // What an upgrade that was stopped has left.
  await removeFirstConfigs(repository)
  const own = ownConfigs(configs, keys.repositoryId.toString('hex'), keys.maintenance)
  const good = [
    ...own
      .filter(({ config }) => isFirstConfig(config) === isFirstConfig(own[0]!.config))
      .map((each) => ({ from: each.keys[0]!, to: configKeys(each.name) })),
    ...keyrings.candidates
      .filter((each) => isOwnKeyring(keys, each))
      .map(({ name, keys: whole }) => ({
        from: whole[0]!,
        to: ['a', 'b'].map((copy) => `${whole[0]!.slice(0, 'keys/00000000-'.length)}${copy}-${name}`),
      })),
  ]
  const copiesRestored: string[] = []
  for (const { from, to } of good) appendAll(copiesRestored, await copy(repository, from, to))
  return copiesRestored
}

function isFirstConfig(config: RepositoryConfig): boolean {
  return configGenerationOf(config) === 0
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
