// Goal: what root does beside a service leaves nothing of root in the service's HOME; what the rights of a file keep
// from opening is told as that. Method: the built program as root and as other users; left out where this is not root.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const SERVICE = 65_534
const OTHER = 65_533
const options = process.getuid?.() === 0 ? {} : { skip: 'needs root' }

interface Place {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
}

/** A system that the service's user has set up. */
async function serviceSystem(folder: string): Promise<Place> {
  fs.chmodSync(folder, 0o755)
  const home = path.join(folder, 'home')
  fs.mkdirSync(home, { mode: 0o700 })
  fs.chownSync(home, SERVICE, SERVICE)
  fs.mkdirSync(path.join(folder, 'data'))
  fs.writeFileSync(path.join(folder, 'data/a'), 'a')
  const env = {
    HOME: folder,
    NEONPRO_BACKUP_HOME: home,
    NEONPRO_REPOSITORY: path.join(home, 'backups'),
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  }
  const add = ['config', 'add', '--name', 'c', '--path', path.join(folder, 'data'), '--retention', '30']
  const added = await runCli(add, { env, uid: SERVICE })
  assert.equal(added.status, 0, added.stderr)
  return { home, env }
}

function entriesOf(folder: string): string[] {
  return [
    folder,
    ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
  ]
}

function ofRoot(home: string): string[] {
  return entriesOf(home).filter((entry) => fs.lstatSync(entry).uid === 0)
}

test('no command of root leaves a file of root in HOME, and the service goes on', options, async () => {
  using folder = temporaryDirectory()
  const { home, env } = await serviceSystem(folder.path)
  const another = ['config', 'add', '--name', 'd', '--path', path.join(folder.path, 'data'), '--retention', '30']
  for (const args of [
    ['status'],
    another,
    ['run', 'c'],
    ['doctor'],
    ['backup', path.join(folder.path, 'data')],
    ['verify'],
    ['forget', '--keep-last', '1', '--prune'],
    ['snapshots'],
  ]) {
    const ran = await runCli(args, { env })
    assert.ok(ran.status === 0 || ['status', 'doctor', 'forget'].includes(args[0]!), `${args.join(' ')}: ${ran.stderr}`)
    assert.deepEqual(ofRoot(home), [], args.join(' '))
  }
  const ran = await runCli(['run', 'd', '--json'], { env, uid: SERVICE })
  assert.equal(ran.status, 0, ran.stderr)
})

test(
  'doctor of root looks at repository and source as root, also with a key that root alone can read',
  options,
  async () => {
    using folder = temporaryDirectory()
    const { env } = await serviceSystem(folder.path)
    const file = path.join(folder.path, 'key')
    fs.writeFileSync(file, env['BACKUP_ENCRYPTION_KEY']!, { mode: 0o600 })
    const doctor = await runCli(['doctor', 'c', '--json'], { env: { ...env, BACKUP_ENCRYPTION_KEY: `file:${file}` } })
    const checks = doctor.json?.['checks'] as Array<{ id: string; severity: string }>
    const severityOf = (id: string) => checks.find((each) => each.id === id)?.severity
    assert.doesNotMatch(JSON.stringify(checks), /EACCES/)
    assert.deepEqual(['REPOSITORY', 'DATABASE', 'SOURCE_READABLE'].map(severityOf), ['OK', 'OK', 'OK'])
  },
)

test('another user than root is refused by name, and touches nothing', options, async () => {
  using folder = temporaryDirectory()
  const { home, env } = await serviceSystem(folder.path)
  const before = entriesOf(home).length
  const refused = await runCli(['status', '--json'], { env, uid: OTHER })
  assert.equal(codeOf(refused), 'HOME_FOREIGN', refused.stderr)
  assert.match(refused.stderr, /sudo -u nobody/)
  assert.equal(entriesOf(home).length, before)
})

test('a file that may not be read is told as that, never as damage', options, async () => {
  using folder = temporaryDirectory()
  const { home, env } = await serviceSystem(folder.path)
  for (const name of ['database/PG_VERSION', 'database/global/pg_control', 'database/base', 'owner.lock']) {
    const place = path.join(home, name)
    const { mode } = fs.statSync(place)
    fs.chmodSync(place, 0o600)
    fs.chownSync(place, 0, 0)
    const refused = await runCli(['status', '--json'], { env, uid: SERVICE })
    assert.equal(codeOf(refused), 'PERMISSION_DENIED', `${name}: ${refused.stderr}`)
    assert.ok(refused.stderr.includes(place), refused.stderr)
    assert.match(refused.stderr, /\broot\b/)
    fs.chownSync(place, SERVICE, SERVICE)
    fs.chmodSync(place, mode)
  }
  const good = await runCli(['config', 'list', '--json'], { env, uid: SERVICE })
  assert.equal(good.status, 0, good.stderr)
})

function codeOf({ json }: Awaited<ReturnType<typeof runCli>>): string | undefined {
  return (json?.['error'] as { code?: string } | undefined)?.code
}
