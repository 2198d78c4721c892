/** The engine's door. */
export { type BackupOptions, type BackupProgress, type BackupResult, backupFiles } from './backup/backup.ts'
export { hkdf, type Kek, kekFingerprint, type ObjectScope, openPayload, parseKek, sealPayload } from './crypto/index.ts'
export { type CopyOptions, type CopyResult, copySnapshots } from './maintenance/copy.ts'
export { dropDamage, type DroppedDamage } from './maintenance/drop-damage.ts'
export { prune, type PruneOptions, type PruneResult } from './maintenance/prune.ts'
export { forgetSnapshots } from './maintenance/forget.ts'
export { protect } from './maintenance/protect.ts'
export { listRecords, putRecord, type RecordChange, type RecordFilter, writeRecord } from './maintenance/records.ts'
export { repairRepository, type RepairResult } from './maintenance/repair.ts'
export { verifyRepository, type VerifyOptions, type VerifyResult } from './maintenance/verify.ts'
export type { VerifyHit } from './maintenance/verify-hits.ts'
export {
  changeKeyring, ClientState, hasUserFile, type KeyringChange, listUserFiles, readUserFile, type Recipient, recipientOpenedBy, removeUserFile, Repository, unwrapKey, type UserFile, wrapKey, writeUserFile,
} from './repository/index.ts'
export { ArchiveFormat, type ArchiveResult, writeArchive } from './restore/archive.ts'
export { type Difference, type EntryType, Inspector, type ListedEntry } from './restore/inspect.ts'
export { restoreSnapshot } from './restore/restore.ts'
export { Overwrite, type RestoreOptions, type RestoreProgress, type RestoreResult } from './restore/restore-options.ts'
export {
  bytesOfPathText, findRun, findSnapshot, headsOf, type History, type Hold, holdsOf, isHeldBy, type PathText, printablePath, protections, readHistory, readRecords, type RecordEntry, RecordFolder, RecordKind, type SnapshotDocument, type SnapshotEntry, SnapshotType,
} from './snapshot/index.ts'
