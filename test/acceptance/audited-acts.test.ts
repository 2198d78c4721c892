// Goal: what single commands do to the repository of a system stands in its audit log, closed into the repository when
// the command ends; where there is no system they go on as before. Method: the built program, the log exported.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { audited } from '../../src/cli/audited.ts'
import { claimNote, leftBehind, noteBegun } from '../../src/cli/begun-acts.ts'
import type { CommandContext } from '../../src/cli/command.ts'
import { translator } from '../../src/cli/locale.ts'
import { BackupError } from '../../src/kernel/backup-error.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

test('pin, unpin, hold add and lift, forget, prune, repair, copy and key changes are written down and closed', async () => {
  using folder = temporaryDirectory()
  const { at, env, run, ok } = await system(folder.path)
  await ok('key', 'generate', at('second'))
  const snapshot = String((await ok('run', 'c'))['snapshot'])
  await ok('pin', snapshot, '--reason', 'why')
  await ok('unpin', snapshot)
  const hold = String((await ok('hold', 'add', '--snapshot', snapshot, '--reason', 'case'))['id'])
  assert.notEqual((await run('hold', 'lift', 'ffffffff')).status, 0)
  await ok('hold', 'lift', hold)
  const slip = await run('hold', 'add', '--source', 'cc', '--until', '2047-01-31')
  assert.match(slip.stderr, /Did you mean "c"\?/)
  assert.equal((await run('alerts', 'test')).status, 1, 'nobody would be told')
  const key = String((await ok('key', 'add', at('second'), '--label', 'safe'))['id'])
  const inUse = ((await ok('key', 'list'))['recipients'] as Array<{ id: string }>).find(({ id }) => id !== key)!.id
  assert.equal((await run('key', 'remove', inUse)).status, 2)
  assert.equal((await run('key', 'remove')).status, 2, 'a slip of the pen is no act')
  await ok('key', 'remove', key)
  await ok('copy', '--to', at('copy'), '--init', '--to-key-file', at('key'))
  await ok('forget', '--keep-last', '1', '--dry-run')
  await ok('forget', '--keep-last', '1')
  await ok('prune')
  await ok('repair')
  const closed = fs.readdirSync(at('repository/audit'), { recursive: true }).length
  const verified = await ok('audit', 'verify')
  assert.deepEqual(verified['problems'] ?? [], [])
  assert.equal(fs.readdirSync(at('repository/audit'), { recursive: true }).length, closed, 'nothing was left to close')
  const entries = await entriesOf(env)
  const acts = entries.map(({ action, resource, result }) => `${action} ${resource} ${result}`)
  assert.deepEqual(acts, [
    `point.pin point:${snapshot} SUCCESS`,
    `point.unpin point:${snapshot} SUCCESS`,
    `hold.add hold:${hold} SUCCESS`,
    'hold.lift hold REFUSED',
    `hold.lift hold:${hold} SUCCESS`,
    `hold.add hold:${String(slip.json?.['id'])} SUCCESS`,
    'alert.test channel:all FAILED',
    `key.add key:${key} SUCCESS`,
    'key.remove key REFUSED',
    `key.remove key:${key} SUCCESS`,
    'repository.copy repository SUCCESS',
    'repository.forget repository SUCCESS',
    'repository.prune repository SUCCESS',
    'repository.repair repository SUCCESS',
  ])
  for (const { action, details } of entries)
    assert.equal(details['reportedBy'], action === 'alert.test' ? undefined : 'command')
  const detailsOf = (act: string) => entries.find(({ action }) => action === act)!.details
  assert.deepEqual([detailsOf('hold.add')['snapshot'], detailsOf('hold.add')['reason']], [snapshot, undefined])
  assert.deepEqual([detailsOf('key.add')['label'], detailsOf('key.remove')['key']], ['safe', inUse])
  const [copy, forget, prune] = entries.slice(-4).map(({ details }) => details)
  assert.deepEqual(
    [copy!['target'], (copy!['copied'] as string[]).length, copy!['copiedCount'], copy!['exitCode']],
    [at('copy'), 1, 1, 0],
  )
  assert.deepEqual([forget!['snapshots'], forget!['forgotten']], [undefined, undefined], 'nothing was forgotten')
  assert.equal(prune!['packsDeleted'], 0)
  assert.equal(entries.find(({ resource }) => resource === 'hold')?.details['code'], 'NOT_FOUND')
})

test('what was forgotten and what stays lost stands in the entry; done in part is told from done', async () => {
  using folder = temporaryDirectory()
  const { at, env, run, ok } = await system(folder.path)
  const first = String((await ok('run', 'c'))['snapshot'])
  fs.writeFileSync(at('data/a'), 'other')
  await ok('run', 'c')
  await ok('forget', first)
  const pack = fs
    .readdirSync(at('repository/packs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  for (const file of pack) {
    fs.chmodSync(file, 0o600)
    fs.truncateSync(file, 100)
  }
  assert.equal((await run('repair', '--read-data')).status, 3)
  const [forget, repair] = await entriesOf(env)
  assert.deepEqual([forget!.details['snapshots'], forget!.details['forgotten']], [[first], 1])
  assert.equal(repair!.details['exitCode'], 3)
  assert.ok(Number(repair!.details['snapshotsHitCount']) > 0, JSON.stringify(repair))
})

test('an interruption is a failure that is written down, though nobody else runs the system', async () => {
  using folder = temporaryDirectory()
  const { at, env } = await system(folder.path)
  execFileSync('mkfifo', [at('pipe')])
  const ended = await runCli(['forget', '--policy', at('pipe')], {
    env,
    cwd: folder.path,
    onStderr: (pid, text) => {
      if (text.includes(at('pipe')) && !text.includes('topping')) process.kill(pid, 'SIGINT')
    },
  })
  assert.equal(ended.status, 130, ended.stderr)
  assert.doesNotMatch(ended.stderr, /audit log/)
  const [entry] = await entriesOf(env)
  assert.deepEqual([entry?.action, entry?.result, entry?.details['code']], ['repository.forget', 'FAILED', 'ABORTED'])
})

test('of a command that takes something away and is killed the log says that it had begun', async () => {
  using folder = temporaryDirectory()
  const { at, env, ok } = await system(folder.path)
  execFileSync('mkfifo', [at('pipe')])
  const killed = await runCli(['forget', '--policy', at('pipe')], {
    env,
    cwd: folder.path,
    onStderr: (pid, text) => {
      if (text.includes(at('pipe'))) process.kill(pid, 'SIGKILL')
    },
  })
  assert.notEqual(killed.status, 0)
  assert.equal(fs.readdirSync(at('home/acts')).length, 1)
  await ok('prune')
  const acts = (await entriesOf(env)).map(({ action, result, details }) => [action, result, details['killed'] ?? false])
  assert.deepEqual(acts, [
    ['repository.forget', 'FAILED', true],
    ['repository.prune', 'SUCCESS', false],
  ])
  assert.deepEqual(fs.readdirSync(at('home/acts')), [], 'told once; what ended leaves no note')
})

test('what could not be written into the log is told by the next command as it ended', async () => {
  using folder = temporaryDirectory()
  const { at, env, run, ok } = await system(folder.path)
  fs.renameSync(at('home/database'), at('away'))
  fs.writeFileSync(at('home/database'), 'no database')
  const pruned = await run('prune')
  assert.equal(pruned.status, 0, pruned.stderr)
  assert.match(pruned.stderr, /audit log/)
  assert.equal(fs.readdirSync(at('home/acts')).length, 1)
  fs.rmSync(at('home/database'))
  fs.renameSync(at('away'), at('home/database'))
  await ok('prune')
  const acts = (await entriesOf(env)).map(({ result, details }) => [result, details['toldLate'] ?? false])
  assert.deepEqual(acts, [
    ['SUCCESS', true],
    ['SUCCESS', false],
  ])
})

test('a note is told by one, also one that another host name or a dead teller left', () => {
  using folder = temporaryDirectory()
  const acts = path.join(folder.path, 'acts')
  {
    using note = noteBegun(folder.path, 'repository.prune')
    note.ended('SUCCESS')
    note.keep()
  }
  const [name] = fs.readdirSync(acts) as [string]
  const file = path.join(acts, name)
  const note = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>
  assert.deepEqual(leftBehind(folder.path), [], 'its process is at work')
  const asOf = (changes: object) => fs.writeFileSync(file, JSON.stringify({ ...note, ...changes }))
  asOf({ host: 'container-before' })
  assert.deepEqual(leftBehind(folder.path), [])
  asOf({ host: 'container-before', at: '2020-01-01T00:00:00.000Z' })
  const [act] = leftBehind(folder.path)
  assert.equal(act?.result, 'SUCCESS')
  const claimed = claimNote(act!)!
  assert.deepEqual([leftBehind(folder.path), claimNote(act!)], [[], undefined], 'one tells it')
  claimed.release()
  assert.equal(leftBehind(folder.path).length, 1)
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  fs.renameSync(file, `${file}.${dead}`)
  assert.equal(leftBehind(folder.path).length, 1)
})

test('what was refused in the middle has failed: it is told by what was done before', async () => {
  using folder = temporaryDirectory()
  const { at, env } = await system(folder.path)
  const controller = new AbortController()
  const warned: string[] = []
  const act = async (error: unknown, before: (context: CommandContext) => void) => {
    const spec = audited({
      name: 'prune',
      describe: '',
      act: 'repository.prune',
      load: async () => ({
        run: (context) => {
          before(context)
          return Promise.reject(error)
        },
      }),
    })
    const context = {
      command: 'prune',
      args: [],
      options: {},
      root: new Command(),
      env: { ...env, BACKUP_ENCRYPTION_KEY: `file:${at('key')}` },
      locale: 'en',
      t: translator('en'),
      signal: controller.signal,
      say: () => {},
      warn: (line: string) => void warned.push(line),
      progress: () => assert.fail(),
    } as const
    const { run } = await spec.load()
    await assert.rejects(run(context))
  }
  await act(new BackupError('ROLLBACK_SUSPECTED', 'refused'), () => {})
  await act(new BackupError('ROLLBACK_SUSPECTED', 'refused'), ({ act: notes }) => notes?.done({ packsDeleted: 3 }))
  await act(new BackupError('REPOSITORY_LOCKED', 'changed'), () => {})
  await act(new BackupError('ABORTED', 'stopped'), () => controller.abort())
  assert.deepEqual(warned, [])
  assert.deepEqual(
    (await entriesOf(env)).map(({ result, details }) => [result, details['code'], details['packsDeleted']]),
    [
      ['REFUSED', 'ROLLBACK_SUSPECTED', undefined],
      ['FAILED', 'ROLLBACK_SUSPECTED', 3],
      ['FAILED', 'REPOSITORY_LOCKED', undefined],
      ['FAILED', 'ABORTED', undefined],
    ],
  )
})

interface Entry {
  readonly action: string
  readonly resource: string
  readonly result: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Of single commands, in their order. */
async function entriesOf(env: Readonly<Record<string, string>>): Promise<Entry[]> {
  const { stdout } = await runCli(['audit', 'export'], { env })
  const lines = stdout.toString('utf8').trim().split('\n').slice(1)
  return lines
    .map((line) => (JSON.parse(line) as { readonly entry: Entry }).entry)
    .filter(({ action }) => /^(point|hold|key|repository|alert)\./.test(action))
}

/** With one configuration, `c`. */
async function system(folder: string) {
  const at = (name: string) => path.join(folder, name)
  const env = { NEONPRO_BACKUP_HOME: at('home'), NEONPRO_REPOSITORY: at('repository') }
  const run = (...args: string[]): Promise<Ran> => runCli([...args, '--json'], { env, cwd: folder })
  const ok = async (...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran.json!
  }
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/a'), 'a')
  await ok('key', 'generate', at('key'))
  await ok('config', 'add', '--name', 'c', '--path', at('data'), '--key-file', at('key'))
  return { at, env, run, ok }
}
