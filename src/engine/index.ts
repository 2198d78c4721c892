/** The engine's door. */
export { type BackupOptions, type BackupProgress, type BackupResult, backupFiles } from './backup/backup.ts'
export { type Kek, kekFingerprint, parseKek } from './crypto/index.ts'
export { type CopyOptions, type CopyResult, copySnapshots } from './maintenance/copy.ts'
export { dropDamage, type DroppedDamage } from './maintenance/drop-damage.ts'
export { prune, type PruneOptions, type PruneResult } from './maintenance/prune.ts'
export { forgetSnapshots, type Hold, holdsOf, protections, writeRecord } from './maintenance/records.ts'
export { repairRepository, type RepairResult } from './maintenance/repair.ts'
export { verifyRepository, type VerifyOptions, type VerifyResult } from './maintenance/verify.ts'
export { changeKeyring, ClientState, type KeyringChange, type Recipient, Repository } from './repository/index.ts'
export { ArchiveFormat, type ArchiveResult, writeArchive } from './restore/archive.ts'
export { type Difference, Inspector, type ListedEntry } from './restore/inspect.ts'
export { Overwrite, type RestoreOptions, type RestoreProgress, type RestoreResult, restoreSnapshot } from './restore/restore.ts'
export {
  bytesOfPathText, findSnapshot, headsOf, type History, type PathText, printablePath, readHistory, type SnapshotDocument, type SnapshotEntry, SnapshotType,
} from './snapshot/index.ts'
