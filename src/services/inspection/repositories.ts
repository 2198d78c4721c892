/** The system's repositories as its database knows them, and who opens the one that it writes to. */
import type { KeyringView, RepositoryView } from '../../contracts/system/index.ts'
import { keyFingerprint, recipientOpenedBy } from '../../engine/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'

/** The current one first, then the newest. */
export async function listRepositories({
  catalog,
  tenantId,
  repository,
}: Pick<SystemParts, 'catalog' | 'tenantId' | 'repository'>): Promise<RepositoryView[]> {
  const rows = await catalog.db
    .selectFrom('repositories')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  const views = rows.map((row) => ({
    id: row.id,
    location: row.location,
    repositoryId: row.repository_id,
    isCurrent: row.id === repository.rowId,
    createdAt: isoTime(row.created_at.getTime()),
    lastSeenAt: row.last_seen_at && isoTime(row.last_seen_at.getTime()),
  }))
  return views.sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
}

/** Recipients of the keyring. No secret is in it. */
export async function listKeys(
  { repository }: Pick<SystemParts, 'repository'>,
  signal?: AbortSignal,
): Promise<KeyringView> {
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
