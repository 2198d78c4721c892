/**
 * A clock that was wrong once stops nothing: what was planned or written down by it for a time that is far from now is
 * put right. Nothing here trusts the former time, only that now is now. Where that is in doubt, what is to come is
 * planned all the same, and nothing that has been is touched: a clock that is behind calls all of it wrong.
 */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, DueState, effectiveSettings } from '../../contracts/system/index.ts'
import { QUEUE_SCHEMA } from '../../jobs/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { lockConfig } from './config-lock.ts'
import { AHEAD_MS, dueAfter, insertWaiting, MISSED_ROWS, type ScheduledConfig } from './ensure-due-times.ts'
import { RETRY_DELAY_MS } from './retry-rule.ts'

/** No notice is put off for longer on purpose, and no job but by its configuration's `retryDelay`. */
const PUT_OFF_MS_MAX = 2 * 3_600_000

export interface Replanned {
  /** Configurations whose next due time was moved or was missing. */
  readonly configs: readonly string[]
}

export interface ReplanOptions {
  /** Default: now. */
  readonly atMs?: number
  readonly isClockDoubted?: boolean
}

/**
 * Every enabled configuration waits for a due time that is no later than its next from `atMs` on; what is put off for
 * longer than anything is goes on. Runs that are dated later lose that, unless the clock is in doubt. Repeating it
 * changes nothing. Throws DATABASE_UNAVAILABLE.
 */
export async function replanDueTimes(
  parts: SystemParts,
  { atMs = nowMs(), isClockDoubted = false }: ReplanOptions = {},
): Promise<Replanned> {
  await parts.catalog.transaction(async (tx) => {
    if (!isClockDoubted) await putHistoryRight(parts, tx)
    await bringForward(parts, tx, atMs)
  })
  const configs: string[] = []
  for (const config of await scheduledConfigs(parts)) {
    const dueAtMs = nextOf(config, atMs)
    if (dueAtMs === Number.POSITIVE_INFINITY || (config.waitsForMs ?? Number.POSITIVE_INFINITY) <= dueAtMs) continue
    const waitsForMs = await parts.catalog.transaction((tx) => planAnew(parts, tx, { config, dueAtMs }))
    if (waitsForMs !== config.waitsForMs) configs.push(config.id)
  }
  if (configs.length > 0) parts.log.warn('due times were planned anew: they lay too far off', { configs })
  return { configs }
}

interface Planned extends ScheduledConfig {
  readonly waitsForMs: number | undefined
}

async function scheduledConfigs({ catalog, tenantId }: SystemParts): Promise<Planned[]> {
  const rows = await catalog.db
    .selectFrom('configs')
    .leftJoin('due_times', (join) =>
      join.onRef('due_times.config_id', '=', 'configs.id').on('due_times.state', '=', DueState.WAITING),
    )
    .select(['configs.id', 'configs.settings', 'configs.created_at'])
    .select((on) => on.fn.min<Date | null>('due_times.due_at').as('due_at'))
    .where('configs.tenant_id', '=', tenantId)
    .where('configs.removed_at', 'is', null)
    .where('configs.enabled', '=', true)
    .groupBy(['configs.id'])
    .execute()
  return rows.map(({ id, settings, created_at, due_at }) => ({
    id,
    enabled: true,
    settings: settings as ConfigSettings,
    createdAt: created_at,
    waitsForMs: due_at?.getTime(),
  }))
}

/** A schedule that can't be read any more has no due time until it is saved again. */
function nextOf(config: ScheduledConfig, atMs: number): number {
  try {
    return dueAfter(config, atMs)
  } catch (error) {
    if (isBackupError(error, 'CONFIG_INVALID')) return Number.POSITIVE_INFINITY
    throw error
  }
}

/** Gives the moment that it waits for then: the next one may have had its run already. */
async function planAnew(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { config, dueAtMs }: { readonly config: ScheduledConfig; readonly dueAtMs: number },
): Promise<number | undefined> {
  await lockConfig(tx, config.id)
  await tx
    .deleteFrom('due_times')
    .where('config_id', '=', config.id)
    .where('state', '=', DueState.WAITING)
    .where('due_at', '>', new Date(dueAtMs))
    .execute()
  await insertWaiting(tx, parts, { config, dueAtMs })
  const { at } = await tx
    .selectFrom('due_times')
    .select((on) => on.fn.min<Date | null>('due_at').as('at'))
    .where('config_id', '=', config.id)
    .where('state', '=', DueState.WAITING)
    .executeTakeFirstOrThrow()
  return at?.getTime()
}

/**
 * What can't have been: runs that were missed at a time to come, and times of runs later than now. By the database's
 * clock, which wrote most of them: that of this machine may be another. Their order, by which the newest is found,
 * stays.
 */
async function putHistoryRight({ tenantId }: SystemParts, tx: DatabaseTransaction): Promise<void> {
  const now = sql<Date>`clock_timestamp()`
  const ahead = sql<Date>`clock_timestamp() + make_interval(secs => ${AHEAD_MS / 1000})`
  for (const [table, state] of MISSED_ROWS)
    await tx
      .deleteFrom(table)
      .where('tenant_id', '=', tenantId)
      .where('state', '=', state)
      .where('due_at', '>', ahead)
      .execute()
  for (const column of ['created_at', 'started_at', 'finished_at'] as const)
    await tx
      .updateTable('runs')
      .from((from) =>
        from
          .selectFrom('runs as late')
          .select('late.id as late_id')
          .select(({ ref }) =>
            sql<number>`row_number() over (order by ${ref(`late.${column}`)} desc, ${ref('late.id')})`.as('place'),
          )
          .where('late.tenant_id', '=', tenantId)
          .where(`late.${column}`, '>', ahead)
          .as('late'),
      )
      .set(({ ref }) => ({
        [column]: sql<Date>`statement_timestamp() - ${ref('late.place')} * interval '1 microsecond'`,
      }))
      .whereRef('runs.id', '=', 'late.late_id')
      .execute()
  for (const table of ['run_attempts', 'workers'] as const)
    await tx.updateTable(table).set({ heartbeat_at: now }).where('heartbeat_at', '>', ahead).execute()
}

/** What a clock that was ahead put off: each waits by its own rule at most. */
async function bringForward(parts: SystemParts, tx: DatabaseTransaction, atMs: number): Promise<void> {
  const at = new Date(atMs)
  const tooFar = new Date(atMs + PUT_OFF_MS_MAX)
  await tx.updateTable('outbox').set({ next_at: at }).where('next_at', '>', tooFar).execute()
  const jobs = sql.table(`${QUEUE_SCHEMA}.job`)
  const { rows } = await sql<Waiting>`
    select id, data ->> 'subject' as subject, start_after from ${jobs}
    where start_after > ${tooFar} and state < 'active'`.execute(tx)
  if (rows.length === 0) return
  const delayMs = await retryDelays(parts, tx, rows)
  for (const { id, subject, start_after } of rows)
    if (start_after.getTime() > atMs + AHEAD_MS + delayMs(subject))
      await sql`update ${jobs} set start_after = ${at} where id = ${id} and state < 'active'`.execute(tx)
}

interface Waiting {
  readonly id: string
  /** Of a run or of a recovery. */
  readonly subject: string
  readonly start_after: Date
}

/** How long each job may be put off on purpose. */
async function retryDelays(
  { defaults }: SystemParts,
  tx: DatabaseTransaction,
  jobs: readonly Waiting[],
): Promise<(subject: string) => number> {
  const rows = await tx
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .select(['runs.id', 'configs.settings'])
    .where(
      'runs.id',
      'in',
      jobs.map(({ subject }) => subject),
    )
    .execute()
  const settings = new Map(rows.map((row) => [row.id, row.settings as ConfigSettings]))
  return (subject) => {
    const own = settings.get(subject)
    return own ? (effectiveSettings(own, defaults).performance.retryDelay ?? RETRY_DELAY_MS) : RETRY_DELAY_MS
  }
}

/** The newest time that the system has written down; undefined where it has none yet. */
export async function newestRecordedMs({ catalog, tenantId }: SystemParts): Promise<number | undefined> {
  const { at } = await catalog.db
    .selectFrom('runs')
    .select((on) => on.fn.max<Date | null>('created_at').as('at'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return at?.getTime()
}
