import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, DueState, RunState } from '../../contracts/system/index.ts'
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
    ? waiting
        .map(({ due_at }) => due_at.getTime())
        .find((dueAtMs) => dueAtMs <= dueAfter(config, nowMs()) && isDueAt(config, dueAtMs))
    : undefined
  const gone = waiting.filter(({ due_at }) => due_at.getTime() !== kept).map(({ due_at }) => due_at)
  if (gone.length > 0)
    await tx
      .deleteFrom('due_times')
      .where('config_id', '=', config.id)
      .where('state', '=', DueState.WAITING)
      .where('due_at', 'in', gone)
      .execute()
  const next = config.enabled ? dueAfter(config, nowMs()) : Number.POSITIVE_INFINITY
  const dueAtMs = kept ?? (await insertWaiting(tx, parts, { config, dueAtMs: next }))
  announce(parts.catalog, RunEvent.DUE_TIMES_CHANGED, config.id)
  return dueAtMs
}

/** Two clocks may differ by so much. */
export const AHEAD_MS = 60_000
/** Due times that a wrong clock has used up already; more are none of a schedule. */
const TAKEN_MAX = 1000

/**
 * Puts a due time in, to wait for its moment; where it has had its run already (by a clock that was ahead), the next
 * one that has not. One that waits there already stays as it is. Gives the moment that waits now, Infinity where there
 * is none.
 */
export async function insertWaiting(
  tx: DatabaseTransaction,
  parts: Pick<SystemParts, 'tenantId'>,
  { config, dueAtMs }: { readonly config: ScheduledConfig; readonly dueAtMs: number },
): Promise<number> {
  let atMs = dueAtMs
  for (let taken = 0; taken < TAKEN_MAX && atMs !== Number.POSITIVE_INFINITY; taken += 1) {
    const nextDueAtMs = dueAfter(config, atMs)
    if (await putWaiting(tx, { tenantId: parts.tenantId, configId: config.id, dueAtMs: atMs, nextDueAtMs })) return atMs
    atMs = nextDueAtMs
  }
  return Number.POSITIVE_INFINITY
}

interface Waiting {
  readonly tenantId: string
  readonly configId: string
  readonly dueAtMs: number
  readonly nextDueAtMs: number
}

/** Whether it waits now. */
async function putWaiting(
  tx: DatabaseTransaction,
  { tenantId, configId, dueAtMs, nextDueAtMs }: Waiting,
): Promise<boolean> {
  const due = { config_id: configId, due_at: new Date(dueAtMs) }
  if (dueAtMs > nowMs()) await forgetMissed(tx, due)
  const { numInsertedOrUpdatedRows: inserted } = await tx
    .insertInto('due_times')
    .values({
      ...due,
      tenant_id: tenantId,
      state: DueState.WAITING,
      late_at: new Date(lateAtMs({ dueAtMs, nextDueAtMs })),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (inserted !== 0n) return true
  const there = await tx
    .selectFrom('due_times')
    .select('state')
    .where('config_id', '=', due.config_id)
    .where('due_at', '=', due.due_at)
    .executeTakeFirst()
  return there === undefined || there.state === DueState.WAITING
}

/** The configuration's first due time after a moment. */
export function dueAfter({ settings, createdAt }: ScheduledConfig, afterMs: number): number {
  return nextDueAt(settings.schedule, { timezone: settings.timezone, createdAtMs: createdAt.getTime(), afterMs })
}

function isDueAt(config: ScheduledConfig, atMs: number): boolean {
  return dueAfter(config, atMs - 1) === atMs
}

/** Where it stands that something was missed, and as what. */
export const MISSED_ROWS = [
  ['due_times', DueState.MISSED],
  ['runs', RunState.MISSED],
] as const

/** A due time to come that a clock ahead called missed would keep its run from ever being. */
async function forgetMissed(
  tx: DatabaseTransaction,
  due: { readonly config_id: string; readonly due_at: Date },
): Promise<void> {
  for (const [table, state] of MISSED_ROWS)
    await tx
      .deleteFrom(table)
      .where('config_id', '=', due.config_id)
      .where('due_at', '=', due.due_at)
      .where('state', '=', state)
      .execute()
}
