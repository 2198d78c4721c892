/**
 * How a repository comes to make use of a feature (docs/format/v1.md section 3): keyrings and a new generation of the
 * configuration say it before anything else does. Stopped anywhere, the next call goes on.
 */

import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { requireGone, requireShown } from '../../storage/index.ts'
import {
  allFeatures,
  changeKeyring,
  configGenerationOf,
  configKeys,
  type Feature,
  type Features,
  hasFeature,
  NO_FEATURES,
  nextConfig,
  type Repository,
  requireFeatures,
  withFeature,
  writeConfig,
} from '../repository/index.ts'
import { type OpenSession, openSessions } from './sessions.ts'

const ATTEMPTS_MAX = 4
/** As long as a tombstone waits for a writer. */
const SESSION_AGE_MS_MAX = 24 * 3600 * 1000

/**
 * Call it before the delete log is read, and store nothing that the feature stands for before it resolves: a pruner
 * that does not know it reads the configuration after its tombstone, and either finds the feature or is seen. Costs
 * nothing where the feature is in use. Throws UPGRADE_REQUIRED for a repository of the format's first version, and
 * while a program may be at work that knows only that; FEATURE_UNSUPPORTED.
 */
export async function useFeature(repository: Repository, feature: Feature, signal?: AbortSignal): Promise<void> {
  if (isAnnounced(repository, feature)) return
  await repository.renewConfig(signal)
  requireFeatures(repository.config, 'write')
  if (configGenerationOf(repository.config) === 0)
    throw new BackupError('UPGRADE_REQUIRED', "A repository of the format's first version can not hold this.", {
      context: { repository: repository.store.location, feature },
    })
  await removeFirstConfigs(repository)
  if (isAnnounced(repository, feature)) return
  const [older] = await olderWriters(repository)
  if (older)
    throw new BackupError('UPGRADE_REQUIRED', 'An older program may be at work in the repository.', {
      context: { repository: repository.store.location, feature, object: older.key },
    })
  await announce(repository, withFeature(repository.config.features, feature), signal)
}

/** A configuration says it, not a keyring alone: a pruner looks there. */
function isAnnounced({ configs }: Repository, feature: Feature): boolean {
  return configs.some(({ config }) => hasFeature(config.features, feature)) && firstConfigsOf(configs).length === 0
}

/**
 * Publishes the next generation. The keyrings say it before: where the configuration is lost, nobody makes it anew who
 * does not know what the repository makes use of.
 */
export async function announce(repository: Repository, features: Features, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; !isRepeated(repository, features); attempt += 1) {
    throwIfAborted(signal)
    const { generation } = repository.keys
    const change = { features, keks: [], now: isoTime(nowMs()) }
    const name = await changeKeyring(repository.store, repository.keys, change).catch((error: unknown) => {
      // Somebody else changes the keys: with theirs it is done again, or they did the same.
      if (!isBackupError(error, 'REPOSITORY_LOCKED') || attempt === ATTEMPTS_MAX) throw error
      return undefined
    })
    await repository.renewKeys(signal)
    // Another turn would publish another one: a store that does not show them would be filled with them.
    if (name !== undefined && repository.keys.generation === generation)
      throw new BackupError('STORAGE_LATE', 'A store does not show a keyring that was written.', {
        context: { repository: repository.store.location, cause: 'a keyring was written, and the list lacks it' },
      })
  }
  const { config, configName, keys, store } = repository
  const next = nextConfig(config, configName, allFeatures(config.features, features))
  const name = await writeConfig(store, next, keys.maintenance)
  await requireShown(store, `config/a-${name}`)
  await repository.renewConfig(signal)
}

function isRepeated({ keys }: Repository, features: Features): boolean {
  if (!keys.features) return false
  const all = allFeatures(keys.features, features)
  return (['read', 'write', 'delete'] as const).every((work) => all[work].length === keys.features![work].length)
}

/**
 * Takes away the configurations with which a program that knows only the format's first version could still open the
 * repository. Nothing where no other is there. Returns their keys.
 */
export async function removeFirstConfigs({ store, configs }: Repository): Promise<readonly string[]> {
  const keys = firstConfigsOf(configs)
  if (keys.length === 0) return keys
  await completeConfig(store, configs[0]!)
  for (const key of keys) await store.delete(key)
  await requireGone(store, keys)
  return keys
}

/** Whoever published it may have been stopped between its copies. */
async function completeConfig(
  store: Repository['store'],
  { name, keys }: Repository['configs'][number],
): Promise<void> {
  const copies = configKeys(name)
  for (const key of copies) if (!keys.includes(key)) await store.put(key, await store.get(keys[0]!))
  for (const key of copies) await requireShown(store, key)
}

function firstConfigsOf(configs: Repository['configs']): string[] {
  if (configGenerationOf(configs[0]!.config) === 0) return []
  return configs.filter(({ config }) => configGenerationOf(config) === 0).flatMap(({ keys }) => keys)
}

/** Writers that may be alive, and that know only the format's first version. */
export async function olderWriters(repository: Repository): Promise<readonly OpenSession[]> {
  const sessions = (await openSessions(repository, { sweep: false })).filter((each) => each.configGeneration === 0)
  if (sessions.length === 0) return sessions
  const oldest = (await repository.store.nowMs()) - SESSION_AGE_MS_MAX
  return sessions.filter(({ modifiedMs }) => modifiedMs > oldest)
}

/** A feature that was announced since the repository was opened stops whoever deletes and does not know it. */
export async function requireDeletable(repository: Repository, signal?: AbortSignal): Promise<void> {
  await repository.renewConfig(signal)
  requireFeatures(repository.config, 'delete')
}

/** Brings a repository to this version of the format, without any feature. */
export async function announceVersion(repository: Repository, signal?: AbortSignal): Promise<void> {
  await repository.renewConfig(signal)
  if (configGenerationOf(repository.config) === 0) await announce(repository, NO_FEATURES, signal)
}
