/** Reads the log's rows in their order, some at a time. */
import type { Database, DatabaseTransaction } from '../../catalog/index.ts';
export interface StoredEntry {
    readonly sequence: number;
    readonly at: Date;
    readonly entry: Buffer;
    readonly entry_json: unknown;
    readonly previous: Buffer;
    readonly hash: Buffer;
}
export interface EntryRange {
    readonly tenantId: string;
    /** Only numbers above it. */
    readonly after: number;
    /** The last number; none means to the end. */
    readonly to?: number;
}
export declare function readEntries(db: Database | DatabaseTransaction, range: EntryRange): AsyncGenerator<StoredEntry>;
export interface AuditHead {
    readonly sequence: number;
    readonly hash: Buffer;
}
/** Undefined before the first entry. */
export declare function readHead(db: Database | DatabaseTransaction, tenantId: string): Promise<AuditHead | undefined>;
