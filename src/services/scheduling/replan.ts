/**
 * A clock that was wrong once stops nothing: what was planned or written down by it for a time that is far from now is
 * put right. Nothing here trusts the former time, only that now is now.
 */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, DueState } from '../../contracts/system/index.ts'
import { QUEUE_SCHEMA } from '../../jobs/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { lockConfig } from './config-lock.ts'
import { dueAfter, forgetMissedToCome, insertWaiting, type ScheduledConfig } from './ensure-due-times.ts'

/** Two clocks may differ by so much. */
const AHEAD_MS = 60_000
/** Nothing is put off for longer on purpose. */
const PUT_OFF_MS_MAX = 48 * 3_600_000

export interface Replanned {
  /** Configurations whose next due time was moved or was missing. */
  readonly configs: readonly string[]
}

/**
 * Every enabled configuration waits for a due time that is no later than its next from `atMs` on; runs and due times
 * that are dated later lose that. Repeating it changes nothing. Throws DATABASE_UNAVAILABLE.
 */
export async function replanDueTimes(parts: SystemParts, atMs: number = nowMs()): Promise<Replanned> {
  await parts.catalog.transaction((tx) => putRight(parts, tx, atMs))
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

/** What can't have been: runs that were missed at a time to come, and times of runs later than now. */
async function putRight({ tenantId }: SystemParts, tx: DatabaseTransaction, atMs: number): Promise<void> {
  const at = new Date(atMs)
  const ahead = new Date(atMs + AHEAD_MS)
  await forgetMissedToCome(tx, { tenantId, atMs })
  for (const column of ['created_at', 'started_at', 'finished_at'] as const)
    await tx
      .updateTable('runs')
      .set({ [column]: at })
      .where('tenant_id', '=', tenantId)
      .where(column, '>', ahead)
      .execute()
  await tx.updateTable('run_attempts').set({ heartbeat_at: at }).where('heartbeat_at', '>', ahead).execute()
  await tx.updateTable('workers').set({ heartbeat_at: at }).where('heartbeat_at', '>', ahead).execute()
  const tooFar = new Date(atMs + PUT_OFF_MS_MAX)
  await tx.updateTable('outbox').set({ next_at: at }).where('next_at', '>', tooFar).execute()
  await sql`update ${sql.table(`${QUEUE_SCHEMA}.job`)} set start_after = ${at} where start_after > ${tooFar} and state < 'active'`.execute(
    tx,
  )
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
