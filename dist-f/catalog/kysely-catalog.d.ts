import { type Dialect, Kysely } from 'kysely';
import type { Catalog, CatalogKind, Database, DatabaseTransaction, Identity, SqlExecutor } from './catalog.ts';
import type { Tables } from './tables.ts';
export interface CatalogParts {
    readonly kind: CatalogKind;
    readonly location: string;
    readonly dialect: Dialect;
    /** Runs SQL of one or many statements on a connection of its own; rows of all statements. */
    executeSql(base: Kysely<Tables>, text: string, values?: unknown[]): Promise<{
        rows: unknown[];
    }>;
    /** A query whose rows' `statement` keeps the database in shape; none where the server sees to it. */
    readonly maintenance: string | undefined;
    /** After the last query. */
    close(): Promise<void>;
}
export declare class KyselyCatalog implements Catalog {
    #private;
    readonly kind: CatalogKind;
    readonly location: string;
    readonly db: Database;
    readonly queue: SqlExecutor;
    constructor(parts: CatalogParts);
    transaction<T>(run: (tx: DatabaseTransaction) => Promise<T>, options?: {
        readonly as?: Identity;
        readonly signal?: AbortSignal;
    }): Promise<T>;
    maintain(signal?: AbortSignal): Promise<void>;
    ping(signal?: AbortSignal): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
