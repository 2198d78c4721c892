/**
 * Sends what waits in the outbox, at least once. A row is claimed by moving its time ahead by a lease, in a transaction
 * that skips what others hold: several workers send each notice once, and one that dies leaves it to the next, with the
 * same key. What can't be sent for a day, or is refused, is given up and told by another channel.
 */
import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Catalog } from '../../catalog/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { DATABASE_LATER } from '../../kernel/error-code.ts'
import type { AlarmNotice, Notice, Notifier } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import { OutboxState, type WaitingPing } from './outbox.ts'
import { pingAddress } from './ping-address.ts'
import { inOrder, isPingOfStart, isStart, runHasEnded, startIsNotUnderWay, startsFirst } from './ping-order.ts'
import { raiseAlarm, resolveAlarm } from './raise-alarm.ts'

const BATCH = 8
/** How long the end of a run waits for an answer to its start: a slow service has the start by then. */
const START_MS_MAX = 3000
/** Longer than any delivery takes. */
const LEASE_MS = 120_000
const BACKOFF_MS = [10_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const
const JITTER = 0.2
const GIVE_UP_MS = 24 * 3_600_000
/** What was sent or given up is kept so long, and looked for once an hour. */
const KEEP_MS = 30 * 24 * 3_600_000
const SWEEP_MS = 3_600_000

export interface DispatchResult {
  readonly delivered: number
  /** They wait for another try. */
  readonly failed: number
  readonly dead: number
}

interface Claimed {
  readonly id: string
  readonly channel: string
  readonly event: unknown
  readonly alert_id: string | null
  readonly idempotency_key: string
  readonly attempts: number
  readonly created_at: Date
}

export interface DispatchOptions {
  readonly signal: AbortSignal
  /** Default: now. */
  readonly atMs?: number
}

/** Sends everything that is due. Throws ABORTED; what was claimed then is due again at once. */
export async function dispatchOutbox(parts: SystemParts, { signal, atMs }: DispatchOptions): Promise<DispatchResult> {
  const result = { delivered: 0, failed: 0, dead: 0 }
  await buryOrphans(parts, atMs ?? nowMs())
  await sweep(parts, atMs ?? nowMs())
  for (;;) {
    const rows = await claim(parts, atMs ?? nowMs())
    if (rows.length === 0) return result
    const groups = inOrder(rows).map((group) => deliverGroup(parts, group, { signal, atMs: atMs ?? nowMs() }))
    const outcomes = (await Promise.all(groups)).flat()
    for (const outcome of outcomes) if (outcome !== 'STOPPED' && outcome !== 'DROPPED') result[outcome] += 1
    if (outcomes.includes('STOPPED'))
      throw new BackupError('ABORTED', 'The delivery was stopped.', { cause: signal.reason })
  }
}

/** How many wait to be sent. */
export async function unsentNotices({ catalog, tenantId }: SystemParts): Promise<number> {
  const { count } = await catalog.db
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('state', '=', OutboxState.WAITING)
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function claim(parts: SystemParts, atMs: number): Promise<Claimed[]> {
  const channels = parts.notifiers.map(({ kind }) => kind)
  if (channels.length === 0) return []
  return await parts.catalog.transaction(async (tx) => {
    const due = await tx
      .selectFrom('outbox')
      .select(['id', 'event', 'channel'])
      .where('tenant_id', '=', parts.tenantId)
      .where('state', '=', OutboxState.WAITING)
      .where('next_at', '<=', new Date(atMs))
      .where('channel', 'in', channels)
      .where(startIsNotUnderWay(parts, atMs))
      .orderBy('next_at')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute()
    const ready = await startsFirst(parts, tx, due)
    if (ready.length === 0) return []
    return await tx
      .updateTable('outbox')
      .set((on) => ({
        attempts: on('attempts', '+', 1),
        next_at: new Date(atMs + LEASE_MS),
        // A start that is under way shows no error: see ping-order.ts.
        last_error: sql<string | null>`case when ${isStart} then null else last_error end`,
      }))
      .where('id', 'in', ready)
      .returning(['id', 'channel', 'event', 'alert_id', 'idempotency_key', 'attempts', 'created_at'])
      .execute()
  })
}

/** One after the other; the groups go side by side. */
async function deliverGroup(parts: SystemParts, rows: readonly Claimed[], call: Delivery): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [i, row] of rows.entries())
    outcomes.push(await deliver(parts, row, { ...call, ...(i < rows.length - 1 && { patienceMs: START_MS_MAX }) }))
  return outcomes
}

interface Delivery {
  readonly signal: AbortSignal
  readonly atMs: number
  /** Another notice waits for this one, which is given up after so long. Default: as long as the channel takes. */
  readonly patienceMs?: number
}

type Outcome = keyof DispatchResult | 'STOPPED' | 'DROPPED'

async function deliver(parts: SystemParts, row: Claimed, { signal, atMs, patienceMs }: Delivery): Promise<Outcome> {
  const notifier = parts.notifiers.find(({ kind }) => kind === row.channel)!
  try {
    const notice = await noticeOf(parts, row)
    if (notice === undefined) return await drop(parts, row)
    const ends = patienceMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
    await notifier.deliver(notice, { signal: ends, key: row.idempotency_key })
  } catch (error) {
    if (isBackupError(error, 'ABORTED')) {
      if (!signal.aborted) return await drop(parts, row)
      await settle(parts, row, { state: OutboxState.WAITING, next_at: new Date(atMs), attempts: row.attempts - 1 })
      return 'STOPPED'
    }
    if (isOfDatabase(error)) return await putBack(parts, row, atMs)
    return await failed(parts, row, { notifier, error, atMs })
  }
  await parts.catalog.transaction(async (tx) => {
    await tx
      .updateTable('outbox')
      .set({ state: OutboxState.DELIVERED, delivered_at: new Date(atMs), last_error: null })
      .where('id', '=', row.id)
      .where('state', '=', OutboxState.WAITING)
      .execute()
    await resolveAlarm(parts, { type: 'CHANNEL_FAILING', about: { resource: channelResource(row) }, atMs }, tx)
  })
  return 'delivered'
}

/** The channel was not even asked. */
function isOfDatabase(error: unknown): boolean {
  return isBackupError(error) && DATABASE_LATER.includes(error.code)
}

/** It waits as it would have, and no try was spent. A database that is still away leaves it to the end of its lease. */
async function putBack(parts: SystemParts, row: Claimed, atMs: number): Promise<Outcome> {
  const next_at = new Date(atMs + backoffMs(row.attempts))
  await settle(parts, row, { state: OutboxState.WAITING, next_at, attempts: row.attempts - 1 }).catch(
    (error: unknown) => parts.log.warn('a notice waits for the database', { channel: row.channel, error }),
  )
  return 'failed'
}

/** The notice as it is sent. Undefined: there is nobody to send it to any more. */
async function noticeOf(parts: SystemParts, { event }: Claimed): Promise<Notice | undefined> {
  const waiting = event as AlarmNotice | WaitingPing
  if (waiting.kind === 'ALARM') return waiting
  const { configId, ...ping } = waiting
  const config = await parts.catalog.db
    .selectFrom('configs')
    .select(['id', 'name', 'settings'])
    .where('id', '=', configId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  const url = config && (await pingAddress(parts, parts.catalog.db, config))
  return url === undefined ? undefined : { ...ping, url }
}

async function drop(parts: SystemParts, row: Claimed): Promise<Outcome> {
  await settle(parts, row, { state: OutboxState.DROPPED })
  return 'DROPPED'
}

async function failed(
  parts: SystemParts,
  row: Claimed,
  { notifier, error, atMs }: { notifier: Notifier; error: unknown; atMs: number },
): Promise<Outcome> {
  const cause = isBackupError(error) ? String(error.context['cause'] ?? error.code) : 'INTERNAL'
  parts.log.warn('a notice was not delivered', {
    channel: row.channel,
    attempt: row.attempts,
    cause,
    ...(!isBackupError(error) && { error: String(error) }),
  })
  if (isPingOfStart(row) && (await runHasEnded(parts, row))) return await drop(parts, row)
  const isOver = !isBackupError(error, 'DELIVERY_FAILED') || atMs >= row.created_at.getTime() + GIVE_UP_MS
  if (!isOver) {
    await settle(parts, row, {
      state: OutboxState.WAITING,
      next_at: new Date(atMs + backoffMs(row.attempts)),
      last_error: cause,
    })
    return 'failed'
  }
  await bury(parts, row, { channelTitle: notifier.title[parts.locale], cause, atMs })
  return 'dead'
}

/** Only the claim that was made last may write: a slower one finds another count. */
async function settle(
  parts: SystemParts,
  row: Claimed,
  values: { state: string; next_at?: Date; attempts?: number; last_error?: string },
): Promise<void> {
  await parts.catalog.db
    .updateTable('outbox')
    .set(values)
    .where('id', '=', row.id)
    .where('attempts', '=', row.attempts)
    .where('state', '=', OutboxState.WAITING)
    .execute()
}

function backoffMs(attempt: number): number {
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1]!
  return Math.round(base * (1 - JITTER + (2 * JITTER * randomInt(1001)) / 1000))
}

const CHANNEL_MESSAGE = {
  en: 'Notices by {channel} do not arrive ({cause}); one was given up.',
  'pt-BR': 'Os avisos por {channel} não estão chegando ({cause}); um deles foi descartado.',
} as const

async function bury(
  parts: SystemParts,
  row: Claimed,
  { channelTitle, cause, atMs }: { channelTitle: string; cause: string; atMs: number },
): Promise<void> {
  await parts.catalog.transaction(async (tx) => {
    const buried = await tx
      .updateTable('outbox')
      .set({ state: OutboxState.DEAD, last_error: cause })
      .where('id', '=', row.id)
      .where('attempts', '=', row.attempts)
      .where('state', '=', OutboxState.WAITING)
      .returning('id')
      .executeTakeFirst()
    if (!buried || isPingOfStart(row)) return
    const event = row.event as AlarmNotice | WaitingPing
    // Once a day: two dead channels would else write to each other without end.
    await raiseAlarm(
      parts,
      {
        type: 'CHANNEL_FAILING',
        severity: 'HIGH',
        message: CHANNEL_MESSAGE[parts.locale].replace('{channel}', channelTitle).replace('{cause}', cause),
        about: { resource: channelResource(row), ...(event.kind === 'PING' && { configName: event.name }) },
        occurrence: isoTime(atMs).slice(0, 10),
        atMs,
        exceptChannels: [row.channel],
        details: { channel: row.channel, cause },
      },
      tx,
    )
  })
}

/** Rows of a channel that no process serves any more: given up after the same day. */
async function buryOrphans(parts: SystemParts, atMs: number): Promise<void> {
  const channels = parts.notifiers.map(({ kind }) => kind)
  const rows = await parts.catalog.db
    .selectFrom('outbox')
    .select(['id', 'channel', 'event', 'alert_id', 'idempotency_key', 'attempts', 'created_at'])
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '=', OutboxState.WAITING)
    .where('created_at', '<=', new Date(atMs - GIVE_UP_MS))
    .$if(channels.length > 0, (query) => query.where('channel', 'not in', channels))
    .limit(BATCH)
    .execute()
  for (const row of rows) await bury(parts, row, { channelTitle: row.channel, cause: 'not set up', atMs })
}

const sweptAtMs = new WeakMap<Catalog, number>()

async function sweep({ catalog, tenantId }: SystemParts, atMs: number): Promise<void> {
  if (atMs < (sweptAtMs.get(catalog) ?? Number.NEGATIVE_INFINITY) + SWEEP_MS) return
  sweptAtMs.set(catalog, atMs)
  await catalog.db
    .deleteFrom('outbox')
    .where('tenant_id', '=', tenantId)
    .where('state', '<>', OutboxState.WAITING)
    .where('created_at', '<', new Date(atMs - KEEP_MS))
    .execute()
}

/** One alarm for a channel; the address of pings is the configuration's, so one for each of those. */
function channelResource({ channel, event }: Claimed): string {
  const waiting = event as AlarmNotice | WaitingPing
  return waiting.kind === 'PING' ? `channel:${channel}:${waiting.configId}` : `channel:${channel}`
}
