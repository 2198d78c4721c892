/**
 * PostgreSQL 15 and newer, Supabase among them, through a pool. A connection that breaks is an error of the query that
 * used it, never of the process; the next query makes a new one. Pooling in between must be in session mode: the queue
 * and the migrations hold session locks (session-mode.ts).
 */

import { type Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { type Catalog, CatalogKind } from '../catalog.ts'
import { asCatalogError, unavailable } from '../driver-error.ts'
import { KyselyCatalog } from '../kysely-catalog.ts'
import { initialize, migrate, type SqlSession } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { PG_TYPES } from '../values.ts'
import { refuseTransactionPooling } from './session-mode.ts'

export interface PostgresOptions {
  /** May hold the password; it is shown nowhere. */
  readonly url: string
  /** Of the pool; 10 unless told. */
  readonly connectionsMax?: number
  readonly signal?: AbortSignal
}

const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 10_000
/** A process that was frozen inside a transaction must not hold its locks for ever: the server ends its session. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** server_version_num of the floor. */
const VERSION_MIN = 150_000

/**
 * Connects, checks the server and brings the schema to this version; never makes it.
 * Throws CONFIG_INVALID, DATABASE_UNAVAILABLE, DATABASE_MISSING, DATABASE_BUSY,
 * DATABASE_POOLED, DATABASE_NOT_INITIALIZED, DATABASE_TOO_NEW, DATABASE_TOO_OLD.
 */
export async function openPostgresCatalog(options: PostgresOptions): Promise<Catalog> {
  throwIfAborted(options.signal)
  const place = makePool(options)
  const { pool, location } = place
  try {
    await withSession(place, async (session) => {
      await refuseOldServer(session, location)
      await migrate(session, location)
    })
    throwIfAborted(options.signal)
  } catch (error) {
    await pool.end()
    throw error
  }
  return new KyselyCatalog({
    kind: CatalogKind.POSTGRES,
    location,
    dialect: new PostgresDialect({ pool: translating(pool, location) }),
    executeSql: (_base: Kysely<Tables>, text, values) => execute(pool, text, values),
    maintenance: undefined,
    close: async () => {},
  })
}

/**
 * Makes the schema in an external database: what `system init-db` does. False when it was there. Brings an older one to
 * this version. Throws DATABASE_UNAVAILABLE, DATABASE_MISSING, DATABASE_BUSY, DATABASE_READ_ONLY, DATABASE_FULL,
 * DATABASE_POOLED, DATABASE_TOO_NEW, DATABASE_TOO_OLD.
 */
export async function initDatabase(options: PostgresOptions): Promise<boolean> {
  throwIfAborted(options.signal)
  const place = makePool(options)
  const { pool, location } = place
  try {
    return await withSession(place, async (session) => {
      await refuseOldServer(session, location)
      const isNew = await initialize(session)
      await migrate(session, location)
      return isNew
    })
  } finally {
    await pool.end()
  }
}

/**
 * Throws CONFIG_INVALID for what is no URL of PostgreSQL; what is wrong with it is not said, since it may hold a
 * password.
 */
function makePool({ url, connectionsMax = 10 }: PostgresOptions): Place {
  const location = redacted(url)
  if (!isReadable(url))
    throw new BackupError('CONFIG_INVALID', 'DATABASE_URL can not be read.', {
      context: {
        path: 'DATABASE_URL',
        why: 'it is no URL of PostgreSQL',
        accepted: 'postgres://USER:PASSWORD@HOST:5432/DATABASE, special signs in the password percent-encoded',
      },
    })
  let isSession = false
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    types: PG_TYPES as pg.CustomTypesConfig,
    application_name: 'neonpro-backup',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    allowExitOnIdle: true,
    // As a parameter of the start PgBouncer refuses it. Nothing is set before it is known whose session this is.
    onConnect: async (client) => {
      if (isSession) await client.query(`set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`)
    },
  })
  // An idle connection that the server ends: the pool has dropped it already.
  pool.on('error', () => {})
  return {
    pool,
    location,
    url,
    markSession: () => {
      isSession = true
    },
  }
}

interface Place {
  readonly pool: pg.Pool
  readonly location: string
  readonly url: string
  /** From here on a new connection may be set up for good: it is ours alone. */
  markSession(): void
}

function isReadable(url: string): boolean {
  try {
    return /^postgres(ql)?:\/\//.test(url) && new pg.Client({ connectionString: url }).port > 0
  } catch {
    return false
  }
}

/**
 * Address and database, without password and options. Whatever stands before the last `@` is the user's, so that a
 * password with odd signs is not shown either.
 */
export function redacted(url: string): string {
  const [, scheme, userInfo, host, database, query] = /^(\w+):\/\/(.*@)?([^/?@]*)(\/[^?]*)?(\?.*)?$/.exec(url) ?? []
  if (!scheme) return 'postgres'
  const user = /^[^:@]*/.exec(userInfo ?? '')?.[0]
  return `${scheme}://${user && `${user}@`}${host || (new URLSearchParams(query).get('host') ?? '')}${database ?? ''}`
}

async function withSession<T>(
  { pool, location, url, markSession }: Place,
  run: (session: SqlSession) => Promise<T>,
): Promise<T> {
  const connection = await connected(pool, location)
  connection.on('error', () => {})
  try {
    await refuseTransactionPooling(connection, { url, location })
    markSession()
    return await run({
      run: async (text) => {
        await connection.query(text)
      },
      rows: async (text) => (await connection.query<Record<string, unknown>>(text)).rows,
    })
  } catch (error) {
    throw asCatalogError(error, location)
  } finally {
    connection.release(true)
  }
}

async function connected(pool: pg.Pool, location: string): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw unavailable(error, location)
  }
}

async function refuseOldServer(session: SqlSession, location: string): Promise<void> {
  const [row] = await session.rows("select current_setting('server_version_num')::integer as version")
  const version = Number(row?.['version'])
  if (version < VERSION_MIN)
    throw new BackupError(
      'DATABASE_TOO_OLD',
      `The database ${location} is PostgreSQL ${Math.floor(version / 10_000)}.`,
      { context: { database: location, version: Math.floor(version / 10_000) } },
    )
}

/**
 * `pg` gives an array of results for many statements. On an error the pool drops the connection: a transaction may be
 * open on it.
 */
async function execute(pool: pg.Pool, text: string, values: unknown[] | undefined): Promise<{ rows: unknown[] }> {
  const results: unknown = values && values.length > 0 ? await pool.query(text, values) : await pool.query(text)
  return { rows: (Array.isArray(results) ? results : [results]).flatMap((result: pg.QueryResult) => result.rows ?? []) }
}

/** The pool as Kysely sees it: a lost connection is DATABASE_UNAVAILABLE and is not used again. */
function translating(pool: pg.Pool, location: string): PostgresPool {
  return {
    options: {},
    connect: async () => guarded(await connected(pool, location), location),
    end: () => pool.end(),
  }
}

const GUARDED = new WeakMap<pg.PoolClient, PostgresPoolClient & { isBroken: boolean }>()

/**
 * One for each client, so that Kysely knows a client again. Between checkout and release nobody else listens for the
 * client's `error`.
 */
function guarded(client: pg.PoolClient, location: string): PostgresPoolClient {
  const known = GUARDED.get(client)
  if (known) return known
  const made = {
    isBroken: false,
    query: async (text: string, values?: readonly unknown[]) => {
      try {
        return await client.query(text, values as unknown[])
      } catch (error) {
        const seen = asCatalogError(error, location)
        if (seen !== error) made.isBroken = true
        throw seen
      }
    },
    release: () => client.release(made.isBroken),
  } as unknown as PostgresPoolClient & { isBroken: boolean }
  client.on('error', () => {
    made.isBroken = true
  })
  GUARDED.set(client, made)
  return made
}
