import type { Catalog, Database, DatabaseTransaction } from '../../catalog/index.ts';
import type { AuditLog } from '../parts.ts';
export interface AppendedEntry {
    readonly sequence: number;
    readonly hash: Buffer;
}
/** `key` is the control key's `auditKey`. An entry that is appended within a transaction stands or falls with it. */
export declare function openAuditLog(catalog: Catalog, key: Uint8Array, tenantId: string): AuditLog;
/** Appends an entry's bytes as they are. */
export declare function appendEntry(db: Database | DatabaseTransaction, tenantId: string, entry: Buffer): Promise<AppendedEntry>;
/**
 * Erases the readable name behind a person's entries, for good: the entries and their chain stay as they are, and later acts of the same id do not
 * bring the name back. False when the log has never met this id.
 */
export declare function eraseActor(catalog: Catalog, key: Uint8Array, actor: {
    readonly tenantId: string;
    readonly id: string;
}): Promise<boolean>;
