/**
 * Opens the keyring that counts among all that stand in `keys/`. Anybody who can write there may have put keyrings of
 * any generation beside the repository's own: what counts is what its maintenance key has signed. One that a given key
 * opens gives that key; then the signatures of all others can be checked before any work is done for them.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import { type Kek, keyFingerprint, maintenanceSigner } from '../crypto/index.ts'
import { requireReadable } from './forbidden.ts'
import {
  featuresIn,
  isSignedKeyring,
  type KeyringCopy,
  openBundle,
  readKeyrings,
  type StoredKeyring,
  type StoredKeyrings,
} from './keyring-objects.ts'
import { type Bundle, OpenKeys } from './open-keys.ts'
import { type Recipient, scryptWork, Unwrapper } from './recipients.ts'

export { changeKeyring, type KeyringChange } from './keyring-change.ts'

/** True for a keyring that this repository's maintenance key has signed. */
export function isOwnKeyring({ repositoryId, maintenance }: OpenKeys, stored: StoredKeyring): boolean {
  return stored.body.repositoryId === repositoryId.toString('hex') && isSignedKeyring(stored, maintenance)
}

/**
 * The scrypt work (n times p, together) that a reader does for keyrings which nobody has vouched for. A keyring of this
 * program costs 98,304 a recipient.
 */
const STRANGE_WORK_MAX = 2 ** 22

export interface OpenKeyringOptions {
  readonly repositoryId: string
  /** The highest generation that this client has seen. */
  readonly seenGeneration?: number
  /** Opens an older one all the same; `isBehind` says so. Default false. */
  readonly allowBehind?: boolean
  /** What stands in the store; read when absent. */
  readonly stored?: StoredKeyrings
  readonly unwrapper?: Unwrapper
  readonly signal?: AbortSignal
}

interface Opened {
  readonly stored: StoredKeyring
  readonly keyringKey: Buffer
  readonly openedBy: string
  readonly bundle: Bundle
}

/**
 * Opens the newest valid keyring with the first of `keks` that fits. One of a higher generation that is there and can't
 * be read is named in `lost`. Throws KEY_WRONG when no key fits (PERMISSION_DENIED where one may fit a
 * keyring that only this user may not read), REPOSITORY_KEYS_LOST when none is valid,
 * ROLLBACK_SUSPECTED when a generation above the newest has been seen and nothing is left of it.
 */
export async function openKeyring(
  store: ObjectStore,
  keks: readonly Kek[],
  options: OpenKeyringOptions,
): Promise<OpenKeys> {
  const { repositoryId, seenGeneration = 0 } = options
  const stored = options.stored ?? (await readKeyrings(store, options.signal))
  const unwrapper = options.unwrapper ?? new Unwrapper()
  const own = stored.candidates.filter(({ body }) => body.repositoryId === repositoryId)
  if (own.length === 0) throw keyringsLost(store, stored)
  const first = firstOpened(own, keks, unwrapper)
  if (!first) throw wrongKey(keks, { repositoryId, lost: lostBeside(stored, own) })
  const maintenance = maintenanceSigner(Buffer.from(first.bundle.root, 'hex'), Buffer.from(repositoryId, 'hex'))
  const valid = own.filter((each) => each === first.stored || isSignedKeyring(each, maintenance))
  const newest = valid[0]!
  const { generation } = newest.body
  const lost = lostBeside(stored, valid)
  if (!options.allowBehind && generation < seenGeneration && !lost.some((each) => each.generation >= seenGeneration))
    throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', {
      context: { object: 'keys/', seen: seenGeneration, found: generation },
    })
  const opened = newest === first.stored ? first : openVouched(newest, keks, unwrapper)
  if (!opened) throw wrongKey(keks, { repositoryId, lost })
  const rivals = rivalMasters(valid, opened, { keks, unwrapper })
  return new OpenKeys(newest.body, {
    name: newest.name,
    openedBy: opened.openedBy,
    keyringKey: opened.keyringKey,
    bundle: { ...opened.bundle, masters: [...opened.bundle.masters, ...rivals] },
    features: featuresIn(valid),
    lost,
    seenGeneration,
  })
}

/** No keyring of the repository can be read: no key opens anything in it. Why, where the system refuses one. */
export function keyringsLost(
  store: ObjectStore,
  { candidates, damaged, unread, unreadable }: StoredKeyrings,
): BackupError {
  if (unreadable) return unreadable
  const object = candidates[0]?.keys[0] ?? [...damaged, ...unread][0]?.key ?? 'keys/'
  return new BackupError('REPOSITORY_KEYS_LOST', 'No keyring of the repository can be read.', {
    context: { repository: store.location, object },
  })
}

interface Attempt {
  readonly stored: StoredKeyring
  readonly kek: Kek
  readonly recipient: Recipient
  readonly work: number
}

/** Of keyrings that anybody may have made: the cheapest attempts first, and no more work than is allowed. */
function firstOpened(
  keyrings: readonly StoredKeyring[],
  keks: readonly Kek[],
  unwrapper: Unwrapper,
): Opened | undefined {
  const attempts = keyrings.flatMap((stored) => attemptsFor(stored, keks)).sort((a, b) => a.work - b.work)
  for (const attempt of attempts) {
    if (unwrapper.workDone + attempt.work > STRANGE_WORK_MAX) return undefined
    const opened = tried(attempt, unwrapper)
    if (opened) return opened
  }
  return undefined
}

/** Of one that the maintenance key has signed. */
function openVouched(stored: StoredKeyring, keks: readonly Kek[], unwrapper: Unwrapper): Opened | undefined {
  for (const attempt of attemptsFor(stored, keks)) {
    const opened = tried(attempt, unwrapper)
    if (opened) return opened
  }
  return undefined
}

function attemptsFor(stored: StoredKeyring, keks: readonly Kek[]): Attempt[] {
  return keks.flatMap((kek) =>
    stored.body.recipients
      .filter(({ kind }) => kind === kek.kind)
      .map((recipient) => ({ stored, kek, recipient, work: scryptWork(recipient) })),
  )
}

/** Undefined when the key is not the recipient's, or the keyring is not one that it says. */
function tried({ stored, kek, recipient }: Attempt, unwrapper: Unwrapper): Opened | undefined {
  try {
    const keyringKey = unwrapper.unwrap(kek, recipient, stored.body.repositoryId)
    if (!keyringKey) return undefined
    return { stored, keyringKey, openedBy: recipient.id, bundle: openBundle(stored, keyringKey) }
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return undefined
    throw error
  }
}

/**
 * Masters that only another keyring of the same generation as some keyring has: it was published at the same time, and
 * objects may have been sealed under it before anybody saw that there are two.
 */
function rivalMasters(
  valid: readonly StoredKeyring[],
  { bundle }: Opened,
  { keks, unwrapper }: { readonly keks: readonly Kek[]; readonly unwrapper: Unwrapper },
): Bundle['masters'][number][] {
  const rivals = [...Map.groupBy(valid, ({ body }) => body.generation).values()]
    .filter((each) => each.length > 1)
    .flat()
  const masters = new Map<string, Bundle['masters'][number]>()
  for (const rival of rivals) {
    const opened = openVouched(rival, keks, unwrapper)
    if (opened?.bundle.root === bundle.root)
      for (const master of opened.bundle.masters) if (master.key !== undefined) masters.set(master.key, master)
  }
  for (const { key = '' } of bundle.masters) masters.delete(key)
  return [...masters.values()]
}

/**
 * Those that may be newer than the newest of `known`. Nobody knows what stands in those that were not read
 * either. One of the same generation may have been published at the same time, and have a master that no other has.
 */
function lostBeside({ damaged, unread }: StoredKeyrings, known: readonly StoredKeyring[]): readonly KeyringCopy[] {
  return [...damaged, ...unread].filter(
    (each) => each.generation >= known[0]!.body.generation && !known.some(({ name }) => name === each.name),
  )
}

function wrongKey(
  keks: readonly Kek[],
  { repositoryId, lost }: { readonly repositoryId: string; readonly lost: readonly KeyringCopy[] },
): BackupError {
  // Another user may read one that the key fits.
  requireReadable(lost)
  const [first] = keks
  // A passphrase's fingerprint would help those who guess it.
  const fingerprint = first?.kind === 'raw' ? keyFingerprint(first) : undefined
  const again =
    lost[0] &&
    `The newest keyring (${lost[0].key}) can not be read: a key that was added in it may be right all the same. Bring it back from a replica, or use a key that is older.`
  return new BackupError('KEY_WRONG', 'This key does not open this repository.', {
    context: { repository: repositoryId, fingerprint, ...(again !== undefined && { again }) },
  })
}
