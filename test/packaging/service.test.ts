// Goal: one command puts the service in its place, says what it does before it does it, changes nothing twice, never
// replaces a key, and what is missing is told with what to paste. Method: the built program on an image of a machine
// below a folder of its own; systemd's own check of the unit that comes out.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runCli } from '../acceptance/run-cli.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isRoot = process.getuid?.() === 0
const skip = isRoot ? false : 'NOT RUN: owners are given by root alone'
const UID = 4711

interface Image extends Disposable {
  readonly at: (file: string) => string
  readonly service: (action: string, ...options: string[]) => ReturnType<typeof runCli>
}

function image(): Image {
  const folder = temporaryDirectory()
  const at = (file: string) => path.join(folder.path, 'image', file)
  fs.mkdirSync(at('/etc'), { recursive: true })
  fs.writeFileSync(at('/etc/passwd'), `root:x:0:0::/root:/bin/sh\nneonpro:x:${UID}:${UID}::/:/usr/sbin/nologin\n`)
  const service = (action: string, ...options: string[]) =>
    runCli(['service', action, '--root', at('/'), '--json', ...options], {
      env: { HOME: folder.path },
      cwd: folder.path,
    })
  return { at, service, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

const targets = (json: Record<string, unknown> | undefined) =>
  (json!['steps'] as Array<{ target: string }>).map(({ target }) => target)

test('install does what its dry run says, once; status explains; remove leaves what matters', { skip }, async () => {
  using here = image()
  const { at, service } = here
  fs.writeFileSync(at('/key'), `base64:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const wanted = ['--repo', '/srv/the clinic', '--key-file', at('/key')]
  const planned = await service('install', '--dry-run', ...wanted)
  assert.deepEqual([planned.status, fs.readdirSync(at('/etc'))], [0, ['passwd']], planned.stderr)
  const before = await service('status')
  assert.equal(before.status, 1)
  const missing = (before.json!['checks'] as Array<{ severity: string; remedy: string }>).filter(
    ({ severity }) => severity !== 'OK',
  )
  assert.ok(missing.length >= 3 && missing.every(({ remedy }) => /service install/.test(remedy)))
  assert.ok(!missing.some(({ remedy }) => /key generate/.test(remedy)), 'a new key opens no repository that is there')

  const installed = await service('install', ...wanted)
  assert.equal(installed.status, 0, installed.stderr)
  assert.deepEqual(targets(installed.json), targets(planned.json))
  const home = fs.statSync(at('/var/lib/neonpro-backup'))
  assert.deepEqual([home.uid, home.gid, home.mode & 0o777], [UID, UID, 0o750])
  const repository = fs.statSync(at('/srv/the clinic'))
  assert.deepEqual([repository.uid, repository.mode & 0o777], [UID, 0o700])
  assert.deepEqual(
    [fs.statSync(at('/etc/neonpro/key')).mode & 0o777, fs.statSync(at('/etc/neonpro')).mode & 0o777],
    [0o600, 0o700],
  )
  const local = fs.readFileSync(at('/etc/systemd/system/neonpro-backup.service.d/local.conf'), 'utf8')
  assert.match(local, /^Environment="NEONPRO_REPOSITORY=\/srv\/the clinic"$/m)
  assert.match(local, /^ReadWritePaths="\/srv\/the clinic"$/m)
  const good = await service('status')
  assert.equal(good.status, 0, good.stdout.toString())
  assert.deepEqual(targets((await service('install', ...wanted)).json), [], 'again: nothing to do')

  const key = fs.readFileSync(at('/etc/neonpro/key'), 'utf8')
  fs.writeFileSync(at('/key'), `base64:${randomBytes(32).toString('base64')}\n`)
  fs.chownSync(at('/var/lib/neonpro-backup'), 0, 0)
  assert.equal((await service('status')).status, 1, 'HOME belongs to root: the service could not write')
  assert.deepEqual(targets((await service('install', ...wanted)).json), ['/var/lib/neonpro-backup'])
  assert.equal(fs.readFileSync(at('/etc/neonpro/key'), 'utf8'), key, 'a key is never replaced')

  assert.equal((await service('remove')).status, 0)
  assert.ok(!fs.existsSync(at('/etc/systemd/system/neonpro-backup.service')))
  for (const kept of ['/etc/neonpro/key', '/var/lib/neonpro-backup', '/srv/the clinic'])
    assert.ok(fs.existsSync(at(kept)))
})

test('what root had in HOME before goes to the service, and a repository that it cannot write is told', {
  skip,
}, async () => {
  using here = image()
  const { at, service } = here
  fs.mkdirSync(at('/var/lib/neonpro-backup/database'), { recursive: true })
  fs.mkdirSync(at('/srv/clinic'), { recursive: true })
  fs.writeFileSync(at('/foreign'), '')
  const inHome = (name: string) => at(`/var/lib/neonpro-backup/${name}`)
  fs.writeFileSync(inHome('database/table'), '')
  fs.writeFileSync(inHome('of-another'), '')
  fs.chownSync(inHome('of-another'), UID + 1, UID + 1)
  fs.symlinkSync(at('/foreign'), inHome('link'))
  fs.linkSync(at('/foreign'), inHome('second-name'))
  const installed = await service('install', '--repo', '/srv/clinic')
  const owners = ['', 'database', 'database/table', 'of-another'].map((name) => fs.statSync(inHome(name)).uid)
  assert.deepEqual([...owners, fs.statSync(at('/foreign')).uid], [UID, UID, UID, UID + 1, 0])
  const missing = installed.json!['missing'] as Array<{ remedy: string }>
  assert.deepEqual(
    missing.map(({ remedy }) => remedy),
    ['chown -R neonpro: /srv/clinic'],
  )
})

test('an earlier HOME is used on, and said', { skip }, async () => {
  using here = image()
  fs.mkdirSync(here.at('/var/lib/neonpro/database'), { recursive: true })
  const installed = await here.service('install')
  assert.equal(installed.json!['home'], '/var/lib/neonpro')
  assert.match(installed.stderr, /move-home/)
  const unit = fs.readFileSync(here.at('/etc/systemd/system/neonpro-backup.service'), 'utf8')
  assert.match(unit, /^Environment=NEONPRO_BACKUP_HOME=\/var\/lib\/neonpro$/m)
})

test('what systemd gives a meaning of its own is written so that it stays itself, and read back so', {
  skip,
}, async () => {
  using here = image()
  const repository = '/srv/50% of "it"\\ $HOME'
  const { json } = await here.service('install', '--repo', repository)
  assert.deepEqual(json!['missing'], [])
  const local = fs.readFileSync(here.at('/etc/systemd/system/neonpro-backup.service.d/local.conf'), 'utf8')
  // A setting expands no variables; a command line does.
  const written = '/srv/50%% of \\"it\\"\\\\ $HOME"'
  for (const line of [`Environment="NEONPRO_REPOSITORY=${written}`, `ReadWritePaths="${written}`])
    assert.ok(local.split('\n').includes(line), local)
  const { checks } = (await here.service('status')).json as {
    checks: Array<{ id: string; severity: string; about: Array<{ name: string }> }>
  }
  const looked = checks.find(({ id }) => id === 'SERVICE_REPOSITORY')
  assert.deepEqual([looked?.severity, looked?.about[0]?.name], ['OK', repository])
})

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0

test('systemd takes the unit and its drop-in without a word', {
  skip: skip || (hasAnalyze ? false : 'NOT RUN: systemd-analyze is not installed (apt-get install systemd)'),
}, async () => {
  using here = image()
  assert.equal((await here.service('install', '--repo', '/srv/50% of "it"', '--user', 'backup')).status, 0)
  const unit = here.at('/etc/systemd/system/neonpro-backup.service')
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
  assert.deepEqual([status, `${stdout}${stderr}`], [0, ''])
  const text = fs.readFileSync(unit, 'utf8')
  assert.match(text, /^User=backup$/m)
  assert.ok(text.includes(`ExecStart=${process.execPath} `) && / serve$/m.test(text))
})
