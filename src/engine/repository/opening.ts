/** Opens a repository with one of the configurations that stand in it. */
import type { ObjectStore } from '../../storage/index.ts'
import type { Kek } from '../crypto/index.ts'
import { acceptKeyring } from './accepted-keyring.ts'
import { configInForce, ownConfigs, type StoredConfig, type StoredConfigs, verifyConfig } from './config.ts'
import { NO_FEATURES } from './features.ts'
import { openKeyring } from './keyring.ts'
import { readKeyrings, type StoredKeyrings } from './keyring-objects.ts'
import type { Unwrapper } from './recipients.ts'
import type { RepositoryOptions } from './repository-options.ts'

interface Opening {
  readonly store: ObjectStore
  readonly stored: StoredConfig
  readonly all: Pick<StoredConfigs, 'candidates' | 'refused'>
  readonly keks: readonly Kek[]
  readonly keyrings: StoredKeyrings
  readonly unwrapper: Unwrapper
  readonly options: RepositoryOptions
}

/** With one of the configurations that are there: its keyring and its signature have to agree with it. */
export async function openWith({ store, stored, all, keks, keyrings, unwrapper, options }: Opening) {
  const { repositoryId } = stored.config
  const memory = options.memory?.(Buffer.from(repositoryId, 'hex'))
  const seen = memory?.heads()
  const asked = {
    repositoryId,
    stored: keyrings,
    unwrapper,
    ...(seen && { seenGeneration: seen.keyGeneration }),
    ...(options.signal && { signal: options.signal }),
  }
  const openAmong = (among: StoredKeyrings) => openKeyring(store, keks, { ...asked, stored: among, allowBehind: true })
  const readKeys = async (signal: AbortSignal | undefined) => openAmong(await readKeyrings(store, signal))
  const read = await openAmong(keyrings)
  // Another process may have published a keyring, and have raised what is remembered, since these were listed.
  const standing = read.isBehind ? await readKeyrings(store, options.signal) : keyrings
  const keys = read.isBehind ? await openAmong(standing) : read
  verifyConfig(stored, keys.maintenance)
  if (keys.isBehind) await acceptKeyring(store, keys, seen?.keyGeneration ?? 0)
  // Where it is told nothing of the one that was seen, and nobody has accepted that.
  if (keys.isBehind && !options.acceptsRollback) await openKeyring(store, keks, { ...asked, stored: standing })
  const configs = ownConfigs(all, repositoryId, keys.maintenance)
  return { config: configInForce(configs, keys.features ?? NO_FEATURES), configs, keys, memory, readKeys }
}
