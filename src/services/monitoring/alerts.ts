import { createHash } from 'node:crypto'
import type { AlertSeverity, AlertType, AlertView } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { ALERT_COLUMNS, alertView, raiseAlarm } from '../alarms/index.ts'
import type { SystemParts } from '../parts.ts'

const ALERTS_MAX = 1000

/** Those that are not resolved, the newest first; a thousand at most. */
export async function getActiveAlerts({ catalog, tenantId }: SystemParts): Promise<readonly AlertView[]> {
  const rows = await catalog.db
    .selectFrom('alerts')
    .select(ALERT_COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('state', '<>', 'RESOLVED')
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .limit(ALERTS_MAX)
    .execute()
  return rows.map(alertView)
}

export interface NewAlert {
  readonly type: AlertType
  readonly severity: AlertSeverity
  /** Sent out as it is: the caller answers for what is in it. */
  readonly message: string
}

/**
 * Raises an alarm and sends it as any other. The same type and message again counts on the open one. It ends when
 * somebody resolves it, never by a rule.
 */
export async function createAlert(parts: SystemParts, { type, severity, message }: NewAlert): Promise<AlertView> {
  return await raiseAlarm(parts, {
    type,
    severity,
    message,
    about: { resource: `call:${createHash('sha256').update(message).digest('hex').slice(0, 16)}` },
    details: { origin: 'CALL' },
  })
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Somebody has seen it: it stays open, and is silent for a day. Throws ALERT_NOT_FOUND, also for one that is resolved.
 */
export async function acknowledgeAlert(
  { catalog, tenantId }: SystemParts,
  alertId: string,
  by: string,
): Promise<AlertView> {
  const row = UUID.test(alertId)
    ? await catalog.db
        .updateTable('alerts')
        .set({ state: 'ACKNOWLEDGED', acknowledged_at: new Date(nowMs()), acknowledged_by: by })
        .where('tenant_id', '=', tenantId)
        .where('id', '=', alertId)
        .where('state', '<>', 'RESOLVED')
        .returning(ALERT_COLUMNS)
        .executeTakeFirst()
    : undefined
  if (!row) throw new BackupError('ALERT_NOT_FOUND', 'There is no such open alert.', { context: { alert: alertId } })
  return alertView(row)
}
