/**
 * The embedded database: PGlite behind its guards. It writes through (durable-files.ts) and proves it at every open,
 * has one owner (owner-lock.ts), is made aside and renamed whole, and refuses a folder of another major version. All it
 * holds can be made again from the repository.
 */
import fs from 'node:fs'
import path from 'node:path'
import { PGlite, type PGliteInterface } from '@electric-sql/pglite'
import { BackupError } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { syncFolder, syncTree } from '../../kernel/written-through.ts'
import { type Catalog, CatalogKind } from '../catalog.ts'
import { KyselyCatalog } from '../kysely-catalog.ts'
import { initialize, migrate, type SqlSession } from '../schema.ts'
import { PGLITE_PARSERS, PGLITE_SERIALIZERS } from '../values.ts'
import { DurableFiles } from './durable-files.ts'
import { embeddedDialect } from './embedded-dialect.ts'
import { folderRefusal, startRefusal } from './folder-refusal.ts'
import { fillAhead, keepAhead } from './made-ahead.ts'
import { OwnerLock } from './owner-lock.ts'
import { type Instance, type OpenedDatabase, RevivingDatabase, watch } from './reviving-database.ts'
import { WatchedFiles } from './watched-files.ts'

export interface EmbeddedOptions {
  /** Made where it is absent. Without one the database lives in memory and goes with the process. */
  readonly directory?: string
  /** Held by the caller already; without it the catalog takes `owner.lock` beside the directory itself. */
  readonly lock?: OwnerLock
  /** A data folder with the schema, as `dumpTemplate` gives it; default for a directory: the build's, where it fits. */
  readonly template?: Blob
}

/** Of the PostgreSQL inside PGlite; a folder of another one can't be opened. */
const MAJOR_VERSION = '18'
/**
 * Little memory; and a log that stays short, since opening after a crash replays it and nothing in a single process
 * makes checkpoints by the clock.
 */
const SHARED_SETTINGS = ['-c', 'shared_buffers=16MB', '-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB']
const DURABLE_SETTINGS = ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync', '-c', 'synchronous_commit=on']

/** The system's role: no superuser, so that row level security and grants hold for it as they do on a server. */
const OWNER_ROLE = 'neonpro_backup_owner'

/**
 * Opens the embedded database, made and brought to this version where needed.
 * Throws OWNER_EXISTS, EMBEDDED_NOT_DURABLE, DATABASE_TOO_NEW, EMBEDDED_UNREADABLE, DISK_FULL,
 * PERMISSION_DENIED, HOME_READ_ONLY.
 */
export async function openEmbeddedCatalog(options: EmbeddedOptions = {}): Promise<Catalog> {
  const { template } = options
  if (options.directory === undefined)
    return asCatalog(
      await RevivingDatabase.start('memory', async () => ({
        database: await openMemory(template),
        failure: () => undefined,
      })),
      'memory',
      () => {},
    )
  const directory = path.resolve(options.directory)
  const lock = options.lock ?? (await OwnerLock.acquire(path.join(path.dirname(directory), 'owner.lock')))
  const release = () => {
    if (!options.lock) lock[Symbol.dispose]()
  }
  try {
    await makeIfAbsent(directory, template).catch((error: unknown) => {
      throw error instanceof BackupError ? error : (folderRefusal(path.dirname(directory), error) ?? error)
    })
    return asCatalog(await RevivingDatabase.start(directory, () => openNamed(directory)), directory, release)
  } catch (error) {
    release()
    throw error
  }
}

/** A data folder with the schema, in memory, as an archive. */
export async function dumpTemplate(): Promise<Blob> {
  const database = await openMemory()
  try {
    return await database.dumpDataDir('none')
  } finally {
    await database.close()
  }
}

async function openMemory(template?: Blob): Promise<PGlite> {
  const database = await PGlite.create({
    ...common(template),
    startParams: [...PGlite.defaultStartParams, ...SHARED_SETTINGS],
  })
  await prepare(database, 'memory')
  return database
}

/** What the file system refuses is no damage: nobody must move a whole database away for it. */
async function openNamed(directory: string): Promise<OpenedDatabase> {
  try {
    return await openDirectory(directory)
  } catch (error) {
    if (error instanceof BackupError && error.code !== 'EMBEDDED_UNREADABLE') throw error
    throw folderRefusal(directory, error, { isDeep: true }) ?? error
  }
}

async function openDirectory(directory: string): Promise<OpenedDatabase> {
  refuseOtherVersion(directory)
  const { database, files } = await start(directory)
  const fatal = watch(database)
  const failure = () => files.failure ?? fatal()
  try {
    await assertDurable(database, files)
    await prepare(database, directory)
    return { database, failure }
  } catch (error) {
    if (failure() === undefined) await database.close()
    else files.closeAll()
    // What stopped it while it was made ready.
    if (error instanceof BackupError && error.code !== 'EMBEDDED_NOT_DURABLE') throw error
    throw (files.refusal === undefined ? undefined : startRefusal(directory, error, files.refusal)) ?? error
  }
}

async function makeIfAbsent(directory: string, template: Blob | undefined): Promise<void> {
  for (const name of siblings(directory)) fs.rmSync(name, { recursive: true, force: true })
  if (!fs.existsSync(directory)) await make(directory, template)
}

/** What an earlier start left unfinished. */
function siblings(directory: string): string[] {
  const parent = path.dirname(directory)
  if (!fs.existsSync(parent)) return []
  return fs
    .readdirSync(parent)
    .filter((name) => name.startsWith(`${path.basename(directory)}.new-`))
    .map((name) => path.join(parent, name))
}

/** Whole or not at all: aside, written through, renamed. */
async function make(directory: string, template: Blob | undefined): Promise<void> {
  const parent = path.dirname(directory)
  makeDirectories(parent, { mode: 0o700 })
  const aside = `${directory}.new-${process.pid}`
  fs.mkdirSync(aside, { mode: 0o700 })
  if (template || !(await fillAhead(aside, CLUSTER_SETUP))) await makeIn(aside, template)
  fs.chmodSync(aside, 0o700)
  await syncTree(aside)
  fs.renameSync(aside, directory)
  syncFolder(parent)
}

/** Nothing has to survive yet: the tree is written through once, when it is whole. */
async function makeIn(folder: string, template?: Blob): Promise<void> {
  const files = new WatchedFiles(folder)
  try {
    const database = await PGlite.create({
      ...common(template),
      fs: files,
      startParams: [...PGlite.defaultStartParams, ...SHARED_SETTINGS],
    })
    await prepare(database, folder)
    await database.close()
  } catch (error) {
    files.closeAll()
    throw startRefusal(folder, error, files.refusal) ?? error
  }
}

/**
 * For the build: makes, in the empty folder `scratch`, what the first command of a system takes instead of making it.
 */
export async function makeAhead(scratch: string): Promise<void> {
  await makeIn(scratch)
  await keepAhead(scratch, CLUSTER_SETUP)
}

async function start(directory: string): Promise<{ database: PGlite; files: DurableFiles }> {
  // PostgreSQL's own lock file means nothing here, and one that a crash left empty would keep it from starting; the
  // owner's lock is held.
  fs.rmSync(path.join(directory, 'postmaster.pid'), { force: true })
  const files = new DurableFiles(directory)
  const startParams = [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
    ...SHARED_SETTINGS,
    ...DURABLE_SETTINGS,
  ]
  try {
    return { database: await PGlite.create({ ...common(undefined), fs: files, startParams }), files }
  } catch (error) {
    files.closeAll()
    const refusal = startRefusal(directory, error, files.refusal)
    if (refusal) throw refusal
    throw new BackupError('EMBEDDED_UNREADABLE', `The embedded database in ${directory} does not open.`, {
      context: { directory },
      cause: error,
    })
  }
}

function common(template: Blob | undefined) {
  return { parsers: PGLITE_PARSERS, serializers: PGLITE_SERIALIZERS, ...(template && { loadDataDir: template }) }
}

function refuseOtherVersion(directory: string): void {
  const file = path.join(directory, 'PG_VERSION')
  const found = fs.existsSync(file) ? fs.readFileSync(file, 'latin1').trim() : 'none'
  if (found !== MAJOR_VERSION)
    throw new BackupError(
      'EMBEDDED_UNREADABLE',
      `${directory} was made by PostgreSQL ${found}; this program has ${MAJOR_VERSION}.`,
      { context: { directory } },
    )
}

/** One commit has to reach the disk. Throws EMBEDDED_NOT_DURABLE. */
export async function assertDurable(database: PGliteInterface, files: { readonly logSyncs: number }): Promise<void> {
  const before = files.logSyncs
  await database.query("select pg_logical_emit_message(true, 'neonpro_backup', 'is this written through?')")
  if (files.logSyncs === before)
    throw new BackupError('EMBEDDED_NOT_DURABLE', 'A commit of the embedded database did not reach the disk.')
}

/** As the owner's role from here on. */
async function prepare(database: PGlite, location: string): Promise<void> {
  const [role] = (
    await database.query<{ is_there: boolean }>(
      `select exists (select from pg_roles where rolname = '${OWNER_ROLE}') as is_there`,
    )
  ).rows
  if (!role?.is_there) await database.exec(CLUSTER_SETUP)
  await database.exec(`set role ${OWNER_ROLE}`)
  const session = sessionOf(database)
  await initialize(session)
  await migrate(session, location)
}

/** Comes before the schema: what a server has already, and the role that works. */
export const CLUSTER_SETUP = `
begin;
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role ${OWNER_ROLE} nologin;
grant anon, authenticated, service_role to ${OWNER_ROLE};
grant create on database postgres to ${OWNER_ROLE};
commit;`

function sessionOf(database: PGlite): SqlSession {
  return {
    run: async (text) => {
      await database.exec(text)
    },
    rows: async (text) => (await database.query<Record<string, unknown>>(text)).rows,
  }
}

function asCatalog(database: RevivingDatabase, location: string, release: () => void): Catalog {
  return new KyselyCatalog({
    kind: CatalogKind.EMBEDDED,
    location,
    dialect: embeddedDialect(database),
    // Holding Kysely's only connection keeps others out of a transaction that these statements began and that failed.
    executeSql: (base, text, values) =>
      base.connection().execute(async () => await execute(await database.acquire(), text, values)),
    maintenance: VACUUMS,
    close: async () => {
      await database.close()
      release()
    },
  })
}

/** Of every table that this role owns: the product's and the queue's. */
const VACUUMS =
  "select format('vacuum (analyze) %s', oid::regclass) as statement from pg_class where relkind in ('r', 'p') and relowner = current_user::regrole order by 1"

async function execute(instance: Instance, text: string, values: unknown[] | undefined): Promise<{ rows: unknown[] }> {
  if (values && values.length > 0) return { rows: (await instance.query(text, values)).rows }
  try {
    const results = await instance.exec(text)
    return { rows: results.flatMap(({ rows }) => rows) }
  } catch (error) {
    await instance.exec('rollback').catch(() => {})
    throw error
  }
}
