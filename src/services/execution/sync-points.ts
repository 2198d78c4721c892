import { type Repository, readHistory } from '../../engine/index.ts'
import type { SystemParts, WithRepository } from '../parts.ts'
import { runInEngine } from './engine-process.ts'
import type { Holdings } from './engine-protocol.ts'
import { holdingsOf } from './holdings.ts'
import { saveHoldings } from './save-holdings.ts'

type SyncParts = WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>

/** Snapshots that the catalog believes to be there. */
export async function knownSnapshots({ catalog, repository }: SyncParts): Promise<string[]> {
  const rows = await catalog.db
    .selectFrom('recovery_points')
    .select('snapshot')
    .where('repository_id', '=', repository.rowId)
    .where('removed_at', 'is', null)
    .execute()
  return rows.map(({ snapshot }) => snapshot)
}

/**
 * Copies points, pins and holds as the repository has them into the catalog; copying again changes nothing. Reads in a
 * process of its own, or through `repository` where one is open. Throws what reading throws.
 */
export async function syncPoints(
  parts: SyncParts,
  repository?: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Holdings> {
  const known = await knownSnapshots(parts)
  const holdings = repository
    ? holdingsOf(repository, await readHistory(repository, options), known)
    : await runInEngine(parts.repository, { kind: 'survey', known }, options)
  await recordHoldings(parts, holdings)
  return holdings
}

export async function recordHoldings(
  { catalog, tenantId, repository }: SyncParts,
  holdings: Pick<Holdings, 'points' | 'protections' | 'gone'>,
): Promise<void> {
  await catalog.transaction((tx) => saveHoldings(tx, { tenantId, repositoryRowId: repository.rowId }, holdings))
}
