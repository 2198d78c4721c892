// Goal: each guard of the embedded database holds on its own: what is written reaches the disk, one process has it, it
// is made whole, and a folder that it can't read is said to be so.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { sql } from 'kysely'
import { directoryCatalog, temporaryCatalog } from '../../../test/harness/catalog.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { type Catalog, type DatabaseTransaction, OwnerLock, openCatalog, readOwner } from '../index.ts'
import { DurableFiles } from './durable-files.ts'
import { assertDurable } from './embedded-catalog.ts'

const holder = path.resolve(import.meta.dirname, '../../../test/crash/hold-lock.ts')

async function otherHolder(file: string): Promise<{ child: ChildProcess; stderr: () => string }> {
  const child = spawn(process.execPath, [holder, file], { stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await once(child.stdout, 'data')
  return { child, stderr: () => text }
}

const made = temporaryDirectory()
before(async () => (await directoryCatalog(path.join(made.path, 'home/catalog')))[Symbol.asyncDispose]())
after(() => made[Symbol.dispose]())

/** A closed database in a folder of its own. */
function makeDatabase(folder: string): string {
  fs.cpSync(path.join(made.path, 'home'), path.join(folder, 'home'), { recursive: true })
  return path.join(folder, 'home/catalog')
}

test('the lock has one holder, who is named, and is free when he is killed', async () => {
  using folder = temporaryDirectory()
  const file = path.join(folder.path, 'owner.lock')
  const { child, stderr } = await otherHolder(file)
  await assert.rejects(
    OwnerLock.acquire(file),
    (error: { code?: unknown; context?: { pid?: unknown } }) =>
      error.code === 'OWNER_EXISTS' && error.context?.pid === child.pid,
  )
  assert.equal(readOwner(file)?.pid, child.pid)
  child.kill('SIGKILL')
  await once(child, 'exit')
  {
    using lock = await OwnerLock.acquire(file)
    assert.equal(readOwner(file)?.pid, process.pid)
    await assert.rejects(OwnerLock.acquire(file), { code: 'OWNER_EXISTS' })
    assert.equal(lock.file, file)
  }
  assert.equal(readOwner(file), undefined)
  using _again = await OwnerLock.acquire(file)
  assert.equal(stderr(), '', 'taking the lock prints nothing')
})

test('a second owner of the directory is refused, also within one process, and the first goes on', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  {
    await using catalog = await openCatalog({ directory })
    await assert.rejects(openCatalog({ directory }), { code: 'OWNER_EXISTS' })
    await catalog.ping()
  }
  const { child } = await otherHolder(path.join(path.dirname(directory), 'owner.lock'))
  await assert.rejects(openCatalog({ directory }), { code: 'OWNER_EXISTS' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  // Whoever holds the lock already hands it over and keeps it.
  using lock = await OwnerLock.acquire(path.join(path.dirname(directory), 'owner.lock'))
  await (await openCatalog({ directory }, { lock }))[Symbol.asyncDispose]()
  await assert.rejects(openCatalog({ directory }), { code: 'OWNER_EXISTS' })
})

test('every commit is written through', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  const files = new DurableFiles(directory)
  const database = await PGlite.create({
    fs: files,
    startParams: [
      ...PGlite.defaultStartParams.filter((each) => each !== '-F'),
      '-c',
      'fsync=on',
      '-c',
      'wal_sync_method=fsync',
    ],
  })
  const before = files.logSyncs
  for (let i = 0; i < 50; i += 1)
    await database.query('insert into neonpro_backup.tenants values (gen_random_uuid(), gen_random_uuid()::text)')
  assert.ok(files.logSyncs - before >= 50, `${files.logSyncs - before} syncs for 50 commits`)
  await assertDurable(database, files)
  await database.close()
})

test('a file layer that does not write through is found out', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  class Forgetful extends NodeFS {
    readonly logSyncs = 0
  }
  const files = new Forgetful(directory)
  const forgetful = await PGlite.create({ fs: files })
  await assert.rejects(assertDurable(forgetful, files), { code: 'EMBEDDED_NOT_DURABLE' })
  await forgetful.close()
  // The right layer, but told not to sync: as PGlite starts by default.
  const durable = new DurableFiles(directory)
  const unsynced = await PGlite.create({ fs: durable })
  await assert.rejects(assertDurable(unsynced, durable), { code: 'EMBEDDED_NOT_DURABLE' })
  await unsynced.close()
})

test('what was committed is there after closing and opening; only this account can read it', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  {
    await using catalog = await openCatalog({ directory })
    await catalog.db
      .insertInto('tenants')
      .values({ id: '00000000-0000-4000-8000-000000000009', name: 'kept' })
      .execute()
    await catalog.maintain()
  }
  await using catalog = await openCatalog({ directory })
  assert.equal((await catalog.db.selectFrom('tenants').select('name').executeTakeFirstOrThrow()).name, 'kept')
  assert.equal(fs.statSync(path.join(made.path, 'home/catalog')).mode & 0o777, 0o700)
})

test('a directory of another version, or damaged, is refused and left alone', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  const version = path.join(directory, 'PG_VERSION')
  fs.writeFileSync(version, '17\n')
  await assert.rejects(openCatalog({ directory }), { code: 'EMBEDDED_UNREADABLE' })
  assert.equal(fs.readFileSync(version, 'utf8'), '17\n')
  fs.writeFileSync(version, '18\n')
  const control = path.join(directory, 'global/pg_control')
  const content = fs.readFileSync(control)
  fs.writeFileSync(control, Buffer.alloc(content.length))
  await assert.rejects(openCatalog({ directory }), { code: 'EMBEDDED_UNREADABLE' })
  // A folder that is there but is no database is nobody's to fill.
  const stranger = path.join(folder.path, 'stranger')
  fs.mkdirSync(stranger)
  fs.writeFileSync(path.join(stranger, 'a file'), 'x')
  await assert.rejects(openCatalog({ directory: stranger }), { code: 'EMBEDDED_UNREADABLE' })
  assert.deepEqual(fs.readdirSync(stranger), ['a file'])
  fs.writeFileSync(control, content)
  await (await openCatalog({ directory }))[Symbol.asyncDispose]()
})

test('what the system refuses while it starts is told as that, never as damage; the next start finds all', async (t) => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  const open = fs.openSync
  for (const [code, told] of [
    ['EMFILE', 'PROCESS_LIMIT'],
    ['ENFILE', 'PROCESS_LIMIT'],
    ['ENOMEM', 'PROCESS_LIMIT'],
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EIO', 'STORAGE_FAILED'],
    ['EROFS', 'HOME_READ_ONLY'],
    ['EACCES', 'PERMISSION_DENIED'],
  ] as const) {
    let refused = 0
    const broken = t.mock.method(fs, 'openSync', (...given: Parameters<typeof fs.openSync>) => {
      if (!/\/catalog\/(?:global|base|pg_wal)\//.test(String(given[0]))) return open(...given)
      refused += 1
      throw Object.assign(new Error(code), { code, errno: -os.constants.errno[code as 'EIO'] })
    })
    await assert.rejects(openCatalog({ directory }), { code: told }, code)
    broken.mock.restore()
    assert.ok(refused > 0, code)
  }
  await (await openCatalog({ directory }))[Symbol.asyncDispose]()
})

test('a real limit on open files is told as one', () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  const program = `
    import fs from 'node:fs'
    const { openCatalog } = await import(${JSON.stringify(path.join(import.meta.dirname, '../index.ts'))})
    const spare = []
    try { for (;;) spare.push(fs.openSync('/dev/null')) } catch {}
    for (const descriptor of spare.splice(0, Number(process.argv[1]))) fs.closeSync(descriptor)
    console.log(await openCatalog({ directory: ${JSON.stringify(directory)} }).then(() => 'opened', ({ code }) => code))
    process.exit()`
  const said = (spare: number) =>
    spawnSync(
      '/bin/sh',
      ['-c', 'ulimit -n 80; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', program, String(spare)],
      {
        encoding: 'utf8',
      },
    ).stdout.trim()
  // Too few for the lock, and for the database.
  assert.deepEqual([2, 6].map(said), ['PROCESS_LIMIT', 'PROCESS_LIMIT'])
})

test('a lock file of PostgreSQL that a crash left empty does not keep it from opening', async () => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  fs.writeFileSync(path.join(directory, 'postmaster.pid'), '')
  await (await openCatalog({ directory }))[Symbol.asyncDispose]()
})

test('a disk that refuses is an error, and work goes on when it takes again', async (t) => {
  using folder = temporaryDirectory()
  const directory = makeDatabase(folder.path)
  await using catalog = await openCatalog({ directory })
  const insert = (name: string, db: Catalog['db'] | DatabaseTransaction = catalog.db) =>
    db.insertInto('tenants').values({ id: randomUUID(), name }).execute()
  const kept = ['a']
  await insert('a')
  const refuse = (code: string) => () => {
    throw Object.assign(new Error(code), { code })
  }
  const unavailable = { code: 'DATABASE_UNAVAILABLE' }
  for (const [call, code] of [
    ['fsyncSync', 'EIO'],
    ['writeSync', 'ENOSPC'],
  ] as const) {
    let broken = t.mock.method(fs, call, refuse(code))
    // The first finds out, the others find nothing to open.
    await assert.rejects(insert('first'), unavailable, call)
    await assert.rejects(insert('second'), unavailable, call)
    await assert.rejects(
      catalog.transaction((tx) => insert('third', tx)),
      unavailable,
      call,
    )
    await assert.rejects(
      catalog.queue.executeSql(
        "begin; insert into neonpro_backup.tenants values (gen_random_uuid(), 'fourth'); commit",
      ),
      unavailable,
      call,
    )
    broken.mock.restore()
    kept.push(`after ${call}`)
    await insert(`after ${call}`)
    // A transaction whose database dies under it is not carried on in the next one.
    await assert.rejects(
      catalog.transaction(async (tx) => {
        broken = t.mock.method(fs, call, refuse(code))
        await catalogDies(tx)
        broken.mock.restore()
        await insert('half', tx)
      }),
      unavailable,
      call,
    )
    broken.mock.restore()
  }
  const names = (await catalog.db.selectFrom('tenants').select('name').orderBy('name').execute()).map(
    ({ name }) => name,
  )
  // What was not acknowledged because of a failed sync may be there or not; anything later can't.
  assert.deepEqual(
    names.filter((name) => name !== 'first'),
    kept.sort(),
  )
})

/** Makes PostgreSQL write its log before any commit. */
async function catalogDies(tx: DatabaseTransaction): Promise<void> {
  await sql`select pg_logical_emit_message(false, 'neonpro_backup', repeat('x', 20000000))`.execute(tx).catch(() => {})
}

test('what an earlier start left unfinished is swept away', async () => {
  using folder = temporaryDirectory()
  const directory = path.join(folder.path, 'catalog')
  fs.mkdirSync(`${directory}.new-1/base`, { recursive: true })
  await (await directoryCatalog(directory))[Symbol.asyncDispose]()
  assert.deepEqual(
    fs.readdirSync(folder.path).filter((name) => name.startsWith('catalog')),
    ['catalog'],
  )
})

test('vacuums reach every table of the product', async () => {
  await using catalog = await temporaryCatalog()
  await catalog.maintain()
  const { rows } = await catalog.queue.executeSql(
    "select relname from pg_stat_user_tables where schemaname = 'neonpro_backup' and vacuum_count = 0",
  )
  assert.deepEqual(rows, [])
  const stopped = AbortSignal.abort()
  await assert.rejects(catalog.maintain(stopped), { code: 'ABORTED' })
})

test('it keeps 16 MB of buffers, not the 128 MB of a server', async () => {
  await using catalog = await temporaryCatalog()
  assert.deepEqual((await catalog.queue.executeSql('show shared_buffers')).rows, [{ shared_buffers: '16MB' }])
})
