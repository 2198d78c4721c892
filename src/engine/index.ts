/** The engine's door. */
export { type BackupOptions, type BackupProgress, type BackupResult, backupFiles } from './backup/backup.ts'
export { type Kek, kekFingerprint, parseKek } from './crypto/index.ts'
export { changeKeyring, ClientState, type KeyringChange, Repository } from './repository/index.ts'
export { Overwrite, type RestoreOptions, type RestoreProgress, type RestoreResult, restoreSnapshot } from './restore/restore.ts'
export {
  bytesOfPathText, findSnapshot, headsOf, type History, type PathText, printablePath, readHistory, type SnapshotDocument, type SnapshotEntry, SnapshotType,
} from './snapshot/index.ts'
