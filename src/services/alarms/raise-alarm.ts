/**
 * One open alarm for each type and subject: raising it again counts, and everything that people are told commits with
 * it.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { AlertSeverity, AlertType, AlertView } from '../../contracts/system/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { hostName } from '../../kernel/machine.ts'
import type { AlarmChange } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import type { AlarmSubject } from './alarm-rule.ts'
import { alarmText } from './alarm-texts.ts'
import { ALERT_COLUMNS, type AlertRow, alertView } from './alert-view.ts'
import { enqueueAlarm } from './outbox.ts'

/** An acknowledged alarm is silent for so long; then a new occurrence speaks again. */
const ACKNOWLEDGED_MS = 24 * 3_600_000

export interface AlarmInput {
  readonly type: AlertType
  readonly severity: AlertSeverity
  /** In the language of `parts.locale`. It is sent out: no path, nothing of a patient. */
  readonly message: string
  readonly about: AlarmSubject
  readonly details?: Readonly<Record<string, unknown>>
  /** Counted and told once each; without one, every call counts. */
  readonly occurrence?: string
  /** What to do; default: the type's. */
  readonly guidance?: string
  readonly exceptChannels?: readonly string[]
  /** Default: now. */
  readonly atMs?: number
}

/**
 * Raises an alarm, or counts another occurrence of the open one. Rows of the outbox are written in the same
 * transaction.
 */
export async function raiseAlarm(parts: SystemParts, input: AlarmInput, tx?: DatabaseTransaction): Promise<AlertView> {
  return tx ? await raise(parts, input, tx) : await parts.catalog.transaction((own) => raise(parts, input, own))
}

async function raise(parts: SystemParts, input: AlarmInput, tx: DatabaseTransaction): Promise<AlertView> {
  const at = new Date(input.atMs ?? nowMs())
  const occurrence = input.occurrence ?? randomUUID()
  const known = await openAlert(parts, tx, input)
  if (!known) {
    const row = await insertAlert(parts, tx, { input, occurrence, at })
    // Another worker raised it between the look and the insert: count there.
    if (!row) return await raise(parts, { ...input, occurrence }, tx)
    await tell(parts, tx, {
      row,
      change: 'RAISED',
      occurrence,
      at,
      ...(input.exceptChannels && { exceptChannels: input.exceptChannels }),
    })
    return alertView(row)
  }
  const isNew = known.details['occurrence'] !== occurrence
  const isSilent =
    known.state === 'ACKNOWLEDGED' && at.getTime() < (known.acknowledged_at?.getTime() ?? 0) + ACKNOWLEDGED_MS
  const row = await tx
    .updateTable('alerts')
    .set((on) => ({
      severity: input.severity,
      message: input.message,
      details: detailsText(parts, input, occurrence),
      last_seen_at: at,
      run_id: input.about.runId ?? known.run_id,
      ...(isNew && { count: on('count', '+', 1) }),
      ...(isNew && !isSilent && { state: 'FIRING' }),
    }))
    .where('id', '=', known.id)
    .returning(ALERT_COLUMNS)
    .executeTakeFirstOrThrow()
  if (isNew && !isSilent)
    await tell(parts, tx, {
      row,
      change: 'REPEATED',
      occurrence,
      at,
      ...(input.exceptChannels && { exceptChannels: input.exceptChannels }),
    })
  return alertView(row)
}

async function insertAlert(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { input, occurrence, at }: { input: AlarmInput; occurrence: string; at: Date },
): Promise<AlertRow | undefined> {
  const { type, severity, message, about } = input
  return await tx
    .insertInto('alerts')
    .values({
      id: randomUUID(),
      tenant_id: parts.tenantId,
      fingerprint: fingerprintOf(parts.tenantId, type, about),
      type,
      severity,
      message,
      details: detailsText(parts, input, occurrence),
      config_id: about.configId ?? null,
      run_id: about.runId ?? null,
      first_seen_at: at,
      last_seen_at: at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'fingerprint']).where('state', '<>', 'RESOLVED').doNothing(),
    )
    .returning(ALERT_COLUMNS)
    .executeTakeFirst()
}

/** Ends an open alarm and tells it. False where none was open. */
export async function resolveAlarm(
  parts: SystemParts,
  input: ResolveInput,
  tx?: DatabaseTransaction,
): Promise<boolean> {
  return tx ? await resolve(parts, input, tx) : await parts.catalog.transaction((own) => resolve(parts, input, own))
}

export interface ResolveInput {
  readonly type: AlertType
  readonly about: AlarmSubject
  /** Another alarm speaks in its place: nobody is told. */
  readonly isQuiet?: boolean
  readonly atMs?: number
}

async function resolve(parts: SystemParts, input: ResolveInput, tx: DatabaseTransaction): Promise<boolean> {
  const at = new Date(input.atMs ?? nowMs())
  const row = await tx
    .updateTable('alerts')
    .set({ state: 'RESOLVED', resolved_at: at })
    .where('tenant_id', '=', parts.tenantId)
    .where('fingerprint', '=', fingerprintOf(parts.tenantId, input.type, input.about))
    .where('state', '<>', 'RESOLVED')
    .returning(ALERT_COLUMNS)
    .executeTakeFirst()
  if (row && input.isQuiet !== true) await tell(parts, tx, { row, change: 'RESOLVED', occurrence: 'end', at })
  return row !== undefined
}

async function openAlert(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { type, about }: AlarmInput,
): Promise<AlertRow | undefined> {
  return await tx
    .selectFrom('alerts')
    .select(ALERT_COLUMNS)
    .where('tenant_id', '=', parts.tenantId)
    .where('fingerprint', '=', fingerprintOf(parts.tenantId, type, about))
    .where('state', '<>', 'RESOLVED')
    .forUpdate()
    .executeTakeFirst()
}

interface Telling {
  readonly row: AlertRow
  readonly change: AlarmChange
  readonly occurrence: string
  readonly at: Date
  readonly exceptChannels?: readonly string[]
}

async function tell(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { row, change, occurrence, at, exceptChannels }: Telling,
): Promise<void> {
  const { title, guidance } = alarmText(row.type as AlertType, parts.locale)
  const text = (name: string): string | null => (typeof row.details[name] === 'string' ? row.details[name] : null)
  await enqueueAlarm(parts, tx, {
    occurrence,
    ...(exceptChannels && { exceptChannels }),
    notice: {
      kind: 'ALARM',
      change,
      alertId: row.id,
      type: row.type as AlertType,
      severity: row.severity as AlertSeverity,
      title,
      message: row.message,
      guidance: text('guidance') ?? guidance,
      configId: row.config_id,
      configName: text('configName'),
      runId: row.run_id,
      count: row.count,
      firstSeenAt: isoTime(row.first_seen_at.getTime()),
      at: isoTime(at.getTime()),
      host: hostName(),
      locale: parts.locale,
    },
  })
}

function detailsText(parts: SystemParts, { type, about, details, guidance }: AlarmInput, occurrence: string): string {
  return JSON.stringify({
    ...details,
    ...(about.configName !== undefined && { configName: about.configName }),
    ...(about.resource !== undefined && { resource: about.resource }),
    guidance: guidance ?? alarmText(type, parts.locale).guidance,
    occurrence,
  })
}

/** SHA-256 of tenant, type and subject. */
export function fingerprintOf(tenantId: string, type: string, { configId, resource }: AlarmSubject): string {
  return createHash('sha256')
    .update([tenantId, type, configId === undefined ? `resource ${resource ?? ''}` : `config ${configId}`].join('\n'))
    .digest('hex')
}
