import { type PGliteInterface } from '@electric-sql/pglite';
import { type Catalog } from '../catalog.ts';
import { OwnerLock } from './owner-lock.ts';
export interface EmbeddedOptions {
    /** Made where it is absent. Without one the database lives in memory and goes with the process. */
    readonly directory?: string;
    /** Held by the caller already; without it the catalog takes `owner.lock` beside the directory itself. */
    readonly lock?: OwnerLock;
    /** A data folder with the schema, as `dumpTemplate` gives it: makes a new database in a fifth of the time. */
    readonly template?: Blob;
}
/**
 * Opens the embedded database, made and brought to this version where needed.
 * Throws OWNER_EXISTS, EMBEDDED_NOT_DURABLE, DATABASE_TOO_NEW, EMBEDDED_UNREADABLE, DISK_FULL.
 */
export declare function openEmbeddedCatalog(options?: EmbeddedOptions): Promise<Catalog>;
/** A data folder with the schema, in memory, as an archive. */
export declare function dumpTemplate(): Promise<Blob>;
/** One commit has to reach the disk. Throws EMBEDDED_NOT_DURABLE. */
export declare function assertDurable(database: PGliteInterface, files: {
    readonly logSyncs: number;
}): Promise<void>;
