/**
 * Kysely over the embedded database: one connection, one at a time. Kysely's own dialect for PGlite waits for ever when a transaction can't begin, and
 * would carry a transaction over into a database that was opened anew.
 */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { invariant } from "../../kernel/invariant.js";
class OneConnectionAdapter extends PostgresAdapter {
    get supportsMultipleConnections() {
        return false;
    }
}
/** From its first statement to its release it stays with one life of the database. */
class EmbeddedConnection {
    #database;
    #instance;
    constructor(database) {
        this.#database = database;
    }
    async executeQuery({ sql, parameters }) {
        const { rows, affectedRows } = await (await this.#bound()).query(sql, parameters);
        return { rows, ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }) };
    }
    /** The command that PostgreSQL says it has carried out. */
    async command(text) {
        const [result] = (await (await this.#bound()).exec(text));
        return result?.command;
    }
    async #bound() {
        this.#instance ??= await this.#database.acquire();
        return this.#instance;
    }
    // biome-ignore lint/correctness/useYield: there is nothing to stream from
    async *streamQuery() {
        invariant(false, 'Rows are read by pages.');
    }
}
class EmbeddedDriver {
    #database;
    constructor(database) {
        this.#database = database;
    }
    async init() { }
    /** Never throws: Kysely would not let the next one in. */
    async acquireConnection() {
        return new EmbeddedConnection(this.#database);
    }
    async beginTransaction(connection) {
        await connection.command('begin');
    }
    /** PostgreSQL answers the commit of a failed transaction with a rollback. */
    async commitTransaction(connection) {
        invariant((await connection.command('commit')) !== 'ROLLBACK', 'A transaction with a failed statement is not committed.');
    }
    async rollbackTransaction(connection) {
        await connection.command('rollback');
    }
    async releaseConnection() { }
    /** The catalog closes the database. */
    async destroy() { }
}
export function embeddedDialect(database) {
    return {
        createAdapter: () => new OneConnectionAdapter(),
        createDriver: () => new EmbeddedDriver(database),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
    };
}
