/** Registers one more repository of the system, which configurations may write to from then on. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { isFiles, type RepositoryView, type StoredSettings, settingsOf } from '../../contracts/system/index.ts'
import { listRecords, putRecord, RecordKind, type Repository } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { isAtOrBelow, realPlace } from '../../kernel/real-place.ts'
import { recordControlKey } from '../control-key/index.ts'
import { syncPoints } from '../execution/index.ts'
import { formerLocation, type RepositoryAccess, RepositoryRole, type SystemParts, withRepository } from '../parts.ts'
import { recordedRepository, recordRepository } from '../records/index.ts'
import { repositoryView } from './list-repositories.ts'

export interface AddRepository {
  readonly name: string
  /** An absolute path, or a provider's URL. */
  readonly location: string
  /** Absolute path of the file with a key of its own; without one the keys that the system is given open it. */
  readonly keyFile?: string | undefined
  /** Make it: there is none yet. */
  readonly init?: boolean | undefined
}

/**
 * It is opened before it counts: what can't be opened now is not registered. Throws ALREADY_EXISTS for a name that
 * another one has, REPOSITORY_EXISTS for one that the system has already, REPOSITORY_NOT_FOUND where there is none and
 * `init` is not asked for, REBUILD_NEEDED for one of another system, TARGET_REFUSED where a configuration backs it up,
 * KEY_WRONG and what opening throws; then no row of it is left.
 */
export async function addRepository(parts: SystemParts, asked: AddRepository, by: string): Promise<RepositoryView> {
  const { name, location, keyFile, init } = asked
  const keyReference = keyFile === undefined ? null : `file:${path.resolve(keyFile)}`
  const place = parts.repositories.at({ location, keyReference })
  await refuseTaken(parts, name, place)
  await refuseBackedUp(parts, place)
  // Its records are made there, so that it has to be at hand.
  await using first = await parts.repositories.first.open()
  if (init === true) await parts.repositories.create(place)
  await using repository = await place.open().catch((error: unknown) => {
    throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? notThere(error, place) : error
  })
  const repositoryId = repository.keys.repositoryId.toString('hex')
  const known = (await parts.repositories.all()).find((each) => each.repositoryId === repositoryId)
  if (known) throw registered(known)
  const rowId = await rowIdFor(parts, place, repositoryId)
  await recordControlKey(withRepository(parts, { ...place, rowId }), repository)
  await putRow(parts, { rowId, place, repositoryId, name })
  const added = await parts.repositories.of(rowId)
  try {
    await recordRepository(first, { repositoryId, tenantId: parts.tenantId, by }, recordedRepository(added))
    await bringHolds({ first, repository, by })
  } catch (error) {
    await forgetRow(parts, rowId)
    throw error
  }
  await reviveAndSync(parts, added, repository)
  parts.log.info('a repository was added', { repository: name, location: added.label, by })
  return await repositoryView(parts, added)
}

async function refuseTaken({ repositories }: SystemParts, name: string, place: RepositoryAccess): Promise<void> {
  const all = await repositories.all()
  if (all.some((each) => each.name === name))
    throw new BackupError('ALREADY_EXISTS', 'Another repository has that name.', {
      context: { key: `repository ${name}` },
    })
  const known = await repositories.named(place.label).catch((error: unknown) => {
    if (!isBackupError(error, 'REPOSITORY_UNKNOWN')) throw error
  })
  if (known) throw registered(known)
}

function registered({ name, label }: RepositoryAccess): BackupError {
  return new BackupError('REPOSITORY_EXISTS', 'The system has that repository already.', {
    context: { repository: label, again: `It is registered as ${name}.` },
  })
}

function notThere(error: BackupError, { label }: RepositoryAccess): BackupError {
  return new BackupError('REPOSITORY_NOT_FOUND', 'There is no repository.', {
    context: { repository: label, make: 'neonpro-backup repository add NAME --repo LOCATION --init' },
    cause: error,
  })
}

/** It would be stored into another repository with every run, or into itself. */
async function refuseBackedUp({ catalog, tenantId }: SystemParts, { localRoot }: RepositoryAccess): Promise<void> {
  if (localRoot === undefined) return
  const rows = await catalog.db
    .selectFrom('configs')
    .select(['name', 'settings'])
    .where('tenant_id', '=', tenantId)
    .where('removed_at', 'is', null)
    .execute()
  const root = realPlace(localRoot)
  for (const { name, settings } of rows) {
    const { source: backedUp } = settingsOf(settings as StoredSettings)
    const source = isFiles(backedUp) ? backedUp.paths.map((each) => realPlace(each)) : []
    const isAmong = source.some((each) => isAtOrBelow(root, each) || isAtOrBelow(each, root))
    if (isAmong)
      throw new BackupError('TARGET_REFUSED', 'A configuration backs that place up.', {
        context: { path: localRoot, why: `The configuration ${name} backs it up, or what lies in it` },
      })
  }
}

/** One that was registered here before keeps its row: its points and pins are known by it. */
async function rowIdFor(
  { catalog, tenantId }: SystemParts,
  { label }: RepositoryAccess,
  repositoryId: string,
): Promise<string> {
  const row = await catalog.db
    .selectFrom('repositories')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('location', '=', label)
    .where('repository_id', '=', repositoryId)
    .where('role', '=', RepositoryRole.FURTHER)
    .executeTakeFirst()
  return row?.id ?? randomUUID()
}

interface Placed {
  readonly rowId: string
  readonly place: RepositoryAccess
  readonly repositoryId: string
  readonly name: string
}

async function putRow({ catalog, tenantId }: SystemParts, { rowId, place, repositoryId, name }: Placed): Promise<void> {
  const row = {
    name,
    repository_id: repositoryId,
    key_reference: place.keyReference,
    role: RepositoryRole.FURTHER,
    last_seen_at: new Date(nowMs()),
    removed_at: null,
  }
  try {
    await catalog.transaction(async (tx) => {
      const there = await tx
        .selectFrom('repositories')
        .select(['id', 'repository_id'])
        .where('tenant_id', '=', tenantId)
        .where('location', '=', place.label)
        .where('id', '<>', rowId)
        .executeTakeFirst()
      // Another one stood at this place before.
      if (there)
        await tx
          .updateTable('repositories')
          .set({ location: formerLocation(place.label, there.repository_id ?? there.id) })
          .where('id', '=', there.id)
          .execute()
      await tx
        .insertInto('repositories')
        .values({ id: rowId, tenant_id: tenantId, location: place.label, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    })
  } catch (error) {
    const isDuplicate = typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'
    throw isDuplicate
      ? new BackupError('ALREADY_EXISTS', 'Another repository has that name.', {
          context: { key: `repository ${name}` },
          cause: error,
        })
      : error
  }
}

async function forgetRow({ catalog }: SystemParts, rowId: string): Promise<void> {
  await catalog.db
    .updateTable('repositories')
    .set({ removed_at: new Date(nowMs()) })
    .where('id', '=', rowId)
    .execute()
}

interface Two {
  readonly first: Repository
  readonly repository: Repository
  readonly by: string
}

/** A hold on a source, or on everything, holds what will be written there as well. */
async function bringHolds({ first, repository, by }: Two): Promise<void> {
  const { records } = await listRecords(first, { record: RecordKind.HOLD })
  const { records: there } = await listRecords(repository, { record: RecordKind.HOLD, withLifted: true })
  const known = new Set(there.map(({ document }) => document.subject))
  for (const { document } of records) {
    const { subject, value } = document
    if (value === null || value['snapshot'] !== null || known.has(subject)) continue
    await putRecord(repository, {
      ...{ record: RecordKind.HOLD, subject, generation: 1, at: isoTime(nowMs()), by },
      value: { ...value },
    })
  }
}

/** Points that went from the lists when it was removed are there again; what it let go meanwhile is not. */
async function reviveAndSync(parts: SystemParts, added: RepositoryAccess, repository: Repository): Promise<void> {
  await parts.catalog.db
    .updateTable('recovery_points')
    .set({ removed_at: null })
    .where('repository_id', '=', added.rowId)
    .execute()
  await syncPoints(withRepository(parts, added), repository)
}
