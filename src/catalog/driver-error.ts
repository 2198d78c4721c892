/**
 * What a database driver throws, told apart: no connection, a server that can't serve, or a statement that it refused.
 */
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import type { ErrorCode } from '../kernel/error-code.ts'
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
 * SQLSTATE classes and codes that mean that the server has no session for this client now: connection, credentials,
 * shutting down, a session that was ended, a disk that can't be read.
 */
const SERVER_STATES = /^(08...|28...|25P0[34]|57P0[1235]|58030)$/
/** Those that say more than that. Of 53 (resources) the full disk alone is no matter of load. */
const TOLD_APART: ReadonlyArray<readonly [RegExp, ErrorCode]> = [
  [/^25006$/, 'DATABASE_READ_ONLY'],
  [/^(3D000|57P04)$/, 'DATABASE_MISSING'],
  [/^53100$/, 'DATABASE_FULL'],
  [/^(53...|57014)$/, 'DATABASE_BUSY'],
]
/** What poolers say with the code of a protocol violation, in place of the server's own. */
const POOLER_SENTENCES: ReadonlyArray<readonly [RegExp, ErrorCode]> = [
  [/no more connections allowed|max client connections reached|too many clients/i, 'DATABASE_BUSY'],
  [/no such database|database .* does not exist/i, 'DATABASE_MISSING'],
  [/transaction blocks not allowed in statement pooling/i, 'DATABASE_POOLED'],
]
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

/**
 * DATABASE_UNAVAILABLE in place of a lost connection, DATABASE_READ_ONLY, DATABASE_MISSING, DATABASE_FULL or
 * DATABASE_BUSY in place of what the server can't do now; anything else as it is, with its SQLSTATE in `code`.
 */
export function asCatalogError(thrown: unknown, location: string): unknown {
  if (thrown instanceof BackupError) return thrown
  return isConnectionLost(thrown) || codeOf(first(thrown)) ? unavailable(thrown, location) : thrown
}

/** The code that fits better than DATABASE_UNAVAILABLE, or undefined. */
function codeOf(error: unknown): ErrorCode | undefined {
  const state = sqlState(error)
  if (state === undefined || !(error instanceof Error)) return undefined
  const pooler = state.startsWith('08')
    ? POOLER_SENTENCES.find(([sentence]) => sentence.test(error.message))
    : undefined
  return (pooler ?? TOLD_APART.find(([states]) => states.test(state)))?.[1]
}

/** For whatever keeps a connection from being made: network, certificate, credentials; or from being of use. */
export function unavailable(thrown: unknown, location: string): BackupError {
  if (thrown instanceof BackupError) return thrown
  const error = first(thrown)
  const cause = causeOf(error)
  return new BackupError(
    codeOf(error) ?? 'DATABASE_UNAVAILABLE',
    `The database ${location} can not be used: ${cause}.`,
    {
      context: { database: location, cause },
      cause: error,
    },
  )
}

/** A protocol violation says nothing by its number: a pooler refuses a parameter with it, and names that. */
function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = systemCode(error)
  if (code === undefined) return message
  return code === '08P01' ? `${code}, ${message}` : code
}

/** What the system may do no more when the cluster's roles changed after the schema was made. */
const ROLE_STATES = ['22023', '42704', '42501']

/** In place of a refused `set local role authenticated`: the role is gone, or the system's role may not act as it. */
export function rolesMissing(error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined || !ROLE_STATES.includes(state)) return error
  return new BackupError('DATABASE_ROLES_MISSING', 'The role authenticated can not be acted as.', {
    context: {
      cause: state,
      statements:
        'create role anon nologin; create role authenticated nologin; create role service_role nologin; grant authenticated to the user of DATABASE_URL; then let database/schema.sql grant its rights again',
    },
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
