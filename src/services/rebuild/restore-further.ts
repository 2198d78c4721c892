/**
 * The further repositories of the system: registered again from the records in the one that it is rebuilt from, and
 * what they hold brought back from themselves. One that can't be opened is registered and named: its disk may be away,
 * and its points come once it is there.
 */
import { randomUUID } from 'node:crypto'
import type { NotOpenedRepository } from '../../contracts/system/index.ts'
import { RecordKind, readHistory } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { holdingsOf, saveHoldings } from '../execution/index.ts'
import { FIRST_NAME, formerLocation, RepositoryRole } from '../parts.ts'
import { parseRepository, REPOSITORY_RECORD, type RecordedRepository } from '../records/index.ts'
import { generationsBySubject, type RebuildContext } from './rebuild-context.ts'
import { restoreRuns } from './restore-runs.ts'

export interface RestoredFurther {
  readonly found: readonly RecordedRepository[]
  /** By the id that stands in its config. */
  readonly rowIds: ReadonlyMap<string, string>
}

/** Their rows. */
export async function restoreFurther(context: RebuildContext): Promise<RestoredFurther> {
  const found = recordedIn(context)
  const rowIds = new Map<string, string>()
  for (const each of found) rowIds.set(each.id, await putRow(context, each))
  return { found, rowIds }
}

export interface BroughtFurther {
  readonly points: number
  /** Runs and points that the database did not have. */
  readonly inserted: number
  readonly notOpened: readonly NotOpenedRepository[]
}

/** Their points, pins, holds and the runs that made them. */
export async function bringFurther(
  context: RebuildContext,
  { found, rowIds }: RestoredFurther,
): Promise<BroughtFurther> {
  const notOpened: NotOpenedRepository[] = []
  let points = 0
  let inserted = 0
  for (const each of found) {
    try {
      const brought = await bringOne(context, each, rowIds.get(each.id)!)
      points += brought.points
      inserted += brought.inserted
    } catch (error) {
      if (!isBackupError(error)) throw error
      context.parts.log.warn('a further repository could not be opened', { repository: each.name, code: error.code })
      notOpened.push({ name: each.name, location: each.location, errorCode: error.code })
    }
  }
  return { points, inserted, notOpened }
}

async function bringOne(
  context: RebuildContext,
  { location, key, id }: RecordedRepository,
  rowId: string,
): Promise<Omit<BroughtFurther, 'notOpened'>> {
  const { parts, tx } = context
  const access = parts.repositories.at({ location, keyReference: key })
  await using repository = await access.open()
  if (repository.keys.repositoryId.toString('hex') !== id)
    throw new BackupError('REPOSITORY_MISSING', 'Another repository is at its place.', {
      context: { repository: location },
    })
  const history = await readHistory(repository)
  const { inserted } = await restoreRuns({ ...context, repository, history }, new Map())
  const rows = await tx
    .selectFrom('recovery_points')
    .select(['snapshot', 'removed_at'])
    .where('repository_id', '=', rowId)
    .execute()
  const holdings = holdingsOf(
    repository,
    history,
    rows.map(({ snapshot }) => snapshot),
  )
  const there = new Set(rows.map(({ snapshot }) => snapshot))
  await tx.updateTable('recovery_points').set({ removed_at: null }).where('repository_id', '=', rowId).execute()
  await saveHoldings(tx, { tenantId: parts.tenantId, repositoryRowId: rowId }, holdings)
  const added = holdings.points.filter(({ snapshot }) => !there.has(snapshot)).length
  return { points: holdings.points.length, inserted: inserted + added }
}

/** By records of their own, and by configurations that write to one: but the one that all this is read from. */
function recordedIn({ history, repository, parts: { tenantId } }: RebuildContext): RecordedRepository[] {
  const found = new Map<string, RecordedRepository | null>()
  for (const [id, entries] of generationsBySubject(history, REPOSITORY_RECORD)) {
    const { value } = entries.at(-1)!.document
    found.set(id, value === null || value['tenant'] !== tenantId ? null : parseRepository(value))
  }
  for (const entries of generationsBySubject(history, RecordKind.CONFIGURATION).values()) {
    const { value } = entries.at(-1)!.document
    const named = value?.['tenant'] === tenantId ? parseRepository(value['repository']) : null
    if (named !== null && !found.has(named.id)) found.set(named.id, named)
  }
  found.delete(repository.keys.repositoryId.toString('hex'))
  return [...found.values()].flatMap((each) => each ?? [])
}

async function putRow({ parts: { tenantId }, tx }: RebuildContext, recorded: RecordedRepository): Promise<string> {
  const { id: repositoryId, location, key } = recorded
  const rows = await tx
    .selectFrom('repositories')
    .select(['id', 'name', 'location', 'repository_id', 'removed_at'])
    .where('tenant_id', '=', tenantId)
    .execute()
  const own = rows.find((row) => row.location === location && row.repository_id === repositoryId)
  const other = rows.find((row) => row.location === location && row !== own)
  if (other)
    await tx
      .updateTable('repositories')
      .set({ location: formerLocation(location, other.repository_id ?? other.id) })
      .where('id', '=', other.id)
      .execute()
  const isTaken = rows.some((row) => row !== own && row.removed_at === null && row.name === recorded.name)
  const name = isTaken || recorded.name === FIRST_NAME ? `${recorded.name}-${repositoryId.slice(0, 8)}` : recorded.name
  const id = own?.id ?? randomUUID()
  const row = { name, key_reference: key, role: RepositoryRole.FURTHER, repository_id: repositoryId, removed_at: null }
  await tx
    .insertInto('repositories')
    .values({ id, tenant_id: tenantId, location, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  return id
}
