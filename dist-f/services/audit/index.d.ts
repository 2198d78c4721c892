export { appendEntry, type AppendedEntry, eraseActor, openAuditLog } from './audit-log.ts';
export { AuditFault, type AuditProblem, GENESIS, nextHash } from './chain.ts';
export { closeAuditSegments, type CloseOptions } from './close-segments.ts';
export { encodeEntry, pseudonymOf } from './entry.ts';
export { readEntries, readHead } from './entries.ts';
export { exportAudit, exportLines, type ExportRange } from './export-audit.ts';
export { type ExportVerdict, verifyExport } from './export-file.ts';
export { type SegmentList, segmentsOf, type StoredSegment } from './segment-record.ts';
export { verifyAudit } from './verify-audit.ts';
