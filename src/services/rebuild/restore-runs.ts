/**
 * Runs: those that made a snapshot, and those of which only the audit log knows, since they failed, were missed, or
 * their snapshot has been let go.
 */

import type { Insertable } from 'kysely'
import type { Tables } from '../../catalog/index.ts'
import { failureOf, type Locale } from '../../contracts/index.ts'
import { type BackupType, type ConfigSettings, RunState, RunTrigger, SourceKind } from '../../contracts/system/index.ts'
import type { SnapshotEntry } from '../../engine/index.ts'
import { dueTimesBetween, scheduledRunId } from '../../jobs/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { ERROR_CODES, type ErrorCode } from '../../kernel/error-code.ts'
import { configOf, outcomeOf, snapshotTypeOf } from '../execution/index.ts'
import { storedStats } from '../scheduling/index.ts'
import type { EndedRun } from './ended-runs.ts'
import type { RebuildContext } from './rebuild-context.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Random ids are those of runs that somebody asked for; a scheduled one's is derived. */
const RANDOM = '4'
const BATCH_ROWS = 500
/** How far before its start a run's due time is looked for, and among how many. */
const DUE_MS_MAX = 48 * 3_600_000
const DUE_TIMES_MAX = 200

/** Answers how many runs the repository knows. `ended`: what the audit log says of runs. */
export async function restoreRuns(
  context: RebuildContext,
  ended: ReadonlyMap<string, EndedRun>,
): Promise<{ readonly runs: number; readonly inserted: number }> {
  const {
    parts: { tenantId, locale },
    tx,
    history,
  } = context
  const made = history.snapshots.filter(
    ({ document }) => UUID.test(document.runId ?? '') && UUID.test(configOf(document) ?? ''),
  )
  const madeIds = new Set(made.map(({ document }) => document.runId))
  const others = [...ended.values()].filter(
    ({ runId, configId }) => !madeIds.has(runId) && UUID.test(runId) && UUID.test(configId),
  )
  await placeUnknownConfigs(context, [
    ...others.map(({ configId, source, endedAt }) => ({
      configId,
      source,
      // The log does not say of what kind it was; a snapshot would.
      kind: SourceKind.FILES,
      startedAt: endedAt,
      finishedAt: endedAt,
    })),
    ...made.map(({ document: { source, sourceKind, startedAt, finishedAt, tags } }) => ({
      configId: configOf({ tags })!,
      source,
      kind: sourceKind,
      startedAt,
      finishedAt,
    })),
  ])
  const configs = await tx
    .selectFrom('configs')
    .select(['id', 'name', 'settings', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .execute()
  const byId = new Map(configs.map((config) => [config.id, config]))
  const rows = [
    ...made.map((entry) => ({
      tenant_id: tenantId,
      ...rowOfSnapshot(entry, { config: byId.get(configOf(entry.document)!), ended: ended.get(entry.document.runId!) }),
    })),
    ...others.map((run) => ({ tenant_id: tenantId, ...rowOfEnd(run, { config: byId.get(run.configId), locale }) })),
  ]
  let inserted = 0
  for (let at = 0; at < rows.length; at += BATCH_ROWS) {
    const results = await tx
      .insertInto('runs')
      .values(rows.slice(at, at + BATCH_ROWS))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    inserted += Number(results.numInsertedOrUpdatedRows ?? 0n)
  }
  return { runs: rows.length, inserted }
}

interface ConfigTrace {
  readonly configId: string
  readonly source: string
  readonly kind: string
  readonly startedAt: string
  readonly finishedAt: string
}

/** A run needs its configuration: one that was never recorded is there as removed, under its source's name. */
async function placeUnknownConfigs(
  { parts: { tenantId }, tx }: RebuildContext,
  traces: readonly ConfigTrace[],
): Promise<void> {
  const newest = new Map(traces.map((trace) => [trace.configId, trace]))
  const rows = [...newest.values()].map(({ configId, source, kind, startedAt, finishedAt }) => ({
    id: configId,
    tenant_id: tenantId,
    name: source,
    kind,
    settings: '{}',
    enabled: false,
    recorded_generation: 1,
    created_by: 'system',
    created_at: startedAt,
    updated_at: finishedAt,
    removed_at: finishedAt,
  }))
  for (let at = 0; at < rows.length; at += BATCH_ROWS)
    await tx
      .insertInto('configs')
      .values(rows.slice(at, at + BATCH_ROWS))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
}

interface RunConfig {
  readonly name: string
  readonly settings: unknown
  readonly created_at: Date
}

type RunRow = Omit<Insertable<Tables['runs']>, 'tenant_id'>

/** The snapshot says what was stored, the log how the run came about. */
function rowOfSnapshot(
  { name, document }: SnapshotEntry,
  { config, ended }: { readonly config: RunConfig | undefined; readonly ended: EndedRun | undefined },
): RunRow {
  const { filesNew, filesChanged, filesUnmodified, bytesStored, point, skipped, skippedCount, warnings } = outcomeOf({
    snapshot: name,
    document,
    isRepeat: false,
  })
  const stats = {
    filesNew,
    filesChanged,
    filesUnmodified,
    bytesProcessed: point.bytes,
    bytesAdded: point.bytesAdded,
    bytesStored,
  }
  const how = ended
    ? {
        type: ended.type,
        trigger: ended.trigger,
        due_at: ended.dueAt,
        attempts: ended.attempts,
        started_at: ended.startedAt,
        finished_at: ended.endedAt,
      }
    : {
        type: typeOf(document, config),
        trigger: isByHand(document.runId!) ? RunTrigger.MANUAL : RunTrigger.SCHEDULED,
        due_at: config ? dueAtOf(document, config) : null,
        attempts: 1,
        started_at: document.startedAt,
        finished_at: document.finishedAt,
      }
  return {
    id: document.runId!,
    config_id: configOf(document)!,
    config_name: config?.name ?? document.source,
    source: document.source,
    state: skippedCount > 0 ? RunState.PARTIAL : RunState.COMPLETED,
    requested_by: 'system',
    created_at: document.startedAt,
    snapshot: name,
    stats: storedStats(stats, warnings),
    skipped: JSON.stringify(skipped),
    ...how,
  }
}

function rowOfEnd(
  run: EndedRun,
  { config, locale }: { readonly config: RunConfig | undefined; readonly locale: Locale },
): RunRow {
  return {
    id: run.runId,
    config_id: run.configId,
    config_name: config?.name ?? run.source,
    source: run.source,
    type: run.type,
    trigger: run.trigger,
    due_at: run.dueAt,
    state: run.state,
    requested_by: 'system',
    created_at: run.startedAt ?? run.dueAt ?? run.endedAt,
    started_at: run.startedAt,
    finished_at: run.endedAt,
    attempts: run.attempts,
    snapshot: run.snapshot,
    ...(run.stats && { stats: JSON.stringify(run.stats) }),
    ...(isErrorCode(run.code) && {
      error: JSON.stringify(failureOf(new BackupError(run.code, 'From the audit log.'), locale)),
    }),
  }
}

function isErrorCode(code: string | null): code is ErrorCode {
  return ERROR_CODES.some((known) => known === code)
}

/**
 * The configuration's own word, where the snapshot can have come of it: the first one has nothing to compare with,
 * whatever was asked for.
 */
function typeOf({ type, parent }: SnapshotEntry['document'], config: RunConfig | undefined): BackupType {
  const asked = (config?.settings as Partial<ConfigSettings> | undefined)?.type
  return asked !== undefined && (parent === null || snapshotTypeOf(asked) === type) ? asked : type
}

function isByHand(runId: string): boolean {
  return UUID.exec(runId)?.[1] === RANDOM
}

/** The id of a scheduled run tells its due time, as long as the schedule still names it. */
function dueAtOf(
  { runId = '', startedAt, tags }: SnapshotEntry['document'],
  { settings, created_at: createdAt }: RunConfig,
): Date | null {
  const { schedule, timezone } = settings as Partial<ConfigSettings>
  if (isByHand(runId) || !schedule || timezone === undefined) return null
  const untilMs = Date.parse(startedAt)
  const frame = { timezone, createdAtMs: createdAt.getTime(), afterMs: untilMs - DUE_MS_MAX }
  try {
    const dueAtMs = dueTimesBetween(schedule, frame, { untilMs, limit: DUE_TIMES_MAX }).times.find(
      (atMs) => scheduledRunId(configOf({ tags })!, atMs) === runId,
    )
    return dueAtMs === undefined ? null : new Date(dueAtMs)
  } catch (error) {
    if (isBackupError(error, 'CONFIG_INVALID')) return null
    throw error
  }
}
