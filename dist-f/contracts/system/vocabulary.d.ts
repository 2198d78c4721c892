/** The words of the system's public contract: values that callers pass and read. Each is a plain string, so that JSON says the same. */
export declare const BackupType: {
    readonly FULL: "FULL";
    readonly INCREMENTAL: "INCREMENTAL";
    readonly DIFFERENTIAL: "DIFFERENTIAL";
    readonly DATABASE: "DATABASE";
    readonly FILES: "FILES";
};
export type BackupType = (typeof BackupType)[keyof typeof BackupType];
export declare const BackupFrequency: {
    readonly HOURLY: "HOURLY";
    readonly DAILY: "DAILY";
    readonly WEEKLY: "WEEKLY";
    readonly MONTHLY: "MONTHLY";
};
export type BackupFrequency = (typeof BackupFrequency)[keyof typeof BackupFrequency];
export declare const StorageProvider: {
    readonly LOCAL: "LOCAL";
    readonly S3: "S3";
    readonly GCS: "GCS";
    readonly AZURE: "AZURE";
};
export type StorageProvider = (typeof StorageProvider)[keyof typeof StorageProvider];
/** What is backed up. `FILES` is here; a database kind answers SOURCE_NOT_AVAILABLE until its source lands. */
export declare const SourceKind: {
    readonly FILES: "FILES";
    readonly DATABASE: "DATABASE";
};
export type SourceKind = (typeof SourceKind)[keyof typeof SourceKind];
export declare const RunState: {
    readonly PENDING: "PENDING";
    readonly RUNNING: "RUNNING";
    readonly COMPLETED: "COMPLETED";
    readonly PARTIAL: "PARTIAL";
    readonly FAILED: "FAILED";
    readonly CANCELLED: "CANCELLED";
    readonly MISSED: "MISSED";
};
export type RunState = (typeof RunState)[keyof typeof RunState];
export declare const RunTrigger: {
    readonly SCHEDULED: "SCHEDULED";
    readonly CATCH_UP: "CATCH_UP";
    readonly MANUAL: "MANUAL";
};
export type RunTrigger = (typeof RunTrigger)[keyof typeof RunTrigger];
export declare const DueState: {
    readonly WAITING: "WAITING";
    readonly ENQUEUED: "ENQUEUED";
    readonly MISSED: "MISSED";
    readonly SKIPPED: "SKIPPED";
};
export type DueState = (typeof DueState)[keyof typeof DueState];
export declare const RecoveryType: {
    readonly FULL_RESTORE: "FULL_RESTORE";
    readonly PARTIAL_RESTORE: "PARTIAL_RESTORE";
    readonly POINT_IN_TIME: "POINT_IN_TIME";
};
export type RecoveryType = (typeof RecoveryType)[keyof typeof RecoveryType];
export declare const RecoveryState: {
    readonly PENDING: "PENDING";
    readonly RUNNING: "RUNNING";
    readonly COMPLETED: "COMPLETED";
    readonly PARTIAL: "PARTIAL";
    readonly FAILED: "FAILED";
    readonly CANCELLED: "CANCELLED";
};
export type RecoveryState = (typeof RecoveryState)[keyof typeof RecoveryState];
/** How far a point is proven: stored, read back whole, restored. */
export declare const PointState: {
    readonly BACKED_UP: "BACKED_UP";
    readonly VERIFIED: "VERIFIED";
    readonly RESTORED: "RESTORED";
};
export type PointState = (typeof PointState)[keyof typeof PointState];
export declare const Priority: {
    readonly LOW: "LOW";
    readonly NORMAL: "NORMAL";
    readonly HIGH: "HIGH";
    readonly CRITICAL: "CRITICAL";
};
export type Priority = (typeof Priority)[keyof typeof Priority];
/** Larger goes first. */
export declare const PRIORITY_RANK: Readonly<Record<Priority, number>>;
export declare const AlertSeverity: {
    readonly LOW: "LOW";
    readonly MEDIUM: "MEDIUM";
    readonly HIGH: "HIGH";
    readonly CRITICAL: "CRITICAL";
};
export type AlertSeverity = (typeof AlertSeverity)[keyof typeof AlertSeverity];
/** Rules that raise alarms by themselves, and `CUSTOM` for `createAlert`. */
export declare const AlertType: {
    readonly BACKUP_FAILED: "BACKUP_FAILED";
    readonly BACKUP_PARTIAL: "BACKUP_PARTIAL";
    readonly BACKUP_LATE: "BACKUP_LATE";
    readonly BACKUP_MISSED: "BACKUP_MISSED";
    readonly BACKUP_OVERRUN: "BACKUP_OVERRUN";
    readonly FAILURE_RATE: "FAILURE_RATE";
    readonly STORAGE_LOW: "STORAGE_LOW";
    readonly RECORD_NOT_STORED: "RECORD_NOT_STORED";
    readonly CHANNEL_FAILING: "CHANNEL_FAILING";
    readonly RETENTION_FAILED: "RETENTION_FAILED";
    readonly VERIFY_FAILED: "VERIFY_FAILED";
    readonly CUSTOM: "CUSTOM";
};
export type AlertType = (typeof AlertType)[keyof typeof AlertType];
export declare const AlertState: {
    readonly FIRING: "FIRING";
    readonly ACKNOWLEDGED: "ACKNOWLEDGED";
    readonly RESOLVED: "RESOLVED";
};
export type AlertState = (typeof AlertState)[keyof typeof AlertState];
export declare const HealthStatus: {
    readonly HEALTHY: "HEALTHY";
    readonly DEGRADED: "DEGRADED";
    readonly UNHEALTHY: "UNHEALTHY";
    readonly UNKNOWN: "UNKNOWN";
};
export type HealthStatus = (typeof HealthStatus)[keyof typeof HealthStatus];
/** Roles of a person in a tenant. They are rows, not database roles. */
export declare const Role: {
    readonly READER: "READER";
    readonly OPERATOR: "OPERATOR";
    readonly RESTORER: "RESTORER";
    readonly APPROVER: "APPROVER";
    readonly DATA_PROTECTION_OFFICER: "DATA_PROTECTION_OFFICER";
    readonly KEY_KEEPER: "KEY_KEEPER";
    readonly AUDITOR: "AUDITOR";
    readonly ADMIN: "ADMIN";
};
export type Role = (typeof Role)[keyof typeof Role];
