/** The system's repositories as its database knows them, and whether each can be opened now. */
import { sql } from 'kysely'
import type { RepositoryView } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts, writesTo } from '../parts.ts'

/** A disk that hangs must not keep the others from being told of. */
const ANSWER_MS = 8_000

/**
 * The first one first, then those that were added, in their order; last those that the first has had as others or
 * elsewhere.
 */
export async function listRepositories(parts: SystemParts): Promise<RepositoryView[]> {
  const all = await parts.repositories.all()
  const views = await Promise.all(all.map((each) => repositoryView(parts, each)))
  const rows = await parts.catalog.db
    .selectFrom('repositories')
    .selectAll()
    .where('tenant_id', '=', parts.tenantId)
    .where('role', '=', RepositoryRole.FIRST)
    .where('id', '<>', parts.repositories.first.rowId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  const former = rows.map(
    (row): RepositoryView => ({
      id: row.id,
      name: null,
      role: 'FORMER',
      location: row.location,
      repositoryId: row.repository_id,
      isCurrent: false,
      isReachable: null,
      errorCode: null,
      keyFile: null,
      points: 0,
      configs: [],
      createdAt: isoTime(row.created_at.getTime()),
      lastSeenAt: row.last_seen_at && isoTime(row.last_seen_at.getTime()),
    }),
  )
  return [...views, ...former]
}

export async function repositoryView(parts: SystemParts, access: RepositoryAccess): Promise<RepositoryView> {
  const [row, points, configs, errorCode] = await Promise.all([
    parts.catalog.db.selectFrom('repositories').selectAll().where('id', '=', access.rowId).executeTakeFirstOrThrow(),
    pointCount(parts, access),
    configsWritingTo(parts, access),
    errorOf(access),
  ])
  return {
    id: row.id,
    name: access.name,
    role: access.role,
    location: access.label,
    repositoryId: access.repositoryId ?? row.repository_id,
    isCurrent: access.role === RepositoryRole.FIRST,
    isReachable: errorCode === null,
    errorCode,
    keyFile: access.keyReference?.slice('file:'.length) ?? null,
    points,
    configs: configs.map(({ name }) => name),
    createdAt: isoTime(row.created_at.getTime()),
    lastSeenAt: row.last_seen_at && isoTime(row.last_seen_at.getTime()),
  }
}

/** By name. */
export async function configsWritingTo(
  { catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>,
  repository: RepositoryAccess,
): Promise<ReadonlyArray<{ readonly name: string; readonly enabled: boolean }>> {
  return await catalog.db
    .selectFrom('configs')
    .select(['name', 'enabled'])
    .where('tenant_id', '=', tenantId)
    .where('removed_at', 'is', null)
    .where(writesTo({ repository }))
    .orderBy('name')
    .execute()
}

async function pointCount({ catalog }: SystemParts, { rowId }: RepositoryAccess): Promise<number> {
  const { count } = await catalog.db
    .selectFrom('recovery_points')
    .select(sql<number>`count(*)::float8`.as('count'))
    .where('repository_id', '=', rowId)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** Code of what keeps it from being opened. */
async function errorOf(access: RepositoryAccess): Promise<string | null> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const late = new Promise<string>((resolve) =>
    signal.addEventListener('abort', () => resolve('STORAGE_UNAVAILABLE'), { once: true }),
  )
  const opening = async () => {
    await using _repository = await access.open(signal)
    return null
  }
  return await Promise.race([opening(), late]).catch((error: unknown) => {
    if (isBackupError(error)) return signal.aborted ? 'STORAGE_UNAVAILABLE' : error.code
    throw error
  })
}
