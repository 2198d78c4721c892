// Goal: the process that stays, from outside: one for a home, patient where what it needs is not there yet, clear about
// what that is. Method: the built program in processes of its own, a real PostgreSQL that is stopped and started.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { asAdmin, noServer, temporaryPostgres } from '../harness/catalog.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'
import { type Surroundings, says, stay } from './staying.ts'

async function place(folder: string, more: Readonly<Record<string, string>> = {}): Promise<Surroundings> {
  const file = path.join(folder, 'key')
  assert.equal((await runCli(['key', 'generate', file], { env: {}, cwd: folder })).status, 0)
  return {
    cwd: folder,
    env: {
      NEONPRO_BACKUP_HOME: path.join(folder, 'home'),
      BACKUP_LOCAL_PATH: path.join(folder, 'repository'),
      BACKUP_ENCRYPTION_KEY: `file:${file}`,
      ...more,
    },
  }
}

test('a second serve or worker of one home is refused with 11, naming the process that runs; that one goes on', async () => {
  using folder = temporaryDirectory()
  const at = await place(folder.path)
  await using first = stay(['serve'], at)
  await says(first, /Ready \(pid \d+\)/)
  const refused = [
    [['serve'], 'C', /runs this system already\.\nWhat to do: Stop it first/],
    [['worker'], 'pt_BR.UTF-8', /já executa este sistema\.\nO que fazer: Encerre-o antes/],
  ] as const
  await Promise.all(
    refused.map(async ([args, LANG, sentence]) => {
      const ran = await runCli([...args, '--json'], { ...at, env: { ...at.env, LANG } })
      const error = ran.json?.['error'] as { code?: string; context?: { pid?: unknown } } | undefined
      assert.deepEqual(
        [ran.status, error?.code, error?.context?.pid],
        [11, 'OWNER_EXISTS', first.child.pid],
        ran.stderr,
      )
      assert.match(ran.stderr, sentence)
      assert.ok(ran.stderr.includes(String(first.child.pid)), ran.stderr)
    }),
  )
  const status = await runCli(['status', '--json'], at)
  assert.deepEqual(
    [status.status, (status.json?.['scheduler'] as { alive?: boolean } | undefined)?.alive],
    [1, true],
    'it serves, and nothing is protected yet',
  )
  assert.equal(await first.stop(), 0)
})

test('serve without a key says how to make one, makes nothing, and starts once .env names one', async () => {
  using folder = temporaryDirectory()
  const { cwd, env } = await place(folder.path)
  const { BACKUP_ENCRYPTION_KEY: key, ...keyless } = env
  await using first = stay(['serve'], { cwd, env: keyless })
  await says(first, /There is no key yet.*neonpro-backup key generate FILE/)
  assert.deepEqual(fs.readdirSync(cwd), ['key'], 'neither key, home nor repository was made unasked')
  fs.writeFileSync(path.join(cwd, '.env'), `BACKUP_ENCRYPTION_KEY=${key}\n`)
  await says(first, /Ready \(pid \d+\).*0 configurations/)
  assert.equal(await first.stop(), 0)
  await using placeholder = stay(['serve'], {
    cwd,
    env: { ...keyless, BACKUP_ENCRYPTION_KEY: 'your_32_character_encryption_key' },
  })
  await once(placeholder.child, 'close')
  assert.equal(placeholder.child.exitCode, 2)
  assert.match(placeholder.said(), /KEY_PLACEHOLDER.*\n.*the key that the repository was made with/)
  assert.doesNotMatch(placeholder.said(), /key generate/, 'a new key opens nothing that is there')
})

test('serve with a key alone chooses no repository: it waits, and works with the one that config add settles', async () => {
  using folder = temporaryDirectory()
  const { cwd, env } = await place(folder.path)
  const { BACKUP_LOCAL_PATH: repository, ...unnamed } = env
  await using served = stay(['serve'], { cwd, env: unnamed })
  await says(served, /No system is set up in .*config add .*--repo LOCATION/)
  assert.deepEqual(fs.readdirSync(cwd), ['key'], 'neither home nor repository was made unasked')
  const config = ['config', 'add', '--name', 'c', '--path', path.join(cwd, 'data'), '--repo', repository!]
  fs.mkdirSync(path.join(cwd, 'data'))
  const added = await runCli(config, { cwd, env: unnamed })
  assert.equal(added.status, 0, added.stderr)
  await says(served, new RegExp(`Ready .*${repository}`))
  assert.equal(fs.existsSync(path.join(cwd, 'home/backups')), false)
  assert.equal(await served.stop(), 0)
})

test('a HOME that was lost: status, config add and serve name the rebuild, and nothing is begun in its way', async () => {
  using folder = temporaryDirectory()
  const at = await place(folder.path)
  const { BACKUP_LOCAL_PATH: repository, NEONPRO_BACKUP_HOME: home } = at.env
  const config = ['config', 'add', '--name', 'clinic', '--path', path.join(folder.path, 'data')]
  fs.mkdirSync(path.join(folder.path, 'data'))
  assert.equal((await runCli(config, at)).status, 0)
  const rebuild = new RegExp(`neonpro-backup system rebuild --repo ${repository}`)
  for (const remains of ['nothing', 'all but the database']) {
    if (remains === 'nothing') fs.renameSync(home!, `${home}-gone`)
    else fs.cpSync(`${home}-gone/settled.json`, `${home}/settled.json`)
    const status = await runCli(['status', '--repo', repository!], at)
    assert.equal(status.status, 1)
    assert.match(String(status.stdout), /^NOT WELL: the repository keeps 1 configuration of a system that is not here/)
    assert.match(String(status.stdout), rebuild)
    assert.doesNotMatch(String(status.stdout), /config add/)
    for (const args of [config, ['serve']]) {
      const refused = await runCli(args, at)
      assert.match(refused.stderr, /REBUILD_NEEDED/, `${remains}: ${args.join(' ')}`)
      assert.match(refused.stderr, rebuild)
    }
    assert.equal(fs.existsSync(path.join(home!, 'database')), false, 'no database is begun in the way of the rebuild')
  }
  const rebuilt = await runCli(['system', 'rebuild', '--repo', repository!], at)
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  assert.match(String((await runCli(['config', 'list'], at)).stdout), /clinic/)
})

test('a PostgreSQL without the tables is refused until init-db is asked for; one that is down at start is waited for', {
  skip: noServer(),
}, async () => {
  using folder = temporaryDirectory()
  await using server = await temporaryPostgres()
  const url = await server.newDatabase()
  const at = await place(folder.path, { DATABASE_URL: url })
  const bare = await runCli(['serve', '--json'], at)
  assert.deepEqual(
    [bare.status, (bare.json?.['error'] as { code?: string } | undefined)?.code],
    [1, 'DATABASE_NOT_INITIALIZED'],
    bare.stderr,
  )
  assert.match(bare.stderr, /system init-db/)
  assert.deepEqual(
    await asAdmin(url, "select from pg_namespace where nspname like 'neonpro%'"),
    [],
    'nothing was made silently',
  )
  await server.stop()
  const down = await runCli(['status', '--json'], at)
  assert.deepEqual(
    [down.status, (down.json?.['error'] as { code?: string } | undefined)?.code],
    [1, 'DATABASE_UNAVAILABLE'],
    down.stderr,
  )
  assert.match(down.stderr, /What to do: Check that it runs/)
  await server.start()
  for (const sentence of [/The tables are there now/, /were there already; nothing was changed/]) {
    const made = await runCli(['system', 'init-db'], at)
    assert.equal(made.status, 0, made.stderr)
    assert.match(made.stdout.toString(), sentence)
  }
  await server.stop()
  await using served = stay(['serve'], at)
  await says(served, /does not answer \(ECONNREFUSED\); waiting for it/)
  await server.start()
  await says(served, /Ready \(pid \d+\)/)
  assert.equal((await runCli(['config', 'list', '--json'], at)).status, 0)
  assert.equal(await served.stop(), 0)
})

test('a PostgreSQL that is read-only at start is waited for by name; one that is not there ends it', {
  skip: noServer(),
}, async () => {
  using folder = temporaryDirectory()
  await using server = await temporaryPostgres()
  const url = await server.newDatabase()
  const name = new URL(url).pathname.slice(1)
  const at = await place(folder.path, { DATABASE_URL: url })
  assert.equal((await runCli(['system', 'init-db'], at)).status, 0)
  const absent = await runCli(['serve', '--json'], { ...at, env: { ...at.env, DATABASE_URL: `${url}x` } })
  assert.deepEqual(
    [absent.status, (absent.json?.['error'] as { code?: string } | undefined)?.code],
    [1, 'DATABASE_MISSING'],
    absent.stderr,
  )
  await asAdmin(server.adminUrl, `alter database ${name} set default_transaction_read_only = on`)
  await using served = stay(['serve'], at)
  await says(served, /takes no changes: it is read-only\. Waiting for it\. What to do: Name the primary/)
  await asAdmin(server.adminUrl, `alter database ${name} reset default_transaction_read_only`)
  await says(served, /Ready \(pid \d+\)/)
  assert.equal(await served.stop(), 0)
})
