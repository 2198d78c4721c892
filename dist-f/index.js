/** The library's public surface. */
export * as contracts from "./contracts/index.js";
export { backupFiles, ClientState, findSnapshot, forgetSnapshots, Inspector, Overwrite, parseKek, prune, readHistory, repairRepository, Repository, restoreSnapshot, SnapshotType, verifyRepository, } from "./engine/index.js";
export { BackupError, isBackupError } from "./kernel/backup-error.js";
export { parseLocation } from "./storage/index.js";
export { openStore } from "./system/compose.js";
export { AlertSeverity, AlertType, BackupFrequency, BackupType, HealthStatus, PointState, Priority, RecoveryState, RecoveryType, RunState, StorageProvider } from "./contracts/system/index.js";
export { BackupSystem, getBackupSystem, initializeBackupSystem } from "./system/index.js";
