/** Restore points as people see them, from the catalog's copy of the repository. */
import { type Selectable, sql } from 'kysely'
import type { Tables } from '../../catalog/index.ts'
import {
  type BackupType,
  type DatedAheadPoint,
  type PointState,
  type RecoveryPointView,
  RunState,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { SystemParts, WithRepository } from '../parts.ts'

export type PointRow = Selectable<Tables['recovery_points']>

type PointParts = Pick<SystemParts, 'catalog' | 'repositories' | 'tenantId'>

/**
 * Newest first, in the order of points; of one configuration, or all, in every repository that is registered. Removed
 * configurations keep their points.
 */
export async function getRecoveryPoints(parts: PointParts, configId?: string): Promise<readonly RecoveryPointView[]> {
  let query = parts.catalog.db
    .selectFrom('recovery_points')
    .selectAll()
    .where('repository_id', 'in', await registeredIds(parts))
    .where('removed_at', 'is', null)
  if (configId !== undefined) query = query.where((on) => on(on.cast<string>('config_id', 'text'), '=', configId))
  const rows = await query.orderBy('counts_at', 'desc').orderBy('id').execute()
  const guards = await guardsOf(parts)
  const names = await repositoryNames(parts)
  return rows.map((row) => pointView(row, { guards, names }))
}

/** Rows of the repositories whose points are the system's. */
async function registeredIds({ repositories }: PointParts): Promise<string[]> {
  return (await repositories.all()).map(({ rowId }) => rowId)
}

async function repositoryNames({ repositories }: PointParts): Promise<ReadonlyMap<string, string>> {
  return new Map((await repositories.all()).map(({ rowId, name }) => [rowId, name]))
}

/** By its own id, its run's, or its snapshot's name. Throws POINT_NOT_FOUND. */
export async function findPoint(parts: PointParts, id: string): Promise<PointRow> {
  const { catalog } = parts
  const wanted = id.toLowerCase()
  const row = await catalog.db
    .selectFrom('recovery_points')
    .selectAll()
    .where('repository_id', 'in', await registeredIds(parts))
    .where('removed_at', 'is', null)
    .where((on) =>
      on.or([
        on(on.cast<string>('id', 'text'), '=', wanted),
        on(on.cast<string>('run_id', 'text'), '=', wanted),
        on('snapshot', '=', wanted),
      ]),
    )
    .orderBy('counts_at', 'desc')
    .executeTakeFirst()
  if (row) return row
  throw new BackupError('POINT_NOT_FOUND', await whyNoPoint(catalog, wanted), { context: { point: id } })
}

/** What two clocks may differ by, and what a date may be out of order by, before it is worth a word. */
const AHEAD_MS_MAX = 60_000
const OUT_OF_ORDER_MS_MAX = 3_600_000

/** Points of a repository whose own clock was ahead: one wrong date must neither hide nor go unsaid. */
export async function pointsDatedAhead(
  { catalog, repository }: WithRepository<Pick<SystemParts, 'catalog'>>,
  atMs: number = nowMs(),
): Promise<DatedAheadPoint[]> {
  const latest = new Date(atMs + AHEAD_MS_MAX)
  const rows = await catalog.db
    .selectFrom('recovery_points')
    .select(['id', 'snapshot', 'source', 'created_at', 'counts_at'])
    .where('repository_id', '=', repository.rowId)
    .where('removed_at', 'is', null)
    .where((on) =>
      on.or([
        on('created_at', '>', latest),
        on('created_at', '>', sql<Date>`counts_at + make_interval(secs => ${OUT_OF_ORDER_MS_MAX / 1000})`),
      ]),
    )
    .orderBy('counts_at')
    .execute()
  return rows.map(({ id, snapshot, source, created_at, counts_at }) => ({
    pointId: id,
    snapshot,
    source,
    createdAt: isoTime(created_at.getTime()),
    countsAt: counts_at < created_at ? isoTime(counts_at.getTime()) : null,
  }))
}

async function whyNoPoint(catalog: SystemParts['catalog'], id: string): Promise<string> {
  const run = await catalog.db
    .selectFrom('runs')
    .select('state')
    .where((on) => on(on.cast<string>('id', 'text'), '=', id))
    .executeTakeFirst()
  if (run?.state === RunState.PENDING || run?.state === RunState.RUNNING)
    return 'The run has not finished yet: it has no point.'
  return run ? `The run is ${run.state} and has no point, or it was let go.` : 'There is no such point or run.'
}

export async function viewOfPoint(parts: PointParts, id: string): Promise<RecoveryPointView> {
  return pointView(await findPoint(parts, id), {
    guards: await guardsOf(parts),
    names: await repositoryNames(parts),
  })
}

interface Guard {
  readonly repositoryRowId: string
  readonly record: string
  readonly subject: string
  readonly snapshot: string | null
  readonly source: string | null
}

async function guardsOf(parts: PointParts): Promise<Guard[]> {
  return await parts.catalog.db
    .selectFrom('protections')
    .select(['repository_id as repositoryRowId', 'record', 'subject', 'snapshot', 'source'])
    .where('repository_id', 'in', await registeredIds(parts))
    .where('lifted_at', 'is', null)
    .where((on) => on.or([on('until', 'is', null), on('until', '>', new Date(nowMs()))]))
    .orderBy('subject')
    .execute()
}

function pointView(
  row: PointRow,
  { guards: all, names }: { readonly guards: readonly Guard[]; readonly names: ReadonlyMap<string, string> },
): RecoveryPointView {
  // What is protected in one repository is not in another.
  const guards = all.filter(({ repositoryRowId }) => repositoryRowId === row.repository_id)
  const holds = guards.filter((guard) => guard.record === 'hold' && isHeld(guard, row))
  return {
    id: row.id,
    runId: row.run_id,
    configId: row.config_id,
    source: row.source,
    repository: names.get(row.repository_id) ?? '',
    snapshot: row.snapshot,
    createdAt: isoTime(row.created_at.getTime()),
    type: row.type as BackupType,
    state: row.state as PointState,
    isComplete: row.is_complete,
    bytes: row.bytes,
    bytesAdded: row.bytes_added,
    files: row.files,
    expiresAt: row.expires_at && isoTime(row.expires_at.getTime()),
    keptBecause: row.kept_because,
    pinned: guards.some(({ record, snapshot }) => record === 'pin' && snapshot === row.snapshot),
    holds: holds.map(({ subject }) => subject),
  }
}

/** A hold without snapshot and source holds everything. */
function isHeld({ snapshot, source }: Guard, row: PointRow): boolean {
  return (
    (snapshot === null && source === null) || snapshot === row.snapshot || (source !== null && source === row.source)
  )
}
