/**
 * The words of the system's public contract: values that callers pass and read. Each is a plain string, so that JSON
 * says the same.
 */

export const BackupType = {
  FULL: 'FULL',
  INCREMENTAL: 'INCREMENTAL',
  DIFFERENTIAL: 'DIFFERENTIAL',
  DATABASE: 'DATABASE',
  FILES: 'FILES',
} as const
export type BackupType = (typeof BackupType)[keyof typeof BackupType]

export const BackupFrequency = { HOURLY: 'HOURLY', DAILY: 'DAILY', WEEKLY: 'WEEKLY', MONTHLY: 'MONTHLY' } as const
export type BackupFrequency = (typeof BackupFrequency)[keyof typeof BackupFrequency]

export const StorageProvider = { LOCAL: 'LOCAL', S3: 'S3', GCS: 'GCS', AZURE: 'AZURE' } as const
export type StorageProvider = (typeof StorageProvider)[keyof typeof StorageProvider]

/**
 * What is backed up, as callers say it: `FILES` of this machine, or the `DATABASE` that a URL names. A driver's kind is
 * said by its own name, and shown by it.
 */
export const SourceKind = { FILES: 'FILES', DATABASE: 'DATABASE' } as const
export type SourceKind = (typeof SourceKind)[keyof typeof SourceKind]

export const RunState = {
  PENDING: 'PENDING',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  PARTIAL: 'PARTIAL',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  MISSED: 'MISSED',
} as const
export type RunState = (typeof RunState)[keyof typeof RunState]

export const RunEventKind = {
  /** It was made, began, or ended: the run says how it stands. */
  STATE: 'STATE',
  /** It has come further. */
  PROGRESS: 'PROGRESS',
} as const
export type RunEventKind = (typeof RunEventKind)[keyof typeof RunEventKind]

export const RunTrigger = { SCHEDULED: 'SCHEDULED', CATCH_UP: 'CATCH_UP', MANUAL: 'MANUAL' } as const
export type RunTrigger = (typeof RunTrigger)[keyof typeof RunTrigger]

export const DueState = { WAITING: 'WAITING', ENQUEUED: 'ENQUEUED', MISSED: 'MISSED', SKIPPED: 'SKIPPED' } as const
export type DueState = (typeof DueState)[keyof typeof DueState]

export const RecoveryType = {
  FULL_RESTORE: 'FULL_RESTORE',
  PARTIAL_RESTORE: 'PARTIAL_RESTORE',
  POINT_IN_TIME: 'POINT_IN_TIME',
} as const
export type RecoveryType = (typeof RecoveryType)[keyof typeof RecoveryType]

export const RecoveryState = {
  PENDING: 'PENDING',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  PARTIAL: 'PARTIAL',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const
export type RecoveryState = (typeof RecoveryState)[keyof typeof RecoveryState]

/** How far a point is proven: stored, read back whole, restored. */
export const PointState = { BACKED_UP: 'BACKED_UP', VERIFIED: 'VERIFIED', RESTORED: 'RESTORED' } as const
export type PointState = (typeof PointState)[keyof typeof PointState]

export const Priority = { LOW: 'LOW', NORMAL: 'NORMAL', HIGH: 'HIGH', CRITICAL: 'CRITICAL' } as const
export type Priority = (typeof Priority)[keyof typeof Priority]
/** Larger goes first. */
export const PRIORITY_RANK: Readonly<Record<Priority, number>> = { LOW: 0, NORMAL: 1, HIGH: 2, CRITICAL: 3 }

export const AlertSeverity = { LOW: 'LOW', MEDIUM: 'MEDIUM', HIGH: 'HIGH', CRITICAL: 'CRITICAL' } as const
export type AlertSeverity = (typeof AlertSeverity)[keyof typeof AlertSeverity]

/** Rules that raise alarms by themselves, and `CUSTOM` for `createAlert`. */
export const AlertType = {
  BACKUP_FAILED: 'BACKUP_FAILED',
  BACKUP_PARTIAL: 'BACKUP_PARTIAL',
  BACKUP_LATE: 'BACKUP_LATE',
  BACKUP_MISSED: 'BACKUP_MISSED',
  BACKUP_OVERRUN: 'BACKUP_OVERRUN',
  FAILURE_RATE: 'FAILURE_RATE',
  STORAGE_LOW: 'STORAGE_LOW',
  RECORD_NOT_STORED: 'RECORD_NOT_STORED',
  CHANNEL_FAILING: 'CHANNEL_FAILING',
  RETENTION_FAILED: 'RETENTION_FAILED',
  VERIFY_FAILED: 'VERIFY_FAILED',
  CLOCK_DOUBTED: 'CLOCK_DOUBTED',
  CUSTOM: 'CUSTOM',
} as const
export type AlertType = (typeof AlertType)[keyof typeof AlertType]

export const AlertState = { FIRING: 'FIRING', ACKNOWLEDGED: 'ACKNOWLEDGED', RESOLVED: 'RESOLVED' } as const
export type AlertState = (typeof AlertState)[keyof typeof AlertState]

export const HealthStatus = {
  HEALTHY: 'HEALTHY',
  DEGRADED: 'DEGRADED',
  UNHEALTHY: 'UNHEALTHY',
  UNKNOWN: 'UNKNOWN',
} as const
export type HealthStatus = (typeof HealthStatus)[keyof typeof HealthStatus]

/** Roles of a person in a tenant. They are rows, not database roles. */
export const Role = {
  READER: 'READER',
  OPERATOR: 'OPERATOR',
  RESTORER: 'RESTORER',
  APPROVER: 'APPROVER',
  DATA_PROTECTION_OFFICER: 'DATA_PROTECTION_OFFICER',
  KEY_KEEPER: 'KEY_KEEPER',
  AUDITOR: 'AUDITOR',
  ADMIN: 'ADMIN',
} as const
export type Role = (typeof Role)[keyof typeof Role]

/** Why all is not well. */
export const VerdictReason = {
  /** No configuration, or no source, has a good point. */
  NOTHING_PROTECTED: 'NOTHING_PROTECTED',
  /** The last run of a configuration failed. */
  RUN_FAILED: 'RUN_FAILED',
  /** Points are there, and none of them is good. */
  ONLY_INCOMPLETE: 'ONLY_INCOMPLETE',
  /** There are configurations, and every one is disabled. */
  ALL_DISABLED: 'ALL_DISABLED',
  ALARM_OPEN: 'ALARM_OPEN',
  /** The repository keeps configurations of a system that is not here: its database may be lost. */
  REBUILD_NEEDED: 'REBUILD_NEEDED',
  /** Something is planned, and no live process would start it. */
  NO_SCHEDULER: 'NO_SCHEDULER',
  /** It does not open, or what it lists is not whole. */
  REPOSITORY_NOT_WHOLE: 'REPOSITORY_NOT_WHOLE',
  /** The last verification found damage. */
  DAMAGE_FOUND: 'DAMAGE_FOUND',
} as const
export type VerdictReason = (typeof VerdictReason)[keyof typeof VerdictReason]

/** So many of what a run lacks stand in its row; its snapshot lists more. */
export const RUN_ITEMS_MAX = 100
