/** The port: the control plane's database, embedded or PostgreSQL, seen as one. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export const CatalogKind = { EMBEDDED: 'EMBEDDED', POSTGRES: 'POSTGRES' } as const
export type CatalogKind = (typeof CatalogKind)[keyof typeof CatalogKind]

/** The one tenant of an installation that has not named others. */
export const DEFAULT_TENANT_ID = '00000000-0000-4000-8000-000000000001'

export type Database = Kysely<Tables>
/** Inside a transaction. Takes the place of a `Database` in every query. */
export type DatabaseTransaction = Transaction<Tables>

/**
 * Somebody whose rights are rows in `memberships`: the transaction runs as `authenticated` with these claims, so that
 * row level security decides.
 */
export interface Identity {
  readonly userId: string
  readonly claims?: Readonly<Record<string, unknown>>
}

/** What a job queue needs of a database of its own schema: SQL with `$1` placeholders. */
export interface SqlExecutor {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface Catalog extends AsyncDisposable {
  readonly kind: CatalogKind
  /** For people; holds no secret. */
  readonly location: string
  /** Queries as the system, across tenants. Every table is found without its schema's name. */
  readonly db: Database
  /**
   * Serialises what has to be whole. Rolls back when `run` throws. As the system, or as somebody under row level
   * security: what he may not do is NOT_PERMITTED.
   */
  transaction<T>(
    run: (tx: DatabaseTransaction) => Promise<T>,
    options?: { readonly as?: Identity; readonly signal?: AbortSignal },
  ): Promise<T>
  /** For the queue's own schema. */
  readonly queue: SqlExecutor
  /**
   * Once a day or so, in a quiet moment: what a server's autovacuum does and the embedded database has nobody for.
   * Table by table, so that nothing waits long. Nothing on PostgreSQL.
   */
  maintain(signal?: AbortSignal): Promise<void>
  /** Throws DATABASE_UNAVAILABLE when it does not answer. */
  ping(signal?: AbortSignal): Promise<void>
}
