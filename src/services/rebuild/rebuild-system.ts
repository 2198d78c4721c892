/**
 * Makes a lost database again from the repository alone: control key, configurations and their removals, restore
 * points, runs, pins, holds and the audit log. One transaction: it is all there or nothing is. Repeating it changes
 * nothing.
 */
import type { RebuildSummary } from '../../contracts/system/index.ts'
import { RecordFolder, type Repository, readHistory, readRecords } from '../../engine/index.ts'
import type { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { openAuditLog } from '../audit/index.ts'
import { ControlKey, type Master, recordControlKey, sealHealthchecks } from '../control-key/index.ts'
import { type Holdings, holdingsOf, pointIdOf, saveHoldings, unstorableProtections } from '../execution/index.ts'
import { AuditResult, FIRST_NAME, formerLocation, RepositoryRole, withRepository } from '../parts.ts'
import { carryProtections, letGoOfCarried } from './carry-protections.ts'
import { closeLostAnew } from './close-anew.ts'
import { copiedUntilOf } from './copied-until.ts'
import { endedRuns } from './ended-runs.ts'
import type { RebuildContext, RebuildParts } from './rebuild-context.ts'
import { restoreAudit } from './restore-audit.ts'
import { restoreConfigs } from './restore-configs.ts'
import { restoreControlKey } from './restore-control-key.ts'
import { restoreDueTimes } from './restore-due-times.ts'
import { bringFurther, restoreFurther } from './restore-further.ts'
import { restoreRuns } from './restore-runs.ts'

export interface RebuildOptions {
  /** Who asked, for the audit log; default `system`. */
  readonly by?: string
  /**
   * Go on with a database that has other configurations, and with records that can't be believed. An audit log of its
   * own is never replaced.
   */
  readonly force?: boolean
  readonly signal?: AbortSignal
}

/**
 * Throws DATABASE_NOT_EMPTY, CONFIG_EXISTS, DAMAGED when a record can't be believed (it may be a removal),
 * ROLLBACK_SUSPECTED, KEY_WRONG and what the store throws; then the database is as it was. `parts.secrets` and the
 * audit log made with its key go on with the key that came back.
 */
export async function rebuildSystem(
  given: Omit<RebuildParts, 'repository'>,
  options: RebuildOptions = {},
): Promise<RebuildSummary> {
  const { signal } = options
  const parts = withRepository(given, given.repositories.first)
  const isForced = options.force === true
  await using repository = await parts.repository.open(signal)
  const read = await readAll(repository, signal)
  if (read.doubts[0] && !isForced) throw read.doubts[0]
  for (const { code, message } of read.doubts)
    parts.log.warn('a rebuild goes on in spite of a doubt', { code, message })
  const { summary, master } = await parts.catalog.transaction(
    (tx) => restoreAll({ parts, tx, repository, ...read, isForced }, options.by ?? 'system'),
    signal ? { signal } : {},
  )
  if (master && parts.secrets instanceof ControlKey) parts.secrets.adopt(master)
  await sealHealthchecks(parts, parts.secrets)
  await recordControlKey(parts, repository, signal)
  return summary
}

/** What can't be believed stops a rebuild: it may be a removal. */
async function readAll(
  repository: Repository,
  signal: AbortSignal | undefined,
): Promise<Pick<RebuildContext, 'history' | 'auditRecords'> & { readonly doubts: readonly BackupError[] }> {
  const history = await readHistory(repository, signal ? { signal } : {})
  const audit = await readRecords(repository, RecordFolder.AUDIT, signal)
  const problems = [...history.obstacles.filter(({ key }) => key.startsWith(RecordFolder.DECISIONS)), ...audit.problems]
  return { history, auditRecords: audit.entries, doubts: [...history.rollbacks, ...problems.map(({ error }) => error)] }
}

async function restoreAll(
  context: RebuildContext,
  by: string,
): Promise<{ summary: RebuildSummary; master: Master | undefined }> {
  const {
    parts,
    parts: { tenantId, catalog },
    tx,
    repository,
    history,
  } = context
  const audit = await restoreAudit(context)
  const { key, master } = await restoreControlKey(context)
  const further = await restoreFurther(context)
  const configs = await restoreConfigs(context, further.rowIds)
  const runs = await restoreRuns(context, endedRuns(audit.entries))
  const there = await bringFurther(context, further)
  await restoreDueTimes(context)
  const { known, carried, holdings, revived } = await bringHoldings(context)
  const copiedUntil = await copiedUntilOf(context)
  await takeOver(context)
  await letGoOfLost(context)
  await letGoOfCarried(tx, tenantId, { repository, left: carried.left })
  const lost = await closeLostAnew(context)
  const skipped = [...configs.skipped, ...unstorableProtections(history)]
  for (const record of skipped) parts.log.warn('a record holds text that no database takes', { record })
  const pins = holdings.protections.filter(({ record }) => record === 'pin').length
  const summary = {
    configs: configs.live,
    configsRemoved: configs.removed,
    points: holdings.points.length + there.points,
    runs: runs.runs,
    pins,
    holds: holdings.protections.length - pins,
    auditEntries: audit.entries.length,
    ...(configs.leftDisabled.length > 0 && { configsLeftDisabled: configs.leftDisabled }),
    ...(skipped.length > 0 && { unstorable: skipped }),
    ...(lost && { lost: lost.told }),
    ...(carried.brought.length > 0 && { carried: carried.brought }),
    ...(carried.left.length > 0 && { notCarried: carried.left }),
    ...(copiedUntil !== undefined && { copiedUntil }),
    ...(there.notOpened.length > 0 && { repositoriesNotOpened: there.notOpened }),
  }
  // Only what changed something is an act.
  const isChange =
    lost !== undefined ||
    configs.changed + runs.inserted + audit.appended + carried.brought.length + revived + there.inserted > 0 ||
    holdings.points.some(({ snapshot }) => !known.has(snapshot))
  if (isChange)
    await openAuditLog(catalog, key.auditKey, tenantId).append(
      {
        actor: by,
        action: 'system.rebuild',
        resource: 'system:rebuild',
        result: AuditResult.SUCCESS,
        details: { ...summary, ...(lost && { lost: lost.details }) },
      },
      tx,
    )
  return { summary, master }
}

/** Points and what protects them; pins and holds that the database alone knew are in the repository then. */
async function bringHoldings(context: RebuildContext) {
  const { parts, tx, repository, history } = context
  const {
    tenantId,
    repository: { rowId },
  } = parts
  const rows = await tx.selectFrom('recovery_points').select('snapshot').where('repository_id', '=', rowId).execute()
  const known = new Set(rows.map(({ snapshot }) => snapshot))
  // Nothing refuses any more, and this repository is not yet the system's: retention finds them there.
  const carried = await carryProtections(tx, tenantId, { repository, history })
  const now = carried.brought.length > 0 ? await readHistory(repository) : history
  const holdings = holdingsOf(repository, now, [...known])
  await saveHoldings(tx, { tenantId, repositoryRowId: rowId }, holdings)
  const revived = await revivePoints(context, holdings)
  return { known, carried, holdings, revived }
}

const BATCH_ROWS = 500

/**
 * A repository that was let go for another is the system's again: its points were called removed, or stand under the
 * place that it had. Gives how many came back.
 */
async function revivePoints({ parts: { repository }, tx }: RebuildContext, { points }: Holdings): Promise<number> {
  let revived = 0
  for (let at = 0; at < points.length; at += BATCH_ROWS) {
    const names = points.slice(at, at + BATCH_ROWS).map(({ snapshot }) => pointIdOf(snapshot))
    const { numUpdatedRows } = await tx
      .updateTable('recovery_points')
      .set({ removed_at: null, repository_id: repository.rowId })
      .where('id', 'in', names)
      .where((on) => on.or([on('removed_at', 'is not', null), on('repository_id', '!=', repository.rowId)]))
      .executeTakeFirstOrThrow()
    revived += Number(numUpdatedRows)
  }
  return revived
}

/** Points of a repository in whose place this one stands are lost with it: nobody is protected by them. */
async function letGoOfLost({ parts: { tenantId }, tx, repository }: RebuildContext): Promise<void> {
  await tx
    .updateTable('recovery_points')
    .set({ removed_at: new Date(nowMs()) })
    .where('tenant_id', '=', tenantId)
    .where('removed_at', 'is', null)
    .where('repository_id', 'in', (from) =>
      from
        .selectFrom('repositories')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('role', '=', RepositoryRole.FIRST)
        .where('repository_id', '<>', repository.keys.repositoryId.toString('hex')),
    )
    .execute()
}

/** From here on the repository is the system's, if it was not before. */
async function takeOver(context: RebuildContext): Promise<void> {
  const { tx, repository, parts } = context
  const { rowId, label, replacesLost } = parts.repository
  if (replacesLost === true) await leavePlace(tx, parts)
  await tx
    .updateTable('repositories')
    .set({ name: null })
    .where('tenant_id', '=', parts.tenantId)
    .where('name', '=', FIRST_NAME)
    .where('id', '<>', rowId)
    .execute()
  // One that was further until now is the first, and who wrote to it goes on with that.
  await tx.updateTable('configs').set({ repository_id: null }).where('repository_id', '=', rowId).execute()
  await tx
    .updateTable('repositories')
    .set({
      name: FIRST_NAME,
      role: RepositoryRole.FIRST,
      removed_at: null,
      repository_id: repository.keys.repositoryId.toString('hex'),
      last_seen_at: await newestOfAll(context),
      ...(replacesLost === true && { location: label }),
    })
    .where('id', '=', rowId)
    .execute()
}

/** Later than any other, though the clock may have been ahead when that one was seen. */
async function newestOfAll({ tx, parts: { tenantId } }: RebuildContext): Promise<Date> {
  const { at } = await tx
    .selectFrom('repositories')
    .select((on) => on.fn.max<Date | null>('last_seen_at').as('at'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return new Date(Math.max(nowMs(), (at?.getTime() ?? 0) + 1))
}

/** The lost one may have had the very place at which its copy is now. */
async function leavePlace(tx: RebuildContext['tx'], { tenantId, repository }: RebuildParts): Promise<void> {
  const former = await tx
    .selectFrom('repositories')
    .select(['id', 'repository_id'])
    .where('tenant_id', '=', tenantId)
    .where('location', '=', repository.label)
    .where('id', '<>', repository.rowId)
    .executeTakeFirst()
  if (former === undefined) return
  await tx
    .updateTable('repositories')
    .set({ location: formerLocation(repository.label, former.repository_id ?? former.id) })
    .where('id', '=', former.id)
    .execute()
}
