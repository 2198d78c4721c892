export { appendEntry, eraseActor, openAuditLog } from "./audit-log.js";
export { AuditFault, GENESIS, nextHash } from "./chain.js";
export { closeAuditSegments } from "./close-segments.js";
export { encodeEntry, pseudonymOf } from "./entry.js";
export { readEntries, readHead } from "./entries.js";
export { exportAudit, exportLines } from "./export-audit.js";
export { verifyExport } from "./export-file.js";
export { segmentsOf } from "./segment-record.js";
export { verifyAudit } from "./verify-audit.js";
