/**
 * What is to be sent, as rows: written in the transaction that decided it, sent by whoever comes by
 * (dispatch-outbox.ts).
 */
import { createHash, randomUUID } from 'node:crypto'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { AlarmNotice, PingNotice } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'

export const OutboxState = { WAITING: 'WAITING', DELIVERED: 'DELIVERED', DEAD: 'DEAD', DROPPED: 'DROPPED' } as const

/** A ping as it waits: the address is looked up when it is sent, so that no row holds one. */
export interface WaitingPing extends Omit<PingNotice, 'url'> {
  readonly configId: string
}

/** Letters and digits, the same for the same parts: what a receiver tells repetitions by. */
export function idempotencyKey(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40)
}

interface Entry {
  readonly channel: string
  readonly key: string
  readonly event: AlarmNotice | WaitingPing
  readonly alertId?: string
  readonly at: Date
}

/** A second row with the same key is none. */
async function insert(tx: DatabaseTransaction, tenantId: string, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  await tx
    .insertInto('outbox')
    .values(
      entries.map(({ channel, key, event, alertId, at }) => ({
        id: randomUUID(),
        tenant_id: tenantId,
        alert_id: alertId ?? null,
        channel,
        event: JSON.stringify(event),
        idempotency_key: key,
        next_at: at,
        created_at: at,
      })),
    )
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .execute()
}

/** One row for each channel that carries alarms. `occurrence` tells repetitions apart. */
export async function enqueueAlarm(
  parts: SystemParts,
  tx: DatabaseTransaction,
  alarm: { readonly notice: AlarmNotice; readonly occurrence: string; readonly exceptChannels?: readonly string[] },
): Promise<void> {
  const { notice, occurrence, exceptChannels = [] } = alarm
  const channels = parts.notifiers.filter(({ kind, carries }) => carries === 'ALARM' && !exceptChannels.includes(kind))
  const change = notice.change === 'RESOLVED' ? 'RESOLVED' : 'RAISED'
  await insert(
    tx,
    parts.tenantId,
    channels.map(({ kind }) => ({
      channel: kind,
      key: idempotencyKey(notice.alertId, change, occurrence, kind),
      event: notice,
      alertId: notice.alertId,
      at: new Date(notice.at),
    })),
  )
}

export async function enqueuePing(
  parts: SystemParts,
  tx: DatabaseTransaction,
  options: { readonly ping: WaitingPing; readonly atMs: number },
): Promise<void> {
  const { ping, atMs } = options
  const channels = parts.notifiers.filter(({ carries }) => carries === 'PING')
  await insert(
    tx,
    parts.tenantId,
    channels.map(({ kind }) => ({
      channel: kind,
      key: pingKey(ping.runId ?? '', ping.signal, kind),
      event: ping,
      at: new Date(atMs),
    })),
  )
}

/** A start that still waits when its run was cancelled: no end follows it. */
export async function dropStartPing(parts: SystemParts, tx: DatabaseTransaction, runId: string): Promise<void> {
  const keys = parts.notifiers
    .filter(({ carries }) => carries === 'PING')
    .map(({ kind }) => pingKey(runId, 'START', kind))
  if (keys.length > 0)
    await tx
      .updateTable('outbox')
      .set({ state: OutboxState.DROPPED })
      .where('idempotency_key', 'in', keys)
      .where('state', '=', OutboxState.WAITING)
      .execute()
}

function pingKey(runId: string, signal: string, channel: string): string {
  return idempotencyKey('ping', runId, signal, channel)
}
