/** What a database driver throws, told apart: no connection, or a statement that the database refused. */
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import type { Identity } from './catalog.ts'

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
])
/**
 * SQLSTATE classes and codes that mean that the server can't serve this client now: connection, credentials, no such
 * database, too many, shutting down.
 */
const SERVER_STATES = /^(08...|28...|3D000|53300|57P0[123])$/
/** What `pg` says without a code when the connection goes away. */
const CONNECTION_SENTENCES =
  /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered a connection error|connection timeout/i

/** An aggregate of connection attempts, as Node makes one for a name with several addresses, counts by its first. */
function first(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}

export function isConnectionLost(thrown: unknown): boolean {
  const error = first(thrown)
  const code = systemCode(error)
  if (code !== undefined) return NETWORK_CODES.has(code) || SERVER_STATES.test(code)
  return error instanceof Error && CONNECTION_SENTENCES.test(error.message)
}

/** DATABASE_UNAVAILABLE in place of a lost connection; anything else as it is, with its SQLSTATE in `code`. */
export function asCatalogError(thrown: unknown, location: string): unknown {
  return thrown instanceof BackupError || !isConnectionLost(thrown) ? thrown : unavailable(thrown, location)
}

/** For whatever keeps a connection from being made: network, certificate, credentials. */
export function unavailable(thrown: unknown, location: string): BackupError {
  if (thrown instanceof BackupError) return thrown
  const error = first(thrown)
  const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
  return new BackupError('DATABASE_UNAVAILABLE', `The database ${location} can not be reached: ${cause}.`, {
    context: { database: location, cause },
    cause: error,
  })
}

/** In place of what row level security or a missing grant refused to somebody. */
export function notPermitted({ userId }: Identity, cause: unknown): BackupError {
  return new BackupError('NOT_PERMITTED', `${userId} may not do that.`, { context: { user: userId }, cause })
}

/** The SQLSTATE of a refused statement, the same for both drivers, or undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = systemCode(error)
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/** True for a broken unique rule, of the given name where one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint
}
