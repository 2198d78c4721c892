/**
 * Copies what a repository says of itself into the catalog: restore points, pins and holds. Repeating it changes
 * nothing.
 */
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { Holdings, PointFacts, ProtectionFacts } from './engine-protocol.ts'

const BATCH_ROWS = 500
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export interface HoldingsPlace {
  readonly tenantId: string
  /** Of the row in `repositories`. */
  readonly repositoryRowId: string
}

/** The id of a restore point: made from the snapshot's name, so that a rebuilt catalog gives the same. */
export function pointIdOf(snapshot: string): string {
  const hex = snapshot.slice(0, 32)
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * Points that are there already are left alone: what the repository forgot never comes back, and proof that was gained
 * stays; only their place among the others is put right. Those of `gone` are marked as removed; protections that are no
 * longer in force as lifted.
 */
export async function saveHoldings(
  tx: DatabaseTransaction,
  place: HoldingsPlace,
  holdings: Pick<Holdings, 'points' | 'protections' | 'gone'>,
): Promise<void> {
  const rows = await tx
    .selectFrom('recovery_points')
    .select(['snapshot', 'counts_at'])
    .where('repository_id', '=', place.repositoryRowId)
    .execute()
  const known = new Map(rows.map(({ snapshot, counts_at }) => [snapshot, counts_at.toISOString()]))
  const missing = holdings.points.filter(({ snapshot }) => !known.has(snapshot))
  for (let at = 0; at < missing.length; at += BATCH_ROWS) await putPoints(tx, place, missing.slice(at, at + BATCH_ROWS))
  const moved = holdings.points.filter(
    ({ snapshot, countsAt }) => known.has(snapshot) && known.get(snapshot) !== countsAt,
  )
  for (const { snapshot, countsAt } of moved)
    await tx
      .updateTable('recovery_points')
      .set({ counts_at: countsAt })
      .where('repository_id', '=', place.repositoryRowId)
      .where('snapshot', '=', snapshot)
      .execute()
  for (let at = 0; at < holdings.gone.length; at += BATCH_ROWS) {
    await tx
      .updateTable('recovery_points')
      .set({ removed_at: new Date(nowMs()) })
      .where('repository_id', '=', place.repositoryRowId)
      .where('removed_at', 'is', null)
      .where('snapshot', 'in', holdings.gone.slice(at, at + BATCH_ROWS))
      .execute()
  }
  await putProtections(tx, place, holdings.protections)
}

/** One point; one that is there already is left alone. */
export async function savePoint(tx: DatabaseTransaction, place: HoldingsPlace, point: PointFacts): Promise<void> {
  await putPoints(tx, place, [point])
}

async function putPoints(
  tx: DatabaseTransaction,
  { tenantId, repositoryRowId }: HoldingsPlace,
  points: readonly PointFacts[],
): Promise<void> {
  const rows = points.map((point) => ({
    id: pointIdOf(point.snapshot),
    tenant_id: tenantId,
    repository_id: repositoryRowId,
    snapshot: point.snapshot,
    run_id: uuidOrNull(point.runId),
    config_id: uuidOrNull(point.configId),
    source: point.source,
    created_at: point.createdAt,
    counts_at: point.countsAt,
    type: point.type,
    is_complete: point.isComplete,
    bytes: point.bytes,
    bytes_added: point.bytesAdded,
    files: point.files,
  }))
  await tx
    .insertInto('recovery_points')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Runs and tags of other makers may have ids of another form. */
function uuidOrNull(text: string | null): string | null {
  return text !== null && UUID.test(text) ? text : null
}

async function putProtections(
  tx: DatabaseTransaction,
  { tenantId, repositoryRowId }: HoldingsPlace,
  protections: readonly ProtectionFacts[],
): Promise<void> {
  const inForce = new Set(protections.map(({ record, subject }) => `${record}/${subject}`))
  const known = await tx
    .selectFrom('protections')
    .select(['record', 'subject'])
    .where('repository_id', '=', repositoryRowId)
    .where('lifted_at', 'is', null)
    .execute()
  for (const { record, subject } of known) {
    if (inForce.has(`${record}/${subject}`)) continue
    await tx
      .updateTable('protections')
      .set({ lifted_at: new Date(nowMs()) })
      .where('repository_id', '=', repositoryRowId)
      .where('record', '=', record)
      .where('subject', '=', subject)
      .execute()
  }
  for (const { record, subject, generation, snapshot, source, reason, until, by, at } of protections) {
    const row = { generation, snapshot, source, reason, until, created_by: by, created_at: at, lifted_at: null }
    await tx
      .insertInto('protections')
      .values({ tenant_id: tenantId, repository_id: repositoryRowId, record, subject, ...row })
      .onConflict((conflict) => conflict.columns(['repository_id', 'record', 'subject']).doUpdateSet(row))
      .execute()
  }
}
