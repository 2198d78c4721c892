/**
 * Whether the sessions behind a connection are its own. A pooler in transaction mode gives every transaction whichever
 * server process is free: session locks, `set` and `listen` are then somebody else's a moment later.
 */
import pg from 'pg'
import { BackupError } from '../../kernel/backup-error.ts'
import { asCatalogError } from '../driver-error.ts'

/** A pooler in session mode that has no second session left lets this wait: then it is none in transaction mode. */
const SECOND_TIMEOUT_MS = 5_000

/**
 * Costs one query where the server is asked directly: it has named its own process then. Behind a pooler a second
 * connection holds a transaction open, while the first is asked again. Throws DATABASE_POOLED.
 */
export async function refuseTransactionPooling(
  connection: pg.ClientBase,
  { url, location }: { readonly url: string; readonly location: string },
): Promise<void> {
  const first = await backendOf(connection)
  if (first === (connection as unknown as { readonly processID: unknown }).processID) return
  const second = new pg.Client({
    connectionString: url,
    application_name: 'neonpro-backup',
    connectionTimeoutMillis: SECOND_TIMEOUT_MS,
    query_timeout: SECOND_TIMEOUT_MS,
  })
  second.on('error', () => {})
  try {
    const other = await heldBackend(second, location)
    // Where both had the same there may be no other: it is not asked once more, which would wait.
    if (other === first || (await backendOf(connection)) !== first)
      throw new BackupError('DATABASE_POOLED', `${location} is a pooler in transaction mode.`, {
        context: { database: location },
      })
  } finally {
    // Not waited for: a pooler that gave no session answers nothing.
    void second.end().catch(() => {})
  }
}

/** Of a connection in the middle of a transaction; undefined where there is none to be had. */
async function heldBackend(client: pg.Client, location: string): Promise<number | undefined> {
  try {
    await client.connect()
    await client.query('begin')
    return await backendOf(client)
  } catch (error) {
    const known = asCatalogError(error, location)
    if (known instanceof BackupError && known.code === 'DATABASE_POOLED') throw known
    return undefined
  }
}

async function backendOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return Number(rows[0]!.pid)
}
