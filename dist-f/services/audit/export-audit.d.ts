/** Exports the log, whole or between two moments, so that somebody else can check it. */
import type { SystemParts } from '../parts.ts';
export interface ExportRange {
    /** ISO 8601; default: from the first entry. */
    readonly from?: string;
    /** ISO 8601, inclusive; default: to the newest. */
    readonly to?: string;
}
type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId'>;
/** The whole export as JSON lines. `exportLines` gives a long log piece by piece. */
export declare function exportAudit(parts: AuditParts, range?: ExportRange): Promise<string>;
/** Lines without their ends: the header, then every entry between the first and the last of the range, none left out. Throws CONFIG_INVALID for a time that is none. */
export declare function exportLines(parts: AuditParts, range?: ExportRange): AsyncGenerator<string>;
export {};
