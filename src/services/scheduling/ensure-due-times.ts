import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, DueState } from '../../contracts/system/index.ts'
import { lateAtMs, nextDueAt } from '../../jobs/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { lockConfig } from './config-lock.ts'
import { announce, RunEvent } from './run-events.ts'

export interface ScheduledConfig {
  readonly id: string
  readonly enabled: boolean
  readonly settings: Pick<ConfigSettings, 'schedule' | 'timezone'>
  readonly createdAt: Date
}

/**
 * Makes the configuration's waiting due time be one of its schedule: called in the transaction that made, changed,
 * enabled or disabled it. One that waits already, also an overdue one, stays when the schedule still names it. Gives
 * the next moment in milliseconds, Infinity where there is none. Throws CONFIG_INVALID like `nextDueAt`.
 */
export async function ensureDueTimes(
  tx: DatabaseTransaction,
  parts: SystemParts,
  config: ScheduledConfig,
): Promise<number> {
  // A scheduler that is putting the next due time in has it committed by now.
  await lockConfig(tx, config.id)
  const waiting = await tx
    .selectFrom('due_times')
    .select('due_at')
    .where('config_id', '=', config.id)
    .where('state', '=', DueState.WAITING)
    .orderBy('due_at')
    .execute()
  const kept = config.enabled
    ? waiting.map(({ due_at }) => due_at.getTime()).find((dueAtMs) => isDueAt(config, dueAtMs))
    : undefined
  const gone = waiting.filter(({ due_at }) => due_at.getTime() !== kept).map(({ due_at }) => due_at)
  if (gone.length > 0)
    await tx
      .deleteFrom('due_times')
      .where('config_id', '=', config.id)
      .where('state', '=', DueState.WAITING)
      .where('due_at', 'in', gone)
      .execute()
  const dueAtMs = kept ?? (config.enabled ? dueAfter(config, nowMs()) : Number.POSITIVE_INFINITY)
  if (kept === undefined && dueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config, dueAtMs })
  announce(parts.catalog, RunEvent.DUE_TIMES_CHANGED, config.id)
  return dueAtMs
}

/** Puts a due time in, to wait for its moment. One that is there already stays as it is. */
export async function insertWaiting(
  tx: DatabaseTransaction,
  parts: Pick<SystemParts, 'tenantId'>,
  { config, dueAtMs }: { readonly config: ScheduledConfig; readonly dueAtMs: number },
): Promise<void> {
  const lateAt = new Date(lateAtMs({ dueAtMs, nextDueAtMs: dueAfter(config, dueAtMs) }))
  await tx
    .insertInto('due_times')
    .values({
      config_id: config.id,
      due_at: new Date(dueAtMs),
      tenant_id: parts.tenantId,
      state: DueState.WAITING,
      late_at: lateAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The configuration's first due time after a moment. */
export function dueAfter({ settings, createdAt }: ScheduledConfig, afterMs: number): number {
  return nextDueAt(settings.schedule, { timezone: settings.timezone, createdAtMs: createdAt.getTime(), afterMs })
}

function isDueAt(config: ScheduledConfig, atMs: number): boolean {
  return dueAfter(config, atMs - 1) === atMs
}
