export declare const SCHEMA = "neonpro_backup";
/** One connection, asked in plain SQL. `run` takes many statements and no values. */
export interface SqlSession {
    run(text: string): Promise<void>;
    rows(text: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
}
export interface Migration {
    readonly version: number;
    readonly name: string;
    readonly text: string;
}
/** The whole current schema. */
export declare function schemaText(): string;
/** In order, without gaps, from 1. */
export declare function migrations(): Migration[];
export declare function knownVersion(): number;
/** 0 where there is no schema. */
export declare function schemaVersion(session: SqlSession): Promise<number>;
/**
 * Brings a database that has the schema to this program's version, in one transaction for each migration, one process at a time.
 * Throws DATABASE_TOO_NEW, DATABASE_NOT_INITIALIZED.
 */
export declare function migrate(session: SqlSession, location: string): Promise<void>;
/** Makes the schema in a database without one; true when it was made now. Throws DATABASE_ROLES_MISSING. */
export declare function initialize(session: SqlSession): Promise<boolean>;
