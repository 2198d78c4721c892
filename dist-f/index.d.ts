/** The library's public surface. */
export * as contracts from './contracts/index.ts';
export { type BackupOptions, type BackupProgress, type BackupResult, backupFiles, ClientState, findSnapshot, forgetSnapshots, type History, Inspector, type Kek, Overwrite, parseKek, prune, type PruneOptions, type PruneResult, readHistory, repairRepository, type RepairResult, Repository, type RestoreOptions, type RestoreProgress, type RestoreResult, restoreSnapshot, type SnapshotDocument, type SnapshotEntry, SnapshotType, verifyRepository, type VerifyOptions, type VerifyResult, } from './engine/index.ts';
export { BackupError, isBackupError } from './kernel/backup-error.ts';
export { type ObjectStore, parseLocation } from './storage/index.ts';
export { openStore } from './system/compose.ts';
export type { AlertView, AuditVerdict, BackupMetrics, BackupOptionsInput, ConfigInput, ConfigView, Failure, HealthReport, Page, RealTimeMetrics, RecoveryOptions, RecoveryPointView, RecoveryRequestView, Result, RunView, SystemConfigInput, SystemStatus, Warning, } from './contracts/system/index.ts';
export { AlertSeverity, AlertType, BackupFrequency, BackupType, HealthStatus, PointState, Priority, RecoveryState, RecoveryType, RunState, StorageProvider } from './contracts/system/index.ts';
export { BackupSystem, getBackupSystem, initializeBackupSystem } from './system/index.ts';
