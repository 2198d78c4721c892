import { sql } from 'kysely'
import { PointState } from '../../contracts/system/index.ts'
import { damageCount, type VerifyResult } from '../../engine/index.ts'
import type { SystemParts, WithRepository } from '../parts.ts'
import { noteVerification } from '../status/verification.ts'
import { runInEngine } from './engine-process.ts'

/**
 * Reads every stored byte of the repository. Points whose data is all there and whole are proven (VERIFIED); those that
 * damage hits fall back to BACKED_UP. Gives what was found, and throws only what reading throws.
 */
export async function verifyPoints(
  { catalog, repository, tenantId }: WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<VerifyResult> {
  // What is added meanwhile was not read.
  const points = await catalog.db
    .selectFrom('recovery_points')
    .select('id')
    .where('repository_id', '=', repository.rowId)
    .where('removed_at', 'is', null)
    .execute()
  const result = await runInEngine(repository, { kind: 'verify', readShare: 1 }, { signal })
  await noteVerification({ catalog, tenantId, repository }, { problems: damageCount(result) })
  const hit = result.hits.map(({ snapshot }) => snapshot)
  const ids = points.map(({ id }) => id)
  // As arrays: there may be more of them than a statement may have values.
  const isHit = sql<boolean>`snapshot = any (${hit}::text[])`
  await catalog.transaction(async (tx) => {
    await tx
      .updateTable('recovery_points')
      .set({ state: PointState.BACKED_UP })
      .where('repository_id', '=', repository.rowId)
      .where(isHit)
      .execute()
    await tx
      .updateTable('recovery_points')
      .set({ state: PointState.VERIFIED })
      .where('state', '=', PointState.BACKED_UP)
      .where(sql<boolean>`id = any (${ids}::uuid[])`)
      .where(({ not }) => not(isHit))
      .execute()
  })
  return result
}

/** A share of the stored bytes, by default all; less than that proves no point. Throws only what reading throws. */
export async function verifyShare(
  parts: WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>,
  {
    readShare = 1,
    signal,
  }: { readonly readShare?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<VerifyResult & { readonly readShare: number }> {
  const result =
    readShare === 1
      ? await verifyPoints(parts, signal ? { signal } : {})
      : await runInEngine(parts.repository, { kind: 'verify', readShare }, { signal })
  return { ...result, readShare }
}
