/**
 * Control-plane databases for tests: embedded in memory within a second, embedded on disk, and a real PostgreSQL server
 * of any installed version.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { dumpTemplate, openEmbeddedCatalog } from '../../src/catalog/embedded/embedded-catalog.ts'
import { type Catalog, initExternalDatabase, openCatalog } from '../../src/catalog/index.ts'
import { processes, statOf } from './processes.ts'
import { noServer, serverPrograms } from './servers.ts'
import { until } from './until.ts'

export { noServer, serverPrograms } from './servers.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** An empty database with the schema, in memory; goes with its scope (`await using`). */
export async function temporaryCatalog(): Promise<Catalog> {
  return await openEmbeddedCatalog({ template: await template() })
}

/**
 * The embedded database in a folder, made from the template: as durable as the real one, made in a fifth of the time.
 */
export async function directoryCatalog(directory: string): Promise<Catalog> {
  return await openEmbeddedCatalog({ directory, template: await template() })
}

/** Made once for each schema and version of the embedded database, kept in the system's folder for temporary files. */
async function template(): Promise<Blob> {
  const hash = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'database/schema.sql')))
    .update(fs.readFileSync(path.join(root, 'src/catalog/embedded/embedded-catalog.ts')))
  hash.update(fs.readFileSync(path.join(root, 'node_modules/@electric-sql/pglite/package.json')))
  const file = path.join(
    os.tmpdir(),
    `neonpro-test-catalog-${process.getuid?.() ?? 0}-${hash.digest('hex').slice(0, 16)}.tar`,
  )
  if (!fs.existsSync(file)) {
    sweepTemplates()
    const made = Buffer.from(await (await dumpTemplate()).arrayBuffer())
    fs.writeFileSync(`${file}.${process.pid}`, made, { mode: 0o600 })
    fs.renameSync(`${file}.${process.pid}`, file)
  }
  return new Blob([fs.readFileSync(file)])
}

/** Those of earlier schemas, unless somebody may be using them. */
function sweepTemplates(): void {
  const DAY_MS = 86_400_000
  for (const name of fs.readdirSync(os.tmpdir()).filter((each) => each.startsWith('neonpro-test-catalog-'))) {
    const file = path.join(os.tmpdir(), name)
    if (Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > DAY_MS)
      fs.rmSync(file, { force: true })
  }
}

export interface TestServer extends AsyncDisposable {
  readonly major: number
  readonly port: number
  /** Of a superuser, over a Unix socket. */
  readonly adminUrl: string
  /**
   * A database of its own, owned by a role that is no superuser, shaped like Supabase: anon, authenticated,
   * service_role are there. No schema yet.
   */
  newDatabase(): Promise<string>
  /** SIGKILL to the whole server: when this is over none of its processes answers anybody any more. */
  kill(): Promise<void>
  /** Ends it as an operator would: connections are cut. */
  stop(): Promise<void>
  /** Brings it back; one that is there stays. */
  start(): Promise<void>
}

/**
 * Root must not run a server, and whoever runs it in root's place may not reach the checkout: then the programs are
 * copied to where he can.
 */
function reachable(programs: string): string {
  const isOpen = (folder: string): boolean =>
    (fs.statSync(folder).mode & 0o001) !== 0 && (path.dirname(folder) === folder || isOpen(path.dirname(folder)))
  if (process.getuid?.() !== 0 || isOpen(programs)) return programs
  const copy = path.join(
    os.tmpdir(),
    `neonpro-server-${createHash('sha256').update(programs).digest('hex').slice(0, 16)}`,
  )
  if (!fs.existsSync(copy)) {
    fs.cpSync(path.dirname(programs), `${copy}.${process.pid}`, { recursive: true, verbatimSymlinks: true })
    try {
      fs.renameSync(`${copy}.${process.pid}`, copy)
    } catch {
      fs.rmSync(`${copy}.${process.pid}`, { recursive: true })
    }
  }
  return path.join(copy, 'bin')
}

/** A server on a free port of 127.0.0.1 and on a Unix socket, as a user that is not root. */
export async function temporaryPostgres(major = 15): Promise<TestServer> {
  const installed = serverPrograms(major)
  if (!installed) throw new Error(String(noServer(major)))
  const programs = reachable(installed)
  // Short: a Unix socket's path has at most 107 bytes.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-pg-'))
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if ('uid' in user) fs.chownSync(folder, user.uid!, user.gid!)
  const data = path.join(folder, 'data')
  const quiet = {
    ...user,
    cwd: folder,
    stdio: 'pipe',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  } as const
  execFileSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'admin', '--auth=trust', '--encoding=UTF8', '--no-sync', '--locale=C.UTF-8'],
    quiet,
  )
  const port = await freePort()
  const adminUrl = `postgres://admin@/postgres?host=${folder}&port=${port}`
  let child: ChildProcess | undefined
  const ended = async (signal: NodeJS.Signals) => {
    if (!child) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
    child = undefined
  }
  const start = async () => {
    if (child) return
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: folder,
      fsync: 'off',
      shared_buffers: '16MB',
      max_connections: 40,
      log_min_messages: 'panic',
    }
    child = spawn(
      path.join(programs, 'postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...quiet, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    await isReady(adminUrl, child)
  }
  await start()
  await asAdmin(
    adminUrl,
    'create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls',
  )
  let count = 0
  return {
    major,
    port,
    adminUrl,
    start,
    newDatabase: async () => {
      count += 1
      const name = `test${count}`
      await asAdmin(adminUrl, `create role owner${count} login noinherit`)
      await asAdmin(adminUrl, `grant anon, authenticated, service_role to owner${count}`)
      await asAdmin(adminUrl, `create database ${name} owner owner${count}`)
      return `postgres://owner${count}@127.0.0.1:${port}/${name}`
    },
    kill: async () => {
      if (!child) return
      // Stopped first: it starts nobody any more, and whoever is there is known.
      child.kill('SIGSTOP')
      const others = childrenOf(child.pid!)
      await ended('SIGKILL')
      await killAll(others)
      fs.rmSync(path.join(data, 'postmaster.pid'), { force: true })
    },
    stop: () => ended('SIGINT'),
    [Symbol.asyncDispose]: async () => {
      await ended('SIGQUIT')
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A catalog with the schema in a new database of the server. */
export async function postgresCatalog(server: TestServer): Promise<Catalog> {
  const url = await server.newDatabase()
  await initExternalDatabase(url)
  return await openCatalog({ url })
}

/** Runs SQL on a connection of its own. */
export async function asAdmin(url: string, text: string): Promise<Array<Record<string, unknown>>> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const result: unknown = await client.query(text)
    return (Array.isArray(result) ? result : [result]).flatMap(
      ({ rows }: { rows: Array<Record<string, unknown>> }) => rows,
    )
  } finally {
    await client.end()
  }
}

async function isReady(url: string, server: ChildProcess): Promise<void> {
  let last: unknown
  await until('the server answers', async () => {
    if (hasEnded(server)) throw new Error(`the server ended at its start: ${String(last)}`)
    try {
      return await asAdmin(url, 'select 1')
    } catch (error) {
      last = error
      return undefined
    }
  })
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** A postmaster that is killed leaves its children behind; one of them may answer before it notices. */
async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It noticed by itself.
    }
  }
  await until("the server's processes are gone", () => pids.every((pid) => !isAlive(pid)))
}

function childrenOf(parent: number): number[] {
  return processes().filter((pid) => statOf(pid)?.parent === parent)
}

/** A zombie is dead, whoever has still to wait for it. */
function isAlive(pid: number): boolean {
  const stat = statOf(pid)
  return stat !== undefined && stat.state !== 'Z'
}

/**
 * Below those that systems hand out: nobody who asks for any port is given it while the server is down between two
 * starts.
 */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer()
    const listening = once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.listen(port, '127.0.0.1')
    if (!(await listening)) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
