// Goal: the command line does what somebody who knows restic, or nothing at all, expects of it; wrong use is said in
// one sentence. Method: the built program in processes of its own, on one small repository.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const env = {
  HOME: folder.path,
  BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  NEONPRO_REPOSITORY: at('repo'),
}
const run = (...args: string[]): Promise<Ran> => runCli(args, { env, cwd: folder.path })

async function ok(...args: string[]): Promise<Ran> {
  const ran = await run(...args)
  assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
  return ran
}

const text = ({ stdout }: Ran) => stdout.toString()

before(async () => {
  fs.mkdirSync(at('clinic/invoices'), { recursive: true })
  fs.writeFileSync(at('clinic/agenda.db'), 'agenda')
  fs.writeFileSync(at('clinic/run.sh'), '#!/bin/sh\n')
  fs.chmodSync(at('clinic/run.sh'), 0o4755)
  fs.writeFileSync(at('clinic/invoices/may.pdf'), 'may')
  await ok('init')
  await ok('backup', 'clinic', '--tag', 'nightly')
})

after(() => folder[Symbol.dispose]())

test('a folder has one name, wherever the program is started', async () => {
  const source = `${os.hostname()}:${at('clinic')}`
  const again = await runCli(['backup', '.', '--json'], { env, cwd: at('clinic') })
  assert.deepEqual([again.json?.['type'], again.json?.['filesUnmodified']], ['INCREMENTAL', 3], again.stderr)
  const { snapshots } = (await ok('snapshots', '--json')).json as { snapshots: Array<{ source: string }> }
  assert.deepEqual(new Set(snapshots.map((each) => each.source)), new Set([source]))
})

test('snapshots is a table whose columns stand under their titles', async () => {
  const lines = text(await ok('snapshots'))
    .trim()
    .split('\n')
  assert.match(lines[0]!, /^Snapshot {6}Time \(\S+\) +Type +State +Files +Size +Stored +Tags +Source$/)
  for (const title of ['Time', 'Type', 'State', 'Source'])
    assert.ok(
      lines
        .slice(1, -1)
        .every((line) => /\S/.test(line[lines[0]!.indexOf(title)]!) && line[lines[0]!.indexOf(title) - 1] === ' '),
      title,
    )
  assert.match(lines.at(-1)!, /^\d+ snapshots?\.$/)
})

test('general options stand before the command as well as behind it, and -r is --repo', async () => {
  const before = await runCli(['-r', at('repo'), '--json', 'snapshots'], { env: { ...env, NEONPRO_REPOSITORY: '' } })
  assert.ok(Array.isArray(before.json?.['snapshots']), before.stderr)
})

test('ls lists everything without a path, else one folder, as ls -l writes it', async () => {
  assert.match(text(await ok('ls', 'latest')), /-rwsr-xr-x .* \S+\/clinic\/run\.sh\n/)
  assert.match(text(await ok('ls', 'latest')), /\/clinic\/invoices\/may\.pdf/)
  assert.doesNotMatch(text(await ok('ls', 'latest', at('clinic'))), /may\.pdf/)
  assert.match(
    text(await ok('ls', 'latest', 'invoices')),
    /\/clinic\/invoices\/may\.pdf/,
    'a relative path is one inside what was backed up',
  )
  assert.match(text(await ok('ls', 'latest', 'clinic/invoices')), /may\.pdf/)
})

test('dump takes a relative path, and packs a folder as tar unless it is told otherwise', async () => {
  assert.equal(text(await ok('dump', 'latest', 'agenda.db')), 'agenda')
  assert.match(text(await ok('dump', 'latest', 'invoices')), /ustar/)
  const raw = await run('dump', 'latest', 'invoices', '--format', 'raw')
  assert.equal(raw.status, 2)
  assert.match(raw.stderr, /is a folder/)
})

test('restore --include takes names, relative paths, globs and folders, and names what nothing met', async () => {
  const restored = async (...include: string[]) => {
    const target = fs.mkdtempSync(at('restored-'))
    const ran = await run(
      'restore',
      'latest',
      '--target',
      target,
      ...include.flatMap((each) => ['--include', each]),
      '--json',
    )
    const files = fs
      .readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort()
    return { ran, files }
  }
  assert.deepEqual((await restored('agenda.db')).files, ['agenda.db'])
  assert.deepEqual((await restored('invoices/may.pdf')).files, ['may.pdf'])
  assert.deepEqual((await restored('inv*')).files, ['may.pdf'], 'a folder that a glob meets comes with its inside')
  const half = await restored(at('clinic/agenda.db'), 'nope.txt')
  assert.deepEqual([half.ran.status, half.files], [3, ['agenda.db']])
  assert.deepEqual(half.ran.json?.['issues'], [{ path: 'nope.txt', reason: 'NO_MATCH' }])
  assert.equal((await restored('nope.txt')).ran.status, 1)
})

test('restore says what "latest" is, and SNAPSHOT:folder is relative too', async () => {
  const ran = await ok('restore', 'latest:invoices', '--target', at('inside'))
  assert.match(
    text(ran),
    /^Snapshot [0-9a-f]{12} of \S+clinic, taken \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, into \S+inside\.\n/,
  )
  assert.deepEqual(fs.readdirSync(at('inside')), ['may.pdf'])
  const file = await run('restore', 'latest:agenda.db', '--target', at('inside'))
  assert.equal(file.status, 2)
  assert.match(file.stderr, /--include/)
})

test('restore refuses a target that is a file or lies in the repository', async () => {
  for (const target of ['clinic/agenda.db', 'repo/packs', 'repo/new']) {
    const ran = await run('restore', 'latest', '--target', target)
    assert.deepEqual([ran.status, /TARGET_REFUSED/.test(ran.stderr)], [1, true], `${target}: ${ran.stderr}`)
  }
  assert.equal(fs.readFileSync(at('clinic/agenda.db'), 'utf8'), 'agenda')
})

test('--delete spares what the backup never looked at, and what it left out', async () => {
  fs.mkdirSync(at('both'))
  await ok('restore', 'latest', '--target', at('both'))
  const beside = path.join(at('both'), folder.path, 'beside.txt')
  const extra = path.join(at('both'), at('clinic/extra.txt'))
  for (const file of [beside, extra]) fs.writeFileSync(file, 'x')
  const ran = await ok('restore', 'latest', '--target', at('both'), '--delete', '--json')
  assert.deepEqual([ran.json?.['deleted'], fs.existsSync(beside), fs.existsSync(extra)], [1, true, false])
  await ok('backup', 'clinic', '--source', 'filtered', '--exclude', '*.pdf')
  const refused = await run('restore', 'latest:clinic', '--source', 'filtered', '--target', at('clinic'), '--delete')
  assert.deepEqual([refused.status, fs.existsSync(at('clinic/invoices/may.pdf'))], [2, true], refused.stderr)
  assert.match(refused.stderr, /--delete-excluded/)
  fs.cpSync(at('clinic'), at('copy'), { recursive: true })
  await ok('restore', 'latest:clinic', '--source', 'filtered', '--target', at('copy'), '--delete-excluded')
  assert.ok(!fs.existsSync(at('copy/invoices/may.pdf')))
})

test('a path that is not there leaves the others backed up, named and partial', async () => {
  const ran = await run('backup', 'clinic', 'no-such-disk', '--source', 'two', '--json')
  assert.equal(ran.status, 3, ran.stderr)
  assert.deepEqual(ran.json?.['skipped'], [{ path: at('no-such-disk'), reason: 'ENOENT' }])
  assert.match(ran.stderr, /no-such-disk: it is not there \(ENOENT\)/)
})

test('verify does not claim to have read what it has not', async () => {
  assert.match(text(await ok('verify')), /were not read: --read-data/)
  assert.match(text(await ok('verify', '--read-data')), /every stored byte read/)
})

test('sizes and ages have units', async () => {
  const ran = await ok(
    'backup',
    'clinic',
    '--source',
    'sized',
    '--size-limit',
    '5B',
    '--modified-since',
    '7d',
    '--json',
  )
  assert.deepEqual([ran.json?.['filesNew'], ran.json?.['filesFiltered']], [1, 2])
  assert.match((await run('backup', 'clinic', '--size-limit', 'x')).stderr, /--size-limit takes a size/)
})

const WRONG: ReadonlyArray<readonly [args: string[], said: RegExp]> = [
  [['frobnicate'], /^Error USAGE: There is no command "frobnicate"\.\nWhat to do: See "neonpro-backup --help"\.\n$/],
  [[''], /^Error USAGE: There is no command ""\./],
  [['forget', '--policy', 'none.json'], /The policy file none\.json can not be read: ENOENT\./],
  [['backpu', 'x'], /no command "backpu"\. Did you mean backup\?/],
  [['backup'], /Name a path to back up, .*--files-from\.\nWhat to do: See "neonpro-backup backup --help"/],
  [['ls'], /The argument <snapshot> is missing\.\nWhat to do: See "neonpro-backup ls --help"/],
  [['restore', 'latest'], /The option --target <dir> is required/],
  [['restore', 'latest', '--target'], /The option --target <dir> needs a value/],
  [['snapshots', 'a', 'b'], /too many arguments \(2\): a, b/],
  [['snapshots', '--nope'], /There is no option --nope/],
  [['key', 'nope'], /There is no command "nope"\.\nWhat to do: See "neonpro-backup key --help"/],
  [['backup', 'clinic', '--progress', 'loud'], /--progress is auto, plain, json or none/],
  [['backup', 'clinic', '--compression-level', '12'], /--compression-level is 1 to 9/],
  [['hold', 'add', '--until', '2001-01-01'], /is past already/],
]

test('wrong use is one sentence and a way on, with 2; with --json an object', async () => {
  for (const [args, said] of WRONG) {
    const ran = await run(...args)
    assert.equal(ran.status, 2, args.join(' '))
    assert.match(ran.stderr, said)
    assert.equal(ran.stderr.trim().split('\n').length, 2, ran.stderr)
    assert.equal(((await run('--json', ...args)).json!['error'] as { code: string }).code, 'USAGE', args.join(' '))
  }
})

test('wrong use is said in Portuguese, too', async () => {
  for (const [args] of WRONG) {
    const ran = await runCli(args, { env: { ...env, LANG: 'pt_BR.UTF-8' }, cwd: folder.path })
    assert.match(ran.stderr, /^Erro USAGE: .+\nO que fazer: Veja "neonpro-backup .*--help"\.\n$/)
    assert.doesNotMatch(ran.stderr, /There|missing|needs|required|arguments|Did you/)
  }
})

test('help and version', async () => {
  assert.match(text(await ok('--version')), /^neonpro-backup \d+\.\d+\.\d+\n$/)
  assert.match(text(await ok('help', 'restore')), /Usage: neonpro-backup restore/)
  assert.match(text(await ok('--help')), /Restore and look inside:[\s\S]*Exit codes: 0 done/)
  assert.equal((await run()).status, 2)
})

test('a reader that has enough ends the program in silence', async () => {
  const child = spawn(process.execPath, [CLI, 'ls', 'latest'], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece
  })
  await once(child, 'close')
  assert.deepEqual([child.signalCode, stderr], ['SIGPIPE', ''], 'a shell shows 141')
})

test('an output that has no room is said, without a stack, and is no success', async (t) => {
  if (!fs.existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  await ok('backup', 'clinic')
  for (const args of [
    ['ls', 'latest'],
    ['dump', 'latest', 'agenda.db'],
    ['snapshots', '--json'],
  ]) {
    const full = fs.openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    fs.closeSync(full)
    assert.equal(status, 1, args.join(' '))
    assert.match(
      stderr,
      /^Error DISK_FULL: There is no room left: standard output\.\nWhat to do: .+\n$/,
      args.join(' '),
    )
  }
})

test('a folder that is closed to this user is named by its path', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can become another user')
  fs.mkdirSync(at('closed'), { mode: 0o700 })
  fs.chmodSync(folder.path, 0o755)
  const ran = await runCli(['init', '--repo', at('closed/repo')], { env, cwd: '/', uid: 65534 })
  assert.equal(ran.status, 1)
  assert.match(ran.stderr, new RegExp(`^Error PERMISSION_DENIED: Access was denied: ${at('closed/repo')}`))
})

test('a key file that can not be read is named, and one that is open to others is refused', async () => {
  const missing = await run('snapshots', '--key-file', at('gone.key'))
  assert.deepEqual(
    [missing.status, /KEY_FILE_UNREADABLE: The key file \S+gone\.key can not be read \(ENOENT\)/.test(missing.stderr)],
    [2, true],
    missing.stderr,
  )
  fs.writeFileSync(at('open.key'), env.BACKUP_ENCRYPTION_KEY, { mode: 0o644 })
  assert.match((await run('snapshots', '--key-file', at('open.key'))).stderr, /KEY_REFUSED: .*chmod 600/)
})

test('a protected snapshot is not forgotten, and the plan is not shown as done', async () => {
  await ok('pin', 'latest')
  const ran = await run('forget', 'latest')
  assert.equal(ran.status, 1)
  assert.match(ran.stderr, /SNAPSHOT_PROTECTED: .* is kept by pin; nothing was forgotten/)
  assert.equal(text(ran), '')
  await ok('unpin', 'latest')
  assert.match(text(await ok('unpin', 'latest')), /was not pinned/)
})

test('forget --prune does both in one go; a dry run does neither', async () => {
  fs.mkdirSync(at('scans'))
  fs.writeFileSync(at('scans/first'), randomBytes(300_000))
  const here = ['--repo', at('pruned')]
  await ok('init', ...here)
  await ok('backup', 'scans', ...here)
  fs.writeFileSync(at('scans/first'), randomBytes(300_000))
  await ok('backup', 'scans', ...here)
  const packs = () => fs.readdirSync(at('pruned/packs'), { recursive: true }).length
  const before = packs()
  const dry = await ok('forget', '--keep-last', '1', '--prune', '--dry-run', '--json', ...here)
  assert.deepEqual([dry.json?.['prune'], packs()], [undefined, before])
  const done = (await ok('forget', '--keep-last', '1', '--prune', '--json', ...here)).json as {
    forgotten: string[]
    prune: { bytesFreed: number }
  }
  assert.equal(done.forgotten.length, 1)
  assert.ok(done.prune.bytesFreed > 300_000 && packs() < before)
  await ok('verify', '--read-data', ...here)
  assert.match(
    text(await ok('forget', '--keep-last', '1', '--prune', ...here)),
    /0 snapshots forgotten, 1 kept\.\nNothing/,
  )
})
