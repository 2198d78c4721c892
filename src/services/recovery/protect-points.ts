/**
 * Pins and holds: signed in the repository before they are acknowledged, so that every `forget` honours them without
 * any database; then copied into the catalog.
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import {
  type ConfigSettings,
  type HoldView,
  type RecoveryPointView,
  type Warning,
  warningOf,
} from '../../contracts/system/index.ts'
import { listRecords, protect, type RecordEntry, RecordKind, type Repository, writeRecord } from '../../engine/index.ts'
import { isTimeZone } from '../../jobs/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { plainText } from '../../kernel/text.ts'
import { machineZone } from '../../kernel/zone.ts'
import { type RepositoryAccess, type SystemParts, type WithRepository, withRepository } from '../parts.ts'
import { findPoint, viewOfPoint } from './points.ts'

/** Keeps a point whatever the policy says. Throws POINT_NOT_FOUND, also when it was let go meanwhile. */
export async function pinPoint(
  parts: SystemParts,
  pointId: string,
  { by, reason = '' }: { readonly by: string; readonly reason?: string | undefined },
): Promise<RecoveryPointView> {
  const { snapshot, repository_id } = await findPoint(parts, pointId)
  await assertStorable(parts, [reason, by])
  const access = await parts.repositories.of(repository_id)
  await using repository = await access.open()
  const entry = await protect(
    repository,
    { record: RecordKind.PIN, subject: snapshot, by, value: { reason } },
    snapshot,
  ).catch(asPoint)
  await mirror(withRepository(parts, access), { entry, snapshot, source: null, reason, until: null })
  return await viewOfPoint(parts, snapshot)
}

/** A point that is not pinned stays as it is. Throws POINT_NOT_FOUND. */
export async function unpinPoint(parts: SystemParts, pointId: string, by: string): Promise<RecoveryPointView> {
  const { snapshot, repository_id } = await findPoint(parts, pointId)
  const access = await parts.repositories.of(repository_id)
  await using repository = await access.open()
  const { records } = await listRecords(repository, { record: RecordKind.PIN, subject: snapshot })
  if (records.length > 0) await writeRecord(repository, { record: RecordKind.PIN, subject: snapshot, by, value: null })
  await lift(withRepository(parts, access), RecordKind.PIN, snapshot)
  return await viewOfPoint(parts, snapshot)
}

export interface HoldRequest {
  /** Holds this point; or this source; neither means everything. */
  readonly pointId?: string | undefined
  readonly source?: string | undefined
  readonly reason: string
  /** A date to come; without one, until it is lifted. */
  readonly until?: string | undefined
}

/**
 * A legal hold: of a point where that lies, else in every repository, so that no point of the source goes anywhere; one
 * that is away refuses it, before anything is written. Throws POINT_NOT_FOUND, CONFIG_INVALID for a date that is none
 * or has passed, REPOSITORY_MISSING.
 */
export async function addHold(parts: SystemParts, hold: HoldRequest, by: string): Promise<HoldView> {
  const point = hold.pointId === undefined ? undefined : await findPoint(parts, hold.pointId)
  const zone = await zoneOfTarget(parts, { configId: point?.config_id, source: hold.source })
  const until = hold.until === undefined ? null : dateToCome(hold.until, zone)
  const snapshot = point?.snapshot ?? null
  const value = { snapshot, source: hold.source ?? null, reason: hold.reason, until }
  await assertStorable(parts, [hold.reason, hold.source ?? '', by])
  const subject = randomBytes(8).toString('hex')
  const places = point ? [await parts.repositories.of(point.repository_id)] : await parts.repositories.all()
  await inAllOpen(places, async (access, repository) => {
    const entry = await protect(repository, { record: RecordKind.HOLD, subject, by, value }, snapshot).catch(asPoint)
    await mirror(withRepository(parts, access), { entry, ...value })
  })
  return { id: subject, ...value }
}

/** All or nothing, as far as it can be known before: each one is opened before anything is written to any. */
async function inAllOpen(
  places: readonly RepositoryAccess[],
  run: (access: RepositoryAccess, repository: Repository) => Promise<void>,
): Promise<void> {
  const opened: Array<readonly [RepositoryAccess, Repository]> = []
  try {
    for (const access of places) opened.push([access, await access.open()])
    for (const [access, repository] of opened) await run(access, repository)
  } finally {
    for (const [, repository] of opened) await repository[Symbol.asyncDispose]()
  }
}

/** A name that nothing has is a slip more often than a source to come. */
export async function holdWarnings(
  { catalog, tenantId, repositories, locale }: SystemParts,
  { source }: Pick<HoldRequest, 'source'>,
): Promise<Warning[]> {
  if (source === undefined) return []
  const point = await catalog.db
    .selectFrom('recovery_points')
    .select('id')
    .where(
      'repository_id',
      'in',
      (await repositories.all()).map(({ rowId }) => rowId),
    )
    .where('source', '=', source)
    .limit(1)
    .executeTakeFirst()
  const config = await catalog.db
    .selectFrom('configs')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', source)
    .limit(1)
    .executeTakeFirst()
  return point || config ? [] : [warningOf('HOLD_SOURCE_UNKNOWN', locale, { source })]
}

/** That of the configuration that what is held belongs to, else the machine's. */
async function zoneOfTarget(
  { catalog, tenantId }: SystemParts,
  { configId, source }: { readonly configId: string | null | undefined; readonly source: string | undefined },
): Promise<string> {
  if (!configId && source === undefined) return machineZone()
  const row = await catalog.db
    .selectFrom('configs')
    .select('settings')
    .where('tenant_id', '=', tenantId)
    .$if(Boolean(configId), (query) => query.where('id', '=', configId!))
    .$if(!configId, (query) => query.where('name', '=', source!).where('removed_at', 'is', null))
    .executeTakeFirst()
  const { timezone } = (row?.settings ?? {}) as Partial<ConfigSettings>
  return timezone !== undefined && isTimeZone(timezone) ? timezone : machineZone()
}

/**
 * The database says what it takes before the repository has it for ever. Throws DATABASE_UNAVAILABLE, and whatever it
 * refuses: then nothing is written anywhere.
 */
async function assertStorable({ catalog }: SystemParts, texts: readonly string[]): Promise<void> {
  await sql`select ${JSON.stringify(texts)}::jsonb`.execute(catalog.db)
}

/** Throws NOT_FOUND for a hold that is not in force. */
export async function liftHold(parts: SystemParts, holdId: string, by: string): Promise<{ readonly lifted: true }> {
  const places = await holdPlaces(parts, holdId)
  let isLifted = false
  await inAllOpen(places, async (access, repository) => {
    const { records } = await listRecords(repository, { record: RecordKind.HOLD, subject: holdId })
    if (records.length > 0) await writeRecord(repository, { record: RecordKind.HOLD, subject: holdId, by, value: null })
    isLifted ||= records.length > 0
    await lift(withRepository(parts, access), RecordKind.HOLD, holdId)
  })
  if (!isLifted)
    throw new BackupError('NOT_FOUND', 'There is no such hold.', {
      context: { object: `hold ${holdId}`, list: 'hold list' },
    })
  return { lifted: true }
}

/** Where it stands as the database knows; where it knows none, anywhere. */
async function holdPlaces(
  { catalog, repositories }: SystemParts,
  holdId: string,
): Promise<readonly RepositoryAccess[]> {
  const all = await repositories.all()
  const rows = await catalog.db
    .selectFrom('protections')
    .select('repository_id')
    .where('record', '=', RecordKind.HOLD)
    .where('subject', '=', holdId)
    .where('lifted_at', 'is', null)
    .execute()
  const known = all.filter(({ rowId }) => rows.some((row) => row.repository_id === rowId))
  return known.length > 0 ? known : all
}

/** A date alone holds on that day to its end. */
function dateToCome(text: string, zone: string): string {
  const atMs = momentOf(text, { zone, end: DayEnd.LAST })
  const why =
    atMs === undefined ? `it is ${JSON.stringify(text)}` : atMs <= nowMs() ? 'it has passed already' : undefined
  if (why !== undefined)
    throw new BackupError('CONFIG_INVALID', `until: ${why}.`, {
      context: { path: 'until', why, accepted: 'a date to come, such as 2047-01-31' },
    })
  return isoTime(atMs!)
}

function asPoint(error: unknown): never {
  throw isBackupError(error, 'SNAPSHOT_NOT_FOUND')
    ? new BackupError('POINT_NOT_FOUND', 'The point was let go meanwhile.', {
        context: { point: error.context['snapshot'] },
        cause: error,
      })
    : error
}

/**
 * A single command has written or lifted a pin or hold there: a repository that is lost before the next run takes with
 * it what no database knows.
 */
export async function mirrorDecided(parts: WithRepository, record: 'pin' | 'hold', subject: string): Promise<void> {
  await using repository = await parts.repository.open()
  const { records } = await listRecords(repository, { record, subject })
  const [entry] = records
  if (!entry) return await lift(parts, record, subject)
  const told = (name: string) => {
    const value = entry.document.value?.[name]
    return typeof value === 'string' ? plainText(value) : null
  }
  const [source, reason, end] = [told('source'), told('reason') ?? '', told('until')]
  // What is no date never ends the hold.
  const until = end !== null && Number.isNaN(Date.parse(end)) ? null : end
  const snapshot = record === RecordKind.PIN ? subject : told('snapshot')
  await mirror(parts, { entry, snapshot, source, reason, until })
}

interface Mirrored {
  readonly entry: RecordEntry
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
}

async function mirror(
  { catalog, tenantId, repository }: WithRepository,
  { entry: { document }, ...columns }: Mirrored,
): Promise<void> {
  const row = {
    ...columns,
    generation: document.generation,
    created_by: document.by,
    created_at: document.at,
    lifted_at: null,
  }
  await catalog.db
    .insertInto('protections')
    .values({
      tenant_id: tenantId,
      repository_id: repository.rowId,
      record: document.record,
      subject: document.subject,
      ...row,
    })
    .onConflict((conflict) => conflict.columns(['repository_id', 'record', 'subject']).doUpdateSet(row))
    .execute()
}

async function lift({ catalog, repository }: WithRepository, record: string, subject: string): Promise<void> {
  await catalog.db
    .updateTable('protections')
    .set({ lifted_at: new Date(nowMs()) })
    .where('repository_id', '=', repository.rowId)
    .where('record', '=', record)
    .where('subject', '=', subject)
    .where('lifted_at', 'is', null)
    .execute()
}
