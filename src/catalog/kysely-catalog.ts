/**
 * The catalog over any Kysely dialect. A query outside an open transaction of the same call chain is refused: on the
 * embedded database, which has one connection, it would wait for that transaction for ever; on PostgreSQL it would
 * silently not be part of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Dialect, Kysely, type KyselyPlugin, sql } from 'kysely'
import { throwIfAborted } from '../kernel/abort.ts'
import { turn } from '../kernel/clock.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Catalog, CatalogKind, Database, DatabaseTransaction, Identity, SqlExecutor } from './catalog.ts'
import { asCatalogError, notPermitted, rolesMissing, sqlState } from './driver-error.ts'
import { SCHEMA } from './schema.ts'
import type { Tables } from './tables.ts'

const INSUFFICIENT_PRIVILEGE = '42501'

export interface CatalogParts {
  readonly kind: CatalogKind
  readonly location: string
  readonly dialect: Dialect
  /** Runs SQL of one or many statements on a connection of its own; rows of all statements. */
  executeSql(base: Kysely<Tables>, text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** A query whose rows' `statement` keeps the database in shape; none where the server sees to it. */
  readonly maintenance: string | undefined
  /** After the last query. */
  close(): Promise<void>
}

export class KyselyCatalog implements Catalog {
  readonly kind: CatalogKind
  readonly location: string
  readonly db: Database
  readonly queue: SqlExecutor
  readonly #base: Kysely<Tables>
  readonly #parts: CatalogParts
  readonly #running = new AsyncLocalStorage<{ isOpen: boolean }>()

  constructor(parts: CatalogParts) {
    this.#parts = parts
    this.kind = parts.kind
    this.location = parts.location
    this.#base = new Kysely<Tables>({ dialect: parts.dialect }).withSchema(SCHEMA)
    const guard: KyselyPlugin = {
      transformQuery: ({ node }) => {
        this.#refuseInsideTransaction()
        return node
      },
      transformResult: ({ result }) => Promise.resolve(result),
    }
    this.db = this.#base.withPlugin(guard)
    this.queue = {
      executeSql: async (text, values) => {
        this.#refuseInsideTransaction()
        return await this.#translated(() => parts.executeSql(this.#base, text, values))
      },
    }
  }

  async transaction<T>(
    run: (tx: DatabaseTransaction) => Promise<T>,
    options: { readonly as?: Identity; readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    throwIfAborted(options.signal)
    this.#refuseInsideTransaction()
    const state = { isOpen: true }
    const work = async (tx: DatabaseTransaction): Promise<T> => {
      if (options.as) await actAs(tx, options.as)
      const result = await run(tx)
      throwIfAborted(options.signal)
      return result
    }
    try {
      return await this.#translated(() => this.#running.run(state, () => this.#base.transaction().execute(work)))
    } catch (error) {
      throw options.as && sqlState(error) === INSUFFICIENT_PRIVILEGE ? notPermitted(options.as, error) : error
    } finally {
      state.isOpen = false
    }
  }

  async maintain(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.#parts.maintenance === undefined) return
    const { rows } = await this.queue.executeSql(this.#parts.maintenance)
    for (const { statement } of rows as ReadonlyArray<{ readonly statement: string }>) {
      throwIfAborted(signal)
      await this.queue.executeSql(statement)
      await turn()
    }
  }

  async ping(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    const ask = () => this.#translated(() => this.#parts.executeSql(this.#base, 'select 1'))
    // A connection of the pool may have been cut while it was idle: that says nothing of the server.
    await ask().catch(ask)
    throwIfAborted(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#base.destroy()
    await this.#parts.close()
  }

  #refuseInsideTransaction(): void {
    invariant(!this.#running.getStore()?.isOpen, 'Inside a transaction every query goes through it.')
  }

  async #translated<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw asCatalogError(error, this.location)
    }
  }
}

/** Row level security decides from here to the end of the transaction. */
async function actAs(tx: DatabaseTransaction, identity: Identity): Promise<void> {
  const claims = JSON.stringify({ ...identity.claims, sub: identity.userId, role: 'authenticated' })
  await sql`select set_config('request.jwt.claims', ${claims}, true)`.execute(tx)
  try {
    await sql`set local role authenticated`.execute(tx)
  } catch (error) {
    throw rolesMissing(error)
  }
}
