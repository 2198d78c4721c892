import type { AlertSeverity, AlertState, AlertType, AlertView } from '../../contracts/system/index.ts'
import { isoTime } from '../../kernel/clock.ts'

export const ALERT_COLUMNS = [
  'id',
  'type',
  'severity',
  'state',
  'message',
  'details',
  'config_id',
  'run_id',
  'count',
  'first_seen_at',
  'last_seen_at',
  'acknowledged_at',
  'resolved_at',
] as const

export interface AlertRow {
  readonly id: string
  readonly type: string
  readonly severity: string
  readonly state: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly config_id: string | null
  readonly run_id: string | null
  readonly count: number
  readonly first_seen_at: Date
  readonly last_seen_at: Date
  readonly acknowledged_at: Date | null
  readonly resolved_at: Date | null
}

export function alertView(row: AlertRow): AlertView {
  return {
    id: row.id,
    type: row.type as AlertType,
    severity: row.severity as AlertSeverity,
    state: row.state as AlertState,
    message: row.message,
    details: row.details,
    configId: row.config_id,
    runId: row.run_id,
    count: row.count,
    firstSeenAt: isoTime(row.first_seen_at.getTime()),
    lastSeenAt: isoTime(row.last_seen_at.getTime()),
    resolvedAt: row.resolved_at === null ? null : isoTime(row.resolved_at.getTime()),
  }
}
