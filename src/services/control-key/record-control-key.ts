/**
 * The wrapped control key as a signed record: without it the sealed URLs and the pseudonyms of a lost database could
 * not be read again.
 */
import { listRecords, putRecord, RecordKind, type Repository } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts, type WithRepository } from '../parts.ts'
import { findMaster, newestOf, openMaster, rewrapMaster, type StoredMaster } from './open-control-key.ts'
import { isHeldByRepository, parseWrapped, wrapMaster } from './wrapped-master.ts'

const RECORDED = 'control-key.recorded'

interface Recorded {
  readonly generation: number
  readonly repositoryId: string
}

type KeyParts = WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>

/**
 * Makes sure that the control key in force stands in this repository (which `parts` name), wrapped for its keys as
 * well. Does nothing when it does. The wrap in the database is the first repository's alone. Throws REBUILD_NEEDED when
 * the key of another control plane stands there, KEY_WRONG, DAMAGED and what the store throws.
 */
export async function recordControlKey(parts: KeyParts, repository: Repository, signal?: AbortSignal): Promise<void> {
  const { catalog, tenantId } = parts
  const repositoryId = repository.keys.repositoryId.toString('hex')
  const stored = await findMaster(catalog.db, tenantId)
  if (!stored) throw new BackupError('DATABASE_NOT_INITIALIZED', 'The database has no control key yet.')
  const recorded = await readRecorded(parts)
  if (recorded?.generation === stored.generation && recorded.repositoryId === repositoryId) return
  const newest = await newestThere(parts, repository, signal)
  // To supersede it would lose what only it opens.
  if (newest && newest.id !== stored.wrapped.id)
    throw new BackupError('REBUILD_NEEDED', 'Another control plane keeps its key in this repository.', {
      context: { repository: repository.store.location },
    })
  const toRecord = { stored, above: newest?.generation ?? 0 }
  const isFirst = parts.repository.role === RepositoryRole.FIRST
  const { generation, wrapped } = isFirst
    ? await heldByRepository(parts, repository, toRecord)
    : wrappedFor(parts, repository, toRecord)
  await putRecord(
    repository,
    {
      record: RecordKind.CONTROL_KEY,
      subject: tenantId,
      generation,
      at: wrapped.createdAt,
      by: 'system',
      value: { ...wrapped },
    },
    signal,
  )
  await markRecorded(parts, { generation: isFirst ? generation : stored.generation, repositoryId })
}

async function newestThere(
  { tenantId }: Pick<SystemParts, 'tenantId'>,
  repository: Repository,
  signal: AbortSignal | undefined,
): Promise<{ readonly id: string; readonly generation: number } | undefined> {
  const { records } = await listRecords(repository, {
    record: RecordKind.CONTROL_KEY,
    subject: tenantId,
    ...(signal && { signal }),
  })
  const document = records[0]?.document
  return document && { id: parseWrapped(document.value).id, generation: document.generation }
}

interface ToRecord {
  readonly stored: StoredMaster
  /** The newest generation in the repository. */
  readonly above: number
}

/** For the keys of a further repository: every one of them opens what stands there. */
function wrappedFor(
  { repository: access }: KeyParts,
  repository: Repository,
  { stored, above }: ToRecord,
): StoredMaster {
  const { master } = openMaster(stored, access.keks)
  const holders = { kek: newestOf(access.keks), repositoryKek: repository.keys.controlPlaneKek }
  return { generation: above + 1, wrapped: wrapMaster(master, holders, isoTime(nowMs())) }
}

async function heldByRepository(
  { catalog, tenantId, repository: access }: KeyParts,
  repository: Repository,
  { stored, above }: ToRecord,
): Promise<StoredMaster> {
  const repositoryKek = repository.keys.controlPlaneKek
  const opened = openMaster(stored, access.keks, [repositoryKek])
  if (opened.isForNewestKey && isHeldByRepository(stored.wrapped) && stored.generation > above) return stored
  return rewrapMaster(
    catalog,
    { ...opened, generation: Math.max(stored.generation, above) },
    { holders: { kek: newestOf(access.keks), repositoryKek }, tenantId },
  )
}

/** Of the first, which earlier versions knew alone, and of each other one. */
function settingOf({ role, rowId }: RepositoryAccess): string {
  return role === RepositoryRole.FIRST ? RECORDED : `${RECORDED}:${rowId}`
}

async function readRecorded({ catalog, tenantId, repository }: KeyParts): Promise<Recorded | undefined> {
  const row = await catalog.db
    .selectFrom('settings')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', settingOf(repository))
    .executeTakeFirst()
  return row?.value as Recorded | undefined
}

/** Remembers which generation stands in which repository. */
export async function markRecorded({ catalog, tenantId, repository }: KeyParts, recorded: Recorded): Promise<void> {
  const value = JSON.stringify(recorded)
  await catalog.db
    .insertInto('settings')
    .values({ tenant_id: tenantId, name: settingOf(repository), value })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet({ value }))
    .execute()
}
