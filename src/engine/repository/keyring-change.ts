/** Changes of the keyring: each publishes the next generation. */
import { randomBytes } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import { type Kek, requireStrength } from '../crypto/index.ts'
import { acceptKeyring } from './accepted-keyring.ts'
import { allFeatures, type Features, unknownFeatures } from './features.ts'
import { requireReadable } from './forbidden.ts'
import { isSignedKeyring, publishKeyring, readKeyrings } from './keyring-objects.ts'
import { type OpenKeys, withNewEpoch } from './open-keys.ts'
import { type Recipient, unwrap, wrapFor } from './recipients.ts'

/** What changes a keyring. */
export interface KeyringChange {
  readonly add?: { readonly kek: Kek; readonly label: string }
  /** Id of the recipient that goes. */
  readonly remove?: string
  readonly newEpoch?: boolean
  /** What the repository makes use of from now on, beside what it does. */
  readonly features?: Features
}

/**
 * Publishes the next generation. Removing a recipient draws a new keyring key and a new epoch, so every kept recipient
 * must be given in `keks`. Throws USAGE, KEY_WEAK, ROLLBACK_SUSPECTED, DAMAGED where a newer keyring can't be read,
 * PERMISSION_DENIED where only this user may not, FEATURE_UNSUPPORTED, and REPOSITORY_LOCKED when somebody else changed
 * it at the same time: then nobody can say which of the changes is in force before it is looked at. What either drew to
 * seal with stays known.
 */
export async function changeKeyring(
  store: ObjectStore,
  keys: OpenKeys,
  change: KeyringChange & { keks: readonly Kek[]; now: string },
): Promise<string> {
  if (keys.isBehind)
    throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', {
      context: { object: 'keys/', found: keys.generation },
    })
  // A later version may keep something in a keyring that would be lost.
  const unknown = keys.features && unknownFeatures(keys.features, 'write')
  if (unknown) throw unknown
  requireReadable(keys.lostCopies)
  // A new generation would take the place of the lost one, and what that one sealed would be nobody's.
  if (keys.lost[0] !== undefined)
    throw new BackupError('DAMAGED', 'A newer keyring can not be read: the keys are not changed.', {
      context: { object: keys.lost[0] },
    })
  const repositoryId = keys.repositoryId.toString('hex')
  if (change.add) requireStrength(change.add.kek)
  const kept = keys.recipients.filter(({ id }) => id !== change.remove)
  if (change.remove !== undefined && kept.length === keys.recipients.length)
    throw new BackupError('USAGE', 'There is no such recipient.', { context: { recipient: change.remove } })
  const keyringKey = change.remove === undefined ? keys.keyringKey : randomBytes(32)
  const recipients =
    change.remove === undefined
      ? [...kept]
      : kept.map((recipient) => rewrap(recipient, keyringKey, { keks: change.keks, repositoryId, now: change.now }))
  if (change.add)
    recipients.push(wrapFor(change.add.kek, keyringKey, { repositoryId, label: change.add.label, now: change.now }))
  if (recipients.length === 0)
    throw new BackupError('USAGE', 'The last recipient can not be removed.', {
      context: { recipient: change.remove ?? '' },
    })
  const bundle = change.newEpoch || change.remove !== undefined ? withNewEpoch(keys.bundle, change.now) : keys.bundle
  // Whoever remembers nothing of a keyring that was given up must not take its generation again.
  await acceptKeyring(store, keys, 0)
  const generation = keys.nextGeneration
  await requireAlone(store, keys, { generation })
  const name = await publishKeyring(store, {
    repositoryId,
    generation,
    previous: keys.name,
    now: change.now,
    recipients,
    keyringKey,
    bundle,
    features: change.features ? allFeatures(keys.features ?? change.features, change.features) : keys.features,
  })
  await requireAlone(store, keys, { generation, name })
  return name
}

/** What the repository's own key has not signed is no change of its keys. */
async function requireAlone(
  store: ObjectStore,
  keys: OpenKeys,
  { generation, name }: { readonly generation: number; readonly name?: string },
): Promise<void> {
  const repositoryId = keys.repositoryId.toString('hex')
  const others = (await readKeyrings(store)).candidates.filter(
    (each) =>
      each.name !== name &&
      each.body.generation >= generation &&
      each.body.repositoryId === repositoryId &&
      isSignedKeyring(each, keys.maintenance),
  )
  if (others.length > 0)
    throw new BackupError(
      'REPOSITORY_LOCKED',
      'The keys were changed by somebody else at the same time. Look at them and run it again.',
      { context: { object: `keys/${others[0]!.name}` } },
    )
}

function rewrap(
  recipient: Recipient,
  keyringKey: Uint8Array,
  options: { keks: readonly Kek[]; repositoryId: string; now: string },
): Recipient {
  const kek = options.keks.find((each) => unwrap(each, recipient, options.repositoryId) !== undefined)
  if (!kek)
    throw new BackupError(
      'USAGE',
      `The key of the recipient "${recipient.label}" is needed to keep it: add it to BACKUP_ENCRYPTION_KEY_PREVIOUS.`,
      { context: { recipient: recipient.id } },
    )
  return {
    ...wrapFor(kek, keyringKey, {
      repositoryId: options.repositoryId,
      label: recipient.label,
      now: options.now,
      id: recipient.id,
    }),
    addedAt: recipient.addedAt,
  }
}
