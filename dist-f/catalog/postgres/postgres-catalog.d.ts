import { type Catalog } from '../catalog.ts';
export interface PostgresOptions {
    /** May hold the password; it is shown nowhere. */
    readonly url: string;
    /** Of the pool; 10 unless told. */
    readonly connectionsMax?: number;
    readonly signal?: AbortSignal;
}
/**
 * Connects, checks the server and brings the schema to this version; never makes it.
 * Throws CONFIG_INVALID, DATABASE_UNAVAILABLE, DATABASE_NOT_INITIALIZED, DATABASE_TOO_NEW, DATABASE_TOO_OLD.
 */
export declare function openPostgresCatalog(options: PostgresOptions): Promise<Catalog>;
/**
 * Makes the schema in an external database: what `system init-db` does. False when it was there. Brings an older one to this version.
 * Throws DATABASE_UNAVAILABLE, DATABASE_TOO_NEW, DATABASE_TOO_OLD.
 */
export declare function initDatabase(options: PostgresOptions): Promise<boolean>;
/** Address and database, without password and options. Whatever stands before the last `@` is the user's, so that a password with odd signs is not shown either. */
export declare function redacted(url: string): string;
