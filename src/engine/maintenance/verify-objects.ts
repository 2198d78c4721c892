/**
 * What verification says of objects that no index or snapshot leads to: copies of configuration and keys, open
 * sessions, strangers.
 */
import { ObjectType } from '../crypto/index.ts'
import {
  configGenerationOf,
  isForeign,
  isObjectKey,
  isOwnKeyring,
  ownConfigs,
  packKey,
  type Repository,
  readConfigs,
  readKeyrings,
  requireReadable,
  type StoredKeyring,
} from '../repository/index.ts'
import { lookAtPack } from './salvage.ts'

export interface VerifyProblem {
  readonly object: string
  readonly what: string
  /** True for what somebody else has put there: it counts for nothing, and only its owner may take it away. */
  readonly isStranger?: true
}

/** Of packs that may be strangers', all together: some that are as long as ours can be. */
const STRANGE_BYTES_MAX = 1024 * 1024 * 1024
const OLD_CONFIG =
  'lets programs of the format\'s first version open the repository, which do not know all of it: run "repository upgrade"'
const NOT_SIGNED = 'was not signed by this repository: it counts for nothing'

/**
 * Every stored copy of configuration and keys has to hash to its name: a bad copy is damage, even while another is
 * whole; a missing one is a notice, and so is what somebody else has put there.
 */
export async function checkCopies(
  repository: Repository,
  signal?: AbortSignal,
): Promise<{ problems: VerifyProblem[]; notices: VerifyProblem[] }> {
  const { store, keys } = repository
  const keyrings = await readKeyrings(store, signal)
  const configs = await readConfigs(store, signal)
  requireReadable([...keyrings.damaged, ...configs.damaged])
  const isOwn = (each: StoredKeyring) => isOwnKeyring(keys, each)
  const own = ownConfigs(configs, keys.repositoryId.toString('hex'), keys.maintenance)
  const ownNames = new Set(own.map(({ name }) => name))
  const strange = [
    ...keyrings.foreign,
    ...keyrings.candidates.filter((each) => !isOwn(each)).flatMap((each) => each.keys),
    ...configs.foreign,
    ...configs.candidates.filter(({ name }) => !ownNames.has(name)).flatMap((each) => each.keys),
  ]
  const notices: VerifyProblem[] = strange.map(strangerAt)
  const problems = [...keyrings.damaged, ...configs.damaged].map(({ key: object }) => ({
    object,
    what: keys.lost.includes(object) ? 'is damaged, and may have been the newest keyring' : 'is damaged',
  }))
  for (const { key: object } of keyrings.unread)
    if (keys.lost.includes(object))
      problems.push({ object, what: 'is beyond what is read of its folder, and may be the newest keyring' })
    else notices.push({ object, what: 'is beyond what is read of its folder, and not newer than the keyring in use' })
  const newest = Math.max(0, ...own.map(({ config }) => configGenerationOf(config)))
  if (own.length === 0) notices.push({ object: 'config/', what: 'has 0 copies instead of 3' })
  for (const { config, name, keys: stored } of own)
    if (newest > 0 && configGenerationOf(config) === 0) notices.push({ object: stored[0]!, what: OLD_CONFIG })
    else if (stored.length < 3)
      notices.push({ object: `config/${name}`, what: `has ${stored.length} copies instead of 3` })
  const current = keys.generation.toString(16).padStart(8, '0')
  const keyringCopies = keyrings.candidates.find(({ name }) => name === keys.name)?.keys.length ?? 0
  if (keyringCopies < 2)
    notices.push({ object: `keys/${current}-${keys.name}`, what: `has ${keyringCopies} copies instead of 2` })
  return { problems, notices }
}

/**
 * Keys that are none of this format, and sessions that can't be read: nothing depends on them, and somebody should
 * know.
 */
export async function strangers(repository: Repository, signal?: AbortSignal): Promise<VerifyProblem[]> {
  const notices: VerifyProblem[] = []
  for await (const { key, isOther } of repository.store.list('', { withOthers: true, ...(signal && { signal }) })) {
    if (isOther) notices.push(stranger(key, 'is no file: a link, a pipe or a device is never read'))
    else if (!isObjectKey(key)) notices.push(stranger(key, 'is no object of a repository'))
  }
  const sessions = await repository.readDocuments('sessions', ObjectType.SESSION, signal ? { signal } : {})
  notices.push(
    ...sessions.strangers.map(({ key }) => strangerAt(key)),
    ...sessions.problems.map((problem) =>
      isForeign(problem)
        ? strangerAt(problem.key)
        : {
            object: problem.key,
            what: 'can not be read: it counts as an open writer for a day, then repair removes it',
          },
    ),
  )
  return notices
}

/**
 * Packs that no index names, that nothing of this format has begun and that hold what their names say. Names with the
 * stored bytes; of all together no more than some are read.
 */
export async function strangePacks(
  repository: Repository,
  unnamed: ReadonlyArray<readonly [string, number]>,
): Promise<VerifyProblem[]> {
  const notices: VerifyProblem[] = []
  // While a newer keyring can't be read nobody knows what it has sealed.
  if (repository.keys.lost.length > 0) return notices
  let bytesRead = 0
  for (const [name, bytes] of unnamed) {
    if (bytesRead > STRANGE_BYTES_MAX) break
    const look = await lookAtPack(repository, name, bytes)
    bytesRead += look.bytesRead
    if (look.isStranger) notices.push(strangerAt(packKey(name)))
  }
  return notices
}

/** Of one that has the name of an object. */
export function strangerAt(object: string): VerifyProblem {
  return stranger(object, NOT_SIGNED)
}

function stranger(object: string, what: string): VerifyProblem {
  return { object, what, isStranger: true }
}
