import type { PGlite, Results } from '@electric-sql/pglite';
export interface OpenedDatabase {
    readonly database: PGlite;
    /** What ended it, or keeps it from writing through; undefined while it is well. */
    readonly failure: () => unknown;
}
/** One life of the database. What began in it, a transaction say, ends with it. */
export interface Instance {
    query<T>(text: string, values: readonly unknown[]): Promise<Results<T>>;
    /** Many statements. */
    exec(text: string): Promise<Results[]>;
}
export declare class RevivingDatabase {
    #private;
    private constructor();
    /** Throws what `open` throws. */
    static start(location: string, open: () => Promise<OpenedDatabase>): Promise<RevivingDatabase>;
    /** The one that lives, or a new one. Throws DATABASE_UNAVAILABLE. */
    acquire(): Promise<Instance>;
    close(): Promise<void>;
}
/**
 * PGlite calls PostgreSQL's main loop until a message is used up and swallows what it throws: a dead instance throws at once and uses nothing up. The one
 * call that PGlite makes after a throw is to `stackRestore`; thrown from there, the error gets out. Answers what killed the instance, or undefined.
 */
export declare function watch(database: PGlite): () => unknown;
