/**
 * The start of a run is told before its end, by whoever sends them: a service that gets them the other way round waits
 * for an end that has been. A start that nobody is sending goes along with its end, just before it; one that could not
 * be sent is given up when its end goes. What tells the two apart is the row: a start that failed and waits for another
 * try has an error, one that is fresh or under way has none.
 */
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { AlarmNotice } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import { OutboxState, type WaitingPing } from './outbox.ts'

interface Row {
  readonly id: string
  readonly channel: string
  readonly event: unknown
}

export const isStart: RawBuilder<SqlBool> = sql<SqlBool>`coalesce(event->>'signal' = 'START', false)`

/** Of a waiting row: no other holds the start of its run and is sending it. */
export function startIsNotUnderWay({ tenantId }: SystemParts, atMs: number): Expression<SqlBool> {
  return sql<SqlBool>`not exists (
    select from neonpro_backup.outbox start
    where start.tenant_id = ${tenantId} and start.state = ${OutboxState.WAITING} and start.next_at > ${new Date(atMs)}
      and start.last_error is null and start.channel = outbox.channel and start.id <> outbox.id
      and start.event->>'signal' = 'START' and start.event->>'runId' = outbox.event->>'runId')`
}

/**
 * Of the locked rows those that may go: no end whose start another worker has just locked or claimed. Starts that wait
 * after a failure, and whose end is among the rows, are given up.
 */
export async function startsFirst(
  { tenantId }: SystemParts,
  tx: DatabaseTransaction,
  rows: readonly Row[],
): Promise<string[]> {
  const ids = rows.map(({ id }) => id)
  const ends = rows.flatMap((row) => (isPingOfStart(row) ? [] : pairOf(row)))
  if (ends.length === 0) return ids
  const starts = () => sql<SqlBool>`event->>'signal' = 'START' and channel || ' ' || (event->>'runId') = any(${ends})`
  await tx
    .updateTable('outbox')
    .set({ state: OutboxState.DROPPED })
    .where('tenant_id', '=', tenantId)
    .where('state', '=', OutboxState.WAITING)
    .where('last_error', 'is not', null)
    .where('id', 'not in', ids)
    .where(starts())
    .execute()
  const elsewhere = await tx
    .selectFrom('outbox')
    .select(['id', 'channel', 'event'])
    .where('tenant_id', '=', tenantId)
    .where('state', '=', OutboxState.WAITING)
    .where('id', 'not in', ids)
    .where(starts())
    .execute()
  const held = new Set(elsewhere.flatMap(pairOf))
  return rows.filter((row) => !pairOf(row).some((pair) => held.has(pair))).map(({ id }) => id)
}

/** Rows that have to go one after the other, together: the start of a run and its end. */
export function inOrder<Each extends Row>(rows: readonly Each[]): readonly (readonly Each[])[] {
  const groups = new Map<string, Each[]>()
  for (const row of rows) {
    const key = pairOf(row)[0] ?? row.id
    const group = groups.get(key) ?? []
    groups.set(key, isPingOfStart(row) ? [row, ...group] : [...group, row])
  }
  return [...groups.values()]
}

/** Whether the end of this start's run waits or was sent. */
export async function runHasEnded({ catalog, tenantId }: SystemParts, row: Row): Promise<boolean> {
  const end = await catalog.db
    .selectFrom('outbox')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', row.channel)
    .where('id', '<>', row.id)
    .where(sql<SqlBool>`channel || ' ' || (event->>'runId') = any(${pairOf(row)})`)
    .limit(1)
    .executeTakeFirst()
  return end !== undefined
}

export function isPingOfStart({ event }: Pick<Row, 'event'>): boolean {
  const waiting = event as AlarmNotice | WaitingPing
  return waiting.kind === 'PING' && waiting.signal === 'START'
}

/** Channel and run, of a ping that is a run's. */
function pairOf({ channel, event }: Row): string[] {
  const waiting = event as AlarmNotice | WaitingPing
  return waiting.kind === 'PING' && waiting.runId !== undefined ? [`${channel} ${waiting.runId}`] : []
}
