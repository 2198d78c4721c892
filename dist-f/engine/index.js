/** The engine's door. */
export { backupFiles } from "./backup/backup.js";
export { hkdf, kekFingerprint, openPayload, parseKek, sealPayload } from "./crypto/index.js";
export { copySnapshots } from "./maintenance/copy.js";
export { dropDamage } from "./maintenance/drop-damage.js";
export { prune } from "./maintenance/prune.js";
export { forgetSnapshots } from "./maintenance/forget.js";
export { protect } from "./maintenance/protect.js";
export { listRecords, putRecord, writeRecord } from "./maintenance/records.js";
export { repairRepository } from "./maintenance/repair.js";
export { verifyRepository } from "./maintenance/verify.js";
export { changeKeyring, ClientState, hasUserFile, listUserFiles, readUserFile, recipientOpenedBy, removeUserFile, Repository, unwrapKey, wrapKey, writeUserFile, } from "./repository/index.js";
export { ArchiveFormat, writeArchive } from "./restore/archive.js";
export { Inspector } from "./restore/inspect.js";
export { restoreSnapshot } from "./restore/restore.js";
export { Overwrite } from "./restore/restore-options.js";
export { bytesOfPathText, findRun, findSnapshot, headsOf, holdsOf, isHeldBy, printablePath, protections, readHistory, readRecords, RecordFolder, RecordKind, SnapshotType, } from "./snapshot/index.js";
