/**
 * The catalog over any Kysely dialect. A query outside an open transaction of the same call chain is refused: on the embedded database, which has one
 * connection, it would wait for that transaction for ever; on PostgreSQL it would silently not be part of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, sql } from 'kysely';
import { throwIfAborted } from "../kernel/abort.js";
import { turn } from "../kernel/clock.js";
import { invariant } from "../kernel/invariant.js";
import { asCatalogError, notPermitted, sqlState } from "./driver-error.js";
import { SCHEMA } from "./schema.js";
const INSUFFICIENT_PRIVILEGE = '42501';
export class KyselyCatalog {
    kind;
    location;
    db;
    queue;
    #base;
    #parts;
    #running = new AsyncLocalStorage();
    constructor(parts) {
        this.#parts = parts;
        this.kind = parts.kind;
        this.location = parts.location;
        this.#base = new Kysely({ dialect: parts.dialect }).withSchema(SCHEMA);
        const guard = {
            transformQuery: ({ node }) => {
                this.#refuseInsideTransaction();
                return node;
            },
            transformResult: ({ result }) => Promise.resolve(result),
        };
        this.db = this.#base.withPlugin(guard);
        this.queue = {
            executeSql: async (text, values) => {
                this.#refuseInsideTransaction();
                return await this.#translated(() => parts.executeSql(this.#base, text, values));
            },
        };
    }
    async transaction(run, options = {}) {
        throwIfAborted(options.signal);
        this.#refuseInsideTransaction();
        const state = { isOpen: true };
        const work = async (tx) => {
            if (options.as)
                await actAs(tx, options.as);
            const result = await run(tx);
            throwIfAborted(options.signal);
            return result;
        };
        try {
            return await this.#translated(() => this.#running.run(state, () => this.#base.transaction().execute(work)));
        }
        catch (error) {
            throw options.as && sqlState(error) === INSUFFICIENT_PRIVILEGE ? notPermitted(options.as, error) : error;
        }
        finally {
            state.isOpen = false;
        }
    }
    async maintain(signal) {
        throwIfAborted(signal);
        if (this.#parts.maintenance === undefined)
            return;
        const { rows } = await this.queue.executeSql(this.#parts.maintenance);
        for (const { statement } of rows) {
            throwIfAborted(signal);
            await this.queue.executeSql(statement);
            await turn();
        }
    }
    async ping(signal) {
        throwIfAborted(signal);
        const ask = () => this.#translated(() => this.#parts.executeSql(this.#base, 'select 1'));
        // A connection of the pool may have been cut while it was idle: that says nothing of the server.
        await ask().catch(ask);
        throwIfAborted(signal);
    }
    async [Symbol.asyncDispose]() {
        await this.#base.destroy();
        await this.#parts.close();
    }
    #refuseInsideTransaction() {
        invariant(!this.#running.getStore()?.isOpen, 'Inside a transaction every query goes through it.');
    }
    async #translated(run) {
        try {
            return await run();
        }
        catch (error) {
            throw asCatalogError(error, this.location);
        }
    }
}
/** Row level security decides from here to the end of the transaction. */
async function actAs(tx, identity) {
    const claims = JSON.stringify({ ...identity.claims, sub: identity.userId, role: 'authenticated' });
    await sql `select set_config('request.jwt.claims', ${claims}, true)`.execute(tx);
    await sql `set local role authenticated`.execute(tx);
}
