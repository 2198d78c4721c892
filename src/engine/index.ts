/** The engine's door. */
export { backupFiles } from './backup/files/backup.ts'
export type { BackupOptions } from './backup/files/backup-options.ts'
export { type BackupPlan, type BackupPlanOptions, planBackup } from './backup/files/dry-run.ts'
export type { BackupProgress, BackupResult } from './backup/session/run-options.ts'
export { backupStreams } from './backup/streams/backup-streams.ts'
export type { StreamBackupOptions } from './backup/streams/stream-options.ts'
export {
  firstKeyOf,
  hkdf,
  type Kek,
  kekFingerprint,
  keyFingerprint,
  keyTextsOf,
  type ObjectScope,
  openPayload,
  paperKeyOf,
  parseKek,
  sealPayload,
} from './crypto/index.ts'
export { type AcceptedRollback, acceptRollback } from './maintenance/accept-rollback.ts'
export { type CopyOptions, type CopyResult, copySnapshots } from './maintenance/copy.ts'
export { type CopyFacts, lastCopies, secondCopyIn } from './maintenance/copy-log.ts'
export type { CopiedRecords } from './maintenance/copy-records.ts'
export { type DroppedDamage, dropDamage } from './maintenance/drop-damage.ts'
export { checkForget, forgetSnapshots } from './maintenance/forget.ts'
export { findObject, listObjects, OBJECT_FOLDERS, type ObjectKind, readObject } from './maintenance/look.ts'
export { protect } from './maintenance/protect.ts'
export { type PruneOptions, type PruneResult, prune } from './maintenance/prune.ts'
export { listRecords, putRecord, type RecordChange, type RecordFilter, writeRecord } from './maintenance/records.ts'
export { type RepairResult, repairRepository } from './maintenance/repair.ts'
export { repositoryStatistics, type Statistics } from './maintenance/statistics.ts'
export { type UpgradeResult, upgradeRepository } from './maintenance/upgrade.ts'
export { damageCount, ROLLBACK, type VerifyOptions, type VerifyResult, verifyRepository } from './maintenance/verify.ts'
export type { VerifyHit } from './maintenance/verify-hits.ts'
export { strangers, type VerifyProblem } from './maintenance/verify-objects.ts'
export {
  acceptClock,
  ClientState,
  changeKeyring,
  type HeadMemory,
  type Heads,
  hasUserFile,
  isForbidden,
  type KeyringChange,
  listUserFiles,
  lookAtClock,
  mergeClock,
  mergeHeads,
  mergeWriters,
  type ObjectProblem,
  type Recipient,
  Repository,
  readUserFile,
  recipientOpenedBy,
  removeUserFile,
  repositoriesKnownAt,
  repositoriesMet,
  repositoryKnownAt,
  requireReadable,
  type UserFile,
  unwrapKey,
  workspaceIn,
  wrapKey,
  writeUserFile,
} from './repository/index.ts'
export { ArchiveFormat, type ArchiveResult, writeArchive } from './restore/archive.ts'
export { type Compared, type Difference, type EntryType, Inspector, type ListedEntry } from './restore/inspect.ts'
export {
  Needed,
  type NeededPlace,
  neededState,
  requireApartFromState,
  requireNothingNeeded,
  runningProgram,
  targetRefused,
} from './restore/needed-places.ts'
export { restoreSnapshot } from './restore/restore.ts'
export {
  Overwrite,
  type RestoreChange,
  type RestoreOptions,
  type RestoreProgress,
  type RestoreResult,
} from './restore/restore-options.ts'
export {
  bytesOfPathText,
  DateDoubt,
  FILES_KIND,
  findRun,
  findSnapshot,
  type History,
  type Hold,
  headsOf,
  holdsOf,
  isGoodPoint,
  isHeldBy,
  namesOfCopy,
  type OddPoint,
  oddPoints,
  type PathText,
  type PointTime,
  pointTimes,
  printablePath,
  protections,
  type RecordEntry,
  RecordFolder,
  RecordKind,
  readHistory,
  readRecords,
  type SnapshotDocument,
  type SnapshotEntry,
  SnapshotType,
  type SnapshotWarning,
} from './snapshot/index.ts'
export type { CopiedStreams } from './streams/index.ts'
