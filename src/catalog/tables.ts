/**
 * The rows of database/schema.sql as Kysely reads them. Both drivers give: timestamptz as Date, bigint as a number
 * (refused beyond 2^53), bytea as Buffer, jsonb parsed. A test compares this file with information_schema.
 */
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Read as Date; written as Date or ISO text. */
type Time = ColumnType<Date, Date | string, Date | string>
type TimeWithDefault = ColumnType<Date, Date | string | undefined, Date | string>
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
/** Read parsed; written as JSON text. */
type Json<T> = ColumnType<T, string, string>
type MaybeJson<T> = ColumnType<T | null, string | null | undefined, string | null>
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>
type Maybe<T> = ColumnType<T | null, T | null | undefined, T | null>

export interface SchemaVersionTable {
  version: number
  name: string
  applied_at: TimeWithDefault
}
export interface TenantsTable {
  id: string
  name: string
  created_at: TimeWithDefault
}
export interface RolesTable {
  name: string
}
export interface RoleRightsTable {
  role: string
  verb: string
}
export interface MembershipsTable {
  tenant_id: string
  user_id: string
  role: string
  created_at: TimeWithDefault
}
export interface SettingsTable {
  tenant_id: string
  name: string
  value: Json<unknown>
  updated_at: TimeWithDefault
}
export interface ControlKeysTable {
  tenant_id: string
  generation: number
  wrapped: Buffer
  kek_fingerprint: string
  created_at: TimeWithDefault
}
export interface RepositoriesTable {
  id: string
  tenant_id: string
  location: string
  repository_id: Maybe<string>
  created_at: TimeWithDefault
  last_seen_at: MaybeTime
  name: Maybe<string>
  key_reference: Maybe<string>
  role: Generated<string>
  removed_at: MaybeTime
}

export interface ConfigsTable {
  id: string
  tenant_id: string
  name: string
  kind: string
  settings: Json<unknown>
  source_sealed: Maybe<Buffer>
  enabled: Generated<boolean>
  generation: Generated<number>
  recorded_generation: Generated<number>
  created_by: string
  created_at: TimeWithDefault
  updated_at: TimeWithDefault
  removed_at: MaybeTime
  repository_id: Maybe<string>
}

export interface DueTimesTable {
  config_id: string
  due_at: Time
  tenant_id: string
  state: Generated<string>
  run_id: Maybe<string>
  late_at: Time
  late_alerted_at: MaybeTime
}

export interface RunsTable {
  id: string
  tenant_id: string
  config_id: string
  config_name: string
  source: string
  type: string
  trigger: string
  due_at: MaybeTime
  priority: Generated<number>
  state: Generated<string>
  requested_by: string
  cancel_requested_at: MaybeTime
  created_at: TimeWithDefault
  started_at: MaybeTime
  finished_at: MaybeTime
  fence: Generated<number>
  attempts: Generated<number>
  snapshot: Maybe<string>
  stats: MaybeJson<unknown>
  skipped: MaybeJson<unknown>
  progress: MaybeJson<unknown>
  error: MaybeJson<unknown>
  counted_at: GeneratedAlways<Date | null>
  duration_us: GeneratedAlways<number | null>
  bytes_processed: GeneratedAlways<number | null>
  bytes_added: GeneratedAlways<number | null>
  bytes_stored: GeneratedAlways<number | null>
}

export interface RunCountsTable {
  tenant_id: string
  config_id: string
  type: string
  state: string
  count: number
}

/** `day` reads as YYYY-MM-DD. */
export interface RunDaysTable {
  tenant_id: string
  day: string
  config_id: string
  state: string
  count: number
  durations: number
  duration_us: number
  measured_us: number
  measured_bytes: number
  bytes_processed: number
  bytes_added: number
  bytes_stored: number
}

export interface RunAttemptsTable {
  run_id: string
  attempt: number
  tenant_id: string
  fence: number
  worker_id: string
  started_at: TimeWithDefault
  heartbeat_at: TimeWithDefault
  finished_at: MaybeTime
  outcome: Maybe<string>
  error: MaybeJson<unknown>
}

export interface RecoveryPointsTable {
  id: string
  tenant_id: string
  repository_id: string
  snapshot: string
  run_id: Maybe<string>
  config_id: Maybe<string>
  source: string
  created_at: Time
  type: string
  state: Generated<string>
  is_complete: boolean
  bytes: Generated<number>
  bytes_added: Generated<number>
  files: Generated<number>
  expires_at: MaybeTime
  kept_because: JsonWithDefault<string[]>
  removed_at: MaybeTime
  counts_at: TimeWithDefault
}

export interface ProtectionsTable {
  tenant_id: string
  repository_id: string
  record: string
  subject: string
  generation: number
  snapshot: Maybe<string>
  source: Maybe<string>
  reason: Generated<string>
  until: MaybeTime
  created_by: string
  created_at: Time
  lifted_at: MaybeTime
}

export interface RecoveryRequestsTable {
  id: string
  tenant_id: string
  point_id: string
  type: string
  options: Json<unknown>
  priority: Generated<number>
  state: Generated<string>
  progress: Generated<number>
  stats: MaybeJson<unknown>
  error: MaybeJson<unknown>
  requested_by: string
  cancel_requested_at: MaybeTime
  created_at: TimeWithDefault
  started_at: MaybeTime
  finished_at: MaybeTime
  fence: Generated<number>
  worker_id: Maybe<string>
  heartbeat_at: MaybeTime
}

export interface WorkersTable {
  id: string
  host: string
  pid: number
  role: string
  started_at: TimeWithDefault
  heartbeat_at: TimeWithDefault
  stopped_at: MaybeTime
}

export interface AlertsTable {
  id: string
  tenant_id: string
  fingerprint: string
  type: string
  severity: string
  state: Generated<string>
  message: string
  details: JsonWithDefault<Record<string, unknown>>
  config_id: Maybe<string>
  run_id: Maybe<string>
  count: Generated<number>
  first_seen_at: TimeWithDefault
  last_seen_at: TimeWithDefault
  acknowledged_at: MaybeTime
  acknowledged_by: Maybe<string>
  resolved_at: MaybeTime
}

export interface OutboxTable {
  id: string
  tenant_id: string
  alert_id: Maybe<string>
  channel: string
  event: Json<unknown>
  idempotency_key: string
  state: Generated<string>
  attempts: Generated<number>
  next_at: TimeWithDefault
  last_error: Maybe<string>
  created_at: TimeWithDefault
  delivered_at: MaybeTime
}

export interface AuditHeadsTable {
  tenant_id: string
  sequence: Generated<number>
  hash: Buffer
}
export interface AuditEntriesTable {
  tenant_id: string
  sequence: number
  at: Time
  entry: Buffer
  entry_json: Json<unknown>
  previous: Buffer
  hash: Buffer
}
export interface AuditActorsTable {
  tenant_id: string
  pseudonym: string
  label: string
}
export interface AuditSegmentsTable {
  tenant_id: string
  number: number
  from_sequence: number
  to_sequence: number
  hash: Buffer
  record: string
  closed_at: TimeWithDefault
}

/** Written by the database itself. */
export interface RunEventsTable {
  id: Generated<number>
  tenant_id: string
  run_id: string
  state: string
  at: TimeWithDefault
}

/** Table names carry no schema: queries go through `withSchema('neonpro_backup')`. */
export interface Tables {
  schema_version: SchemaVersionTable
  tenants: TenantsTable
  roles: RolesTable
  role_rights: RoleRightsTable
  memberships: MembershipsTable
  settings: SettingsTable
  control_keys: ControlKeysTable
  repositories: RepositoriesTable
  configs: ConfigsTable
  due_times: DueTimesTable
  runs: RunsTable
  run_attempts: RunAttemptsTable
  run_counts: RunCountsTable
  run_days: RunDaysTable
  run_events: RunEventsTable
  recovery_points: RecoveryPointsTable
  protections: ProtectionsTable
  recovery_requests: RecoveryRequestsTable
  workers: WorkersTable
  alerts: AlertsTable
  outbox: OutboxTable
  audit_heads: AuditHeadsTable
  audit_entries: AuditEntriesTable
  audit_actors: AuditActorsTable
  audit_segments: AuditSegmentsTable
}
