/** Who opens a repository. */
import type { KeyringView } from '../../contracts/system/index.ts'
import { keyFingerprint, recipientOpenedBy } from '../../engine/index.ts'
import type { SystemParts } from '../parts.ts'

/** Recipients of the keyring, of the first where none is named. No secret is in it. Throws REPOSITORY_UNKNOWN. */
export async function listKeys(
  { repositories }: Pick<SystemParts, 'repositories'>,
  { repository: name, signal }: { readonly repository?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<KeyringView> {
  const repository = name === undefined ? repositories.first : await repositories.named(name)
  await using opened = await repository.open(signal)
  const { keys } = opened
  const inUse = repository.keks.find((kek) => recipientOpenedBy(keys, kek)?.id === keys.openedBy) ?? repository.keks[0]!
  return {
    generation: keys.generation,
    fingerprint: keyFingerprint(inUse),
    recipients: keys.recipients.map(({ id, label, kind, addedAt }) => ({
      ...{ id, label, kind, addedAt },
      opensWithThisKey: id === keys.openedBy,
    })),
    epochs: keys.bundle.masters.map(({ epoch, createdAt }) => ({ epoch, createdAt })),
  }
}
