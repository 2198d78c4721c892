/**
 * A repository that has no configuration any more, or none that can be read, and its keyrings still: they say whose it
 * is, and all else of a configuration is fixed by the format (docs/format/v1.md section 3), so an operator may have it
 * made anew. Without a keyring nothing opens, whatever is left.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import type { Kek } from '../crypto/index.ts'
import { newConfig, readConfigs, requireFeatures, type StoredConfigs, writeConfig } from './config.ts'
import { isOwnKeyring, keyringsLost, openKeyring } from './keyring.ts'
import type { StoredKeyrings } from './keyring-objects.ts'
import type { Unwrapper } from './recipients.ts'
import { orderRepositories } from './several-repositories.ts'

export interface FindingConfigs {
  readonly keks: readonly Kek[]
  readonly keyrings: Promise<StoredKeyrings>
  readonly unwrapper: Unwrapper
  readonly isRemembered: (repositoryId: string) => boolean
  /** Makes the configuration anew where it is lost. */
  readonly remakesConfig: boolean
  readonly signal?: AbortSignal
}

export interface FoundConfigs extends Pick<StoredConfigs, 'candidates' | 'refused'> {
  readonly isRemade: boolean
}

/**
 * Throws what {@link readConfigs} throws, REPOSITORY_CONFIG_LOST also where there are keyrings alone, and
 * REPOSITORY_KEYS_LOST where there was a repository and neither can be read.
 */
export async function findConfigs(store: ObjectStore, finding: FindingConfigs): Promise<FoundConfigs> {
  try {
    return { ...(await readConfigs(store, finding.signal)), isRemade: false }
  } catch (error) {
    const keyrings = await finding.keyrings
    const lost = lossOf(store, error, keyrings)
    if (!finding.remakesConfig || !isBackupError(lost, 'REPOSITORY_CONFIG_LOST')) throw lost
    await remakeConfig(store, keyrings, finding)
    return { ...(await readConfigs(store, finding.signal)), isRemade: true }
  }
}

function lossOf(store: ObjectStore, error: unknown, keyrings: StoredKeyrings): unknown {
  const isNoneThere = isBackupError(error, 'REPOSITORY_NOT_FOUND')
  if (!isNoneThere && !isBackupError(error, 'REPOSITORY_CONFIG_LOST')) return error
  if (keyrings.candidates.length > 0)
    return new BackupError('REPOSITORY_CONFIG_LOST', 'The configuration of the repository is lost.', {
      context: { repository: store.location, object: error.context['object'] ?? 'config/' },
      cause: error,
    })
  const isNothingLeft = keyrings.damaged.length + keyrings.unread.length === 0
  return isNoneThere && isNothingLeft ? error : keyringsLost(store, keyrings)
}

/** Throws KEY_WRONG where no given key opens a keyring. */
async function remakeConfig(store: ObjectStore, keyrings: StoredKeyrings, finding: FindingConfigs): Promise<void> {
  const { keks, unwrapper, isRemembered } = finding
  const ids = [...new Set(keyrings.candidates.map(({ body }) => body.repositoryId))]
  let failure: unknown
  for (const repositoryId of await orderRepositories(store, ids, { idOf: (id) => id, isRemembered })) {
    try {
      const keys = await openKeyring(store, keks, { repositoryId, stored: keyrings, unwrapper, allowBehind: true })
      const first = keyrings.candidates.findLast((each) => isOwnKeyring(keys, each))!
      const config = newConfig(repositoryId, first.body.createdAt, keys.features)
      for (const work of ['read', 'write', 'delete'] as const) requireFeatures(config, work)
      await writeConfig(store, config, keys.maintenance)
      return
    } catch (error) {
      if (!isBackupError(error)) throw error
      failure ??= error
    }
  }
  throw failure
}
