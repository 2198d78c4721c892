/**
 * Kysely over the embedded database: one connection, one at a time. Kysely's own dialect for PGlite waits for ever when
 * a transaction can't begin, and would carry a transaction over into a database that was opened anew.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { invariant } from '../../kernel/invariant.ts'
import type { Instance, RevivingDatabase } from './reviving-database.ts'

class OneConnectionAdapter extends PostgresAdapter {
  override get supportsMultipleConnections(): boolean {
    return false
  }
}

/** From its first statement to its release it stays with one life of the database. */
class EmbeddedConnection implements DatabaseConnection {
  readonly #database: RevivingDatabase
  #instance: Instance | undefined

  constructor(database: RevivingDatabase) {
    this.#database = database
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await (await this.#bound()).query<R>(sql, parameters)
    return { rows, ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }) }
  }

  /** The command that PostgreSQL says it has carried out. */
  async command(text: 'begin' | 'commit' | 'rollback'): Promise<string | undefined> {
    const [result] = (await (await this.#bound()).exec(text)) as Array<{ readonly command?: string }>
    return result?.command
  }

  async #bound(): Promise<Instance> {
    this.#instance ??= await this.#database.acquire()
    return this.#instance
  }

  // biome-ignore lint/correctness/useYield: there is nothing to stream from
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    invariant(false, 'Rows are read by pages.')
  }
}

class EmbeddedDriver implements Driver {
  readonly #database: RevivingDatabase

  constructor(database: RevivingDatabase) {
    this.#database = database
  }

  async init(): Promise<void> {}

  /** Never throws: Kysely would not let the next one in. */
  async acquireConnection(): Promise<EmbeddedConnection> {
    return new EmbeddedConnection(this.#database)
  }

  async beginTransaction(connection: EmbeddedConnection): Promise<void> {
    await connection.command('begin')
  }

  /** PostgreSQL answers the commit of a failed transaction with a rollback. */
  async commitTransaction(connection: EmbeddedConnection): Promise<void> {
    invariant(
      (await connection.command('commit')) !== 'ROLLBACK',
      'A transaction with a failed statement is not committed.',
    )
  }

  async rollbackTransaction(connection: EmbeddedConnection): Promise<void> {
    await connection.command('rollback')
  }

  async releaseConnection(): Promise<void> {}

  /** The catalog closes the database. */
  async destroy(): Promise<void> {}
}

export function embeddedDialect(database: RevivingDatabase): Dialect {
  return {
    createAdapter: () => new OneConnectionAdapter(),
    createDriver: () => new EmbeddedDriver(database),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}
