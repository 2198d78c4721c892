/** The control plane's schema: where its files are, whether a database has it, and how it gets there. */
import fs from 'node:fs'
import { BackupError } from '../kernel/backup-error.ts'
import { programFolder } from '../kernel/program-files.ts'
import { sqlState } from './driver-error.ts'

export const SCHEMA = 'neonpro_backup'

/** One connection, asked in plain SQL. `run` takes many statements and no values. */
export interface SqlSession {
  run(text: string): Promise<void>
  rows(text: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>
}

export interface Migration {
  readonly version: number
  readonly name: string
  readonly text: string
}

/** The whole current schema. */
export function schemaText(): string {
  return fs.readFileSync(new URL('database/schema.sql', programFolder()), 'utf8')
}

/** In order, without gaps, from 1. */
export function migrations(): Migration[] {
  const folder = new URL('database/migrations/', programFolder())
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name: name.slice(5, -4),
      text: fs.readFileSync(new URL(name, folder), 'utf8'),
    }))
}

export function knownVersion(): number {
  return migrations().at(-1)!.version
}

/** 0 where there is no schema. */
export async function schemaVersion(session: SqlSession): Promise<number> {
  const [found] = await session.rows(`select to_regclass('${SCHEMA}.schema_version') is not null as is_there`)
  if (found?.['is_there'] !== true) return 0
  const [row] = await session.rows(`select coalesce(max(version), 0)::integer as version from ${SCHEMA}.schema_version`)
  return Number(row?.['version'])
}

/**
 * Brings a database that has the schema to this program's version, in one transaction for each migration, one process
 * at a time. Throws DATABASE_TOO_NEW, DATABASE_NOT_INITIALIZED.
 */
export async function migrate(session: SqlSession, location: string): Promise<void> {
  const found = await schemaVersion(session)
  if (found === 0)
    throw new BackupError('DATABASE_NOT_INITIALIZED', `The database ${location} has no schema ${SCHEMA}.`, {
      context: { database: location },
    })
  const known = knownVersion()
  if (found > known)
    throw new BackupError(
      'DATABASE_TOO_NEW',
      `The database ${location} has schema version ${found}; this program knows ${known}.`,
      { context: { version: found, known } },
    )
  if (found < known)
    await locked(session, async () => {
      const current = await schemaVersion(session)
      for (const migration of migrations()) if (migration.version > current) await apply(session, migration)
    })
}

/** Makes the schema in a database without one; true when it was made now. Throws DATABASE_ROLES_MISSING. */
export async function initialize(session: SqlSession): Promise<boolean> {
  return await locked(session, async () => {
    if ((await schemaVersion(session)) > 0) return false
    try {
      await whole(session, schemaText())
    } catch (error) {
      throw isRolesMissing(error)
        ? new BackupError('DATABASE_ROLES_MISSING', String((error as Error).message), {
            context: { statements: String((error as { hint?: unknown }).hint).replace('As an administrator: ', '') },
            cause: error,
          })
        : error
    }
    return true
  })
}

/** The schema's own first block says so, with the statements as its hint. */
function isRolesMissing(error: unknown): boolean {
  return (
    sqlState(error) === '42501' && String((error as { hint?: unknown }).hint ?? '').startsWith('As an administrator:')
  )
}

async function apply(session: SqlSession, { version, name, text }: Migration): Promise<void> {
  await whole(session, `${text}\ninsert into ${SCHEMA}.schema_version (version, name) values (${version}, '${name}');`)
}

async function whole(session: SqlSession, text: string): Promise<void> {
  await session.run('begin')
  try {
    await session.run(text)
    await session.run('commit')
  } catch (error) {
    await session.run('rollback').catch(() => {})
    throw error
  }
}

/** Of the advisory lock: "neonpro" in ASCII. */
const LOCK_KEY = 0x6e656f6e70726fn.toString()

async function locked<T>(session: SqlSession, run: () => Promise<T>): Promise<T> {
  await session.run(`select pg_advisory_lock(${LOCK_KEY})`)
  try {
    return await run()
  } finally {
    await session.run(`select pg_advisory_unlock(${LOCK_KEY})`).catch(() => {})
  }
}
