/**
 * The scheduler's beat: due times whose moment has come become runs with jobs, in one transaction with the next due
 * time. Schedulers may beat at once: each skips what another holds, and a run's id comes from its due time. Costs by
 * what is due, not by how many configurations there are.
 */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, DueState, PRIORITY_RANK, RunState, RunTrigger } from '../../contracts/system/index.ts'
import { dueTimesBetween, type Job, JobKind, lateAtMs, missedAtMs, scheduledRunId } from '../../jobs/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { appendAll } from '../../kernel/collect.ts'
import type { SystemParts } from '../parts.ts'
import { dueAfter, insertWaiting, type ScheduledConfig } from './ensure-due-times.ts'
import { sourceName } from './run-row.ts'

/** Due times in one transaction. */
const BATCH = 50
/** Rows in one statement, which may hold 65,535 values. */
const BATCH_ROWS = 1000
/**
 * Of a configuration, at one catch-up: a schedule of every minute that was down for a year is not written down minute
 * by minute.
 */
const MISSED_MAX = 500

export interface TickResult {
  /** Runs put into the queue. */
  readonly started: readonly string[]
  /** Due times that passed without a run. */
  readonly missed: number
}

/** Carries out what is due at `atMs`. Throws DATABASE_UNAVAILABLE; what was committed before stays. */
export async function tick(parts: SystemParts, atMs: number = nowMs()): Promise<TickResult> {
  const started: string[] = []
  let missed = 0
  while (true) {
    const done = await parts.catalog.transaction((tx) => tickBatch(parts, tx, atMs))
    appendAll(started, done.started)
    missed += done.missed
    if (done.looked < BATCH) return { started, missed }
  }
}

/** When the next due time is, in milliseconds; Infinity where none waits. */
export async function nextWaitingMs(parts: SystemParts): Promise<number> {
  const next = await parts.catalog.db
    .selectFrom('due_times')
    .select('due_at')
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '=', DueState.WAITING)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return next?.due_at.getTime() ?? Number.POSITIVE_INFINITY
}

interface DueRow extends ScheduledConfig {
  readonly name: string
  readonly settings: ConfigSettings
  readonly dueAtMs: number
}

async function tickBatch(
  parts: SystemParts,
  tx: DatabaseTransaction,
  atMs: number,
): Promise<TickResult & { looked: number }> {
  const rows = await dueRows(parts, tx, atMs)
  const plans: DuePlan[] = []
  for (const row of rows) {
    const plan = await planOf(parts, tx, { row, atMs })
    if (plan) plans.push(plan)
  }
  if (plans.length === 0) return { started: [], missed: 0, looked: rows.length }
  await supersede(tx, plans)
  await insertRuns(parts, tx, plans)
  await settleDueTimes(parts, tx, plans)
  await parts.queue.enqueueAll(plans.map(jobOf), tx)
  for (const { row, nextDueAtMs } of plans)
    if (nextDueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config: row, dueAtMs: nextDueAtMs })
  return {
    started: plans.map(({ runId }) => runId),
    missed: plans.reduce((sum, { missed }) => sum + missed.length, 0),
    looked: rows.length,
  }
}

/** What is due and held by nobody, locked together with its configuration: see `ensureDueTimes`. */
async function dueRows(parts: SystemParts, tx: DatabaseTransaction, atMs: number): Promise<DueRow[]> {
  const rows = await tx
    .selectFrom('due_times as due')
    .innerJoin('configs as config', 'config.id', 'due.config_id')
    .select([
      'config.id',
      'config.name',
      'config.enabled',
      'config.settings',
      'config.created_at',
      'config.removed_at',
      'due.due_at',
    ])
    .where('due.tenant_id', '=', parts.tenantId)
    .where('due.state', '=', DueState.WAITING)
    .where('due.due_at', '<=', new Date(atMs))
    .orderBy('due.due_at')
    .limit(BATCH)
    .forNoKeyUpdate()
    .skipLocked()
    .execute()
  return rows.map(({ id, name, enabled, settings, created_at, removed_at, due_at }) => ({
    id,
    name,
    enabled: enabled && removed_at === null,
    settings: settings as ConfigSettings,
    createdAt: created_at,
    dueAtMs: due_at.getTime(),
  }))
}

interface DuePlan {
  readonly row: DueRow
  /** Passed without a run, ascending. */
  readonly missed: readonly number[]
  /** The one that runs now. */
  readonly dueAtMs: number
  readonly nextDueAtMs: number
  readonly runId: string
  readonly trigger: RunTrigger
}

/** Of several due times that have passed, the newest runs and the others were missed: caught up once. */
async function planOf(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { row, atMs }: { readonly row: DueRow; readonly atMs: number },
): Promise<DuePlan | undefined> {
  const drop = () =>
    tx.deleteFrom('due_times').where('config_id', '=', row.id).where('due_at', '=', new Date(row.dueAtMs)).execute()
  if (!row.enabled) {
    await drop()
    return undefined
  }
  try {
    const settledMs = await newestRunDueMs(tx, row, atMs)
    if (settledMs > row.dueAtMs) {
      await drop()
      await insertWaiting(tx, parts, { config: row, dueAtMs: dueAfter(row, settledMs) })
      return undefined
    }
    const { times, isTruncated } = dueTimesBetween(
      row.settings.schedule,
      { timezone: row.settings.timezone, createdAtMs: row.createdAt.getTime(), afterMs: row.dueAtMs },
      { untilMs: atMs, limit: MISSED_MAX },
    )
    if (isTruncated)
      parts.log.warn('more due times were missed than are written down', {
        configId: row.id,
        since: new Date(row.dueAtMs).toISOString(),
      })
    const all = [row.dueAtMs, ...times]
    const dueAtMs = all.at(-1)!
    const nextDueAtMs = dueAfter(row, dueAtMs)
    const isCatchUp = all.length > 1 || atMs > lateAtMs({ dueAtMs, nextDueAtMs })
    return {
      row,
      missed: all.slice(0, -1),
      dueAtMs,
      nextDueAtMs,
      runId: scheduledRunId(row.id, dueAtMs),
      trigger: isCatchUp ? RunTrigger.CATCH_UP : RunTrigger.SCHEDULED,
    }
  } catch (error) {
    // A zone that this platform has forgotten, say: one configuration must not stop the others.
    parts.log.error('a schedule can not be read; the configuration has no due time until it is saved again', {
      configId: row.id,
      error,
    })
    await drop()
    return undefined
  }
}

/**
 * A clock that was behind planned into a time long past: what came after that was no omission. The newest due time that
 * had its run, and not before there was a configuration.
 */
async function newestRunDueMs(tx: DatabaseTransaction, { id, createdAt }: DueRow, atMs: number): Promise<number> {
  const { at } = await tx
    .selectFrom('due_times')
    .select((on) => on.fn.max<Date | null>('due_at').as('at'))
    .where('config_id', '=', id)
    .where('state', '=', DueState.ENQUEUED)
    .where('due_at', '<=', new Date(atMs))
    .executeTakeFirstOrThrow()
  const createdAtMs = createdAt.getTime()
  return Math.max(
    at?.getTime() ?? Number.NEGATIVE_INFINITY,
    createdAtMs <= atMs ? createdAtMs : Number.NEGATIVE_INFINITY,
  )
}

/** A run that has not begun when the next one is due was missed. One that was tried stays: it goes on. */
async function supersede(tx: DatabaseTransaction, plans: readonly DuePlan[]): Promise<void> {
  const gone = await tx
    .updateTable('runs')
    .set({ state: RunState.MISSED, finished_at: sql<Date>`now()` })
    .where(
      'config_id',
      'in',
      plans.map(({ row }) => row.id),
    )
    .where('state', '=', RunState.PENDING)
    .where('trigger', 'in', [RunTrigger.SCHEDULED, RunTrigger.CATCH_UP])
    .where('attempts', '=', 0)
    .returning(['id', 'config_id', 'due_at'])
    .execute()
  for (const { config_id, due_at } of gone)
    if (due_at)
      await tx
        .updateTable('due_times')
        .set({ state: DueState.MISSED })
        .where('config_id', '=', config_id)
        .where('due_at', '=', due_at)
        .execute()
}

async function insertRuns(parts: SystemParts, tx: DatabaseTransaction, plans: readonly DuePlan[]): Promise<void> {
  const values = plans.flatMap((plan) => {
    const { row } = plan
    const common = {
      tenant_id: parts.tenantId,
      config_id: row.id,
      config_name: row.name,
      source: sourceName(row),
      type: row.settings.type,
      priority: PRIORITY_RANK[row.settings.priority],
      requested_by: 'system',
    }
    const missed = plan.missed.map((dueAtMs, i) => ({
      ...common,
      id: scheduledRunId(row.id, dueAtMs),
      trigger: RunTrigger.SCHEDULED,
      due_at: new Date(dueAtMs),
      state: RunState.MISSED,
      created_at: new Date(dueAtMs),
      finished_at: new Date(missedAtMs({ dueAtMs, nextDueAtMs: plan.missed[i + 1] ?? plan.dueAtMs })),
    }))
    return [
      ...missed,
      {
        ...common,
        id: plan.runId,
        trigger: plan.trigger,
        due_at: new Date(plan.dueAtMs),
        state: RunState.PENDING,
        finished_at: null,
      },
    ]
  })
  for (let at = 0; at < values.length; at += BATCH_ROWS)
    await tx
      .insertInto('runs')
      .values(values.slice(at, at + BATCH_ROWS))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
}

async function settleDueTimes(parts: SystemParts, tx: DatabaseTransaction, plans: readonly DuePlan[]): Promise<void> {
  const values = plans.flatMap(({ row, missed, dueAtMs, nextDueAtMs }) =>
    [...missed, dueAtMs].map((at, i) => ({
      config_id: row.id,
      due_at: new Date(at),
      tenant_id: parts.tenantId,
      state: at === dueAtMs ? DueState.ENQUEUED : DueState.MISSED,
      run_id: scheduledRunId(row.id, at),
      late_at: new Date(
        lateAtMs({ dueAtMs: at, nextDueAtMs: at === dueAtMs ? nextDueAtMs : (missed[i + 1] ?? dueAtMs) }),
      ),
    })),
  )
  for (let at = 0; at < values.length; at += BATCH_ROWS)
    await tx
      .insertInto('due_times')
      .values(values.slice(at, at + BATCH_ROWS))
      .onConflict((conflict) =>
        conflict
          .columns(['config_id', 'due_at'])
          .doUpdateSet((from) => ({ state: from.ref('excluded.state'), run_id: from.ref('excluded.run_id') })),
      )
      .execute()
}

function jobOf({ runId, row }: DuePlan): Job {
  return { kind: JobKind.BACKUP, subject: runId, priority: PRIORITY_RANK[row.settings.priority] }
}
