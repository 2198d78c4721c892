// Goal: a user's restore opens the user's own closed folders to itself and closes them again, never makes a file
// setuid under another owner, tells what it could not keep, and names a target that is full or read-only as what it is.
// Folders on the way, of a backup and of a restore, need not be readable: whoever may walk through them may do both.
// Method: the built program as another user, on real file systems.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const USER = 54_321
const isRoot = process.getuid?.() === 0
const forRoot = { skip: isRoot ? false : 'only root may act as another user' }
const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const env = {
  HOME: at('user'),
  NEONPRO_BACKUP_HOME: at('user/state'),
  NEONPRO_REPOSITORY: at('repo'),
  BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
}
const cli = (args: readonly string[], uid?: number): Promise<Ran> =>
  runCli(args, { env, ...(uid !== undefined && { uid }) })
const issuesOf = ({ json }: Ran) =>
  (json as { issues: Array<{ path: string; reason: string }> }).issues.map(
    ({ path: where, reason }) => `${path.relative(at('source'), where)}: ${reason}`,
  )

before(async () => {
  if (!isRoot) return
  fs.chmodSync(folder.path, 0o755)
  for (const name of ['user', 'source', 'source/closed', 'source/hidden']) fs.mkdirSync(at(name))
  for (const name of ['closed/report', 'hidden/report', 'theirs', 'program', 'grouped'])
    fs.writeFileSync(at(`source/${name}`), name)
  execFileSync('chown', ['-R', `${USER}:${USER}`, at('source'), at('user')])
  for (const name of ['theirs', 'program']) fs.chownSync(at(`source/${name}`), 0, 0)
  fs.chownSync(at('source/grouped'), USER, 0)
  fs.chmodSync(at('source/program'), 0o4755)
  fs.chmodSync(at('source/grouped'), 0o2755)
  fs.chmodSync(at('source/closed'), 0o555)
  fs.chmodSync(at('source/hidden'), 0o111)
  assert.equal((await cli(['init'])).status, 0)
  assert.equal((await cli(['backup', at('source')])).status, 0)
  execFileSync('chown', ['-R', `${USER}:${USER}`, at('repo'), at('user')])
})

after(() => folder[Symbol.dispose]())

interface FailureOfFull {
  readonly code: string
  readonly message: string
  readonly context: { readonly target: string }
}

const MINE = ['restore', `latest:${at('source')}`, '--json']
const LOST = [
  'grouped: owner: EPERM',
  'grouped: setuid and setgid: OWNER_LOST',
  'program: owner: EPERM',
  'program: setuid and setgid: OWNER_LOST',
  'theirs: owner: EPERM',
]

test('what belongs to others becomes mine, without the rights that were theirs, and is told', forRoot, async () => {
  fs.mkdirSync(at('target'))
  fs.chownSync(at('target'), USER, USER)
  const dry = await cli([...MINE, '--target', at('target/inside'), '--dry-run'], USER)
  const real = await cli([...MINE, '--target', at('target/inside')], USER)
  assert.deepEqual([dry.status, real.status], [3, 3], real.stderr)
  assert.deepEqual([issuesOf(dry), issuesOf(real)], [LOST, LOST])
  const modes = ['program', 'grouped'].map((name) => fs.statSync(at(`target/inside/${name}`)).mode & 0o7777)
  assert.deepEqual(modes, [0o755, 0o755])
})

test('folders of others that are only the way to what was backed up are a note, and no loss', forRoot, async () => {
  const leftOut = ['theirs', 'program', 'grouped'].flatMap((name) => ['--exclude', name])
  const whole = ['restore', 'latest', '--target', at('target/whole'), ...leftOut]
  const dry = await cli([...whole, '--dry-run', '--json'], USER)
  const real = await cli([...whole, '--json'], USER)
  assert.deepEqual([dry.status, real.status, issuesOf(dry), issuesOf(real)], [0, 0, [], []], real.stderr)
  // Of the folders that lead to it, all above the source are root's.
  const above = at('source').split('/').length - 2
  assert.deepEqual([dry.json?.['parentsNotKept'], real.json?.['parentsNotKept']], [above, above])
  const told = await cli(['restore', 'latest', '--target', at('target/told'), ...leftOut], USER)
  assert.deepEqual([told.status, told.stderr], [0, ''])
  assert.match(told.stdout.toString(), new RegExp(`^Note: ${above} folders above what was backed up`, 'm'))
})

test('a file that is there and setuid loses that when its owner can not be given', forRoot, async () => {
  fs.chmodSync(at('target/inside/program'), 0o4755)
  const again = await cli([...MINE, '--target', at('target/inside')], USER)
  assert.deepEqual([again.status, issuesOf(again)], [3, LOST])
  assert.equal(fs.statSync(at('target/inside/program')).mode & 0o7777, 0o755)
})

test('a closed folder of mine takes its file back, loses what is too much, and is closed again', forRoot, async () => {
  for (const name of ['closed', 'hidden']) {
    fs.rmSync(at(`target/inside/${name}/report`))
    fs.mkdirSync(at(`target/inside/${name}/extra`))
    fs.writeFileSync(at(`target/inside/${name}/extra/x`), 'x')
    execFileSync('chown', ['-R', `${USER}:${USER}`, at(`target/inside/${name}`)])
    fs.chmodSync(at(`target/inside/${name}/extra`), 0o555)
  }
  const part = await cli([...MINE, '--target', at('target/inside'), '--include', 'closed/report'], USER)
  assert.equal(part.status, 0, part.stderr)
  assert.equal(fs.readFileSync(at('target/inside/closed/report'), 'utf8'), 'closed/report')
  assert.equal(fs.statSync(at('target/inside/closed')).mode & 0o7777, 0o555)
  const whole = await cli([...MINE, '--target', at('target/inside'), '--delete'], USER)
  assert.deepEqual([whole.status, issuesOf(whole), whole.json?.['deleted']], [3, LOST, 2], whole.stderr)
  for (const [name, mode] of [
    ['closed', 0o555],
    ['hidden', 0o111],
  ] as const) {
    assert.deepEqual(fs.readdirSync(at(`target/inside/${name}`)), ['report'])
    assert.equal(fs.statSync(at(`target/inside/${name}`)).mode & 0o7777, mode)
  }
})

test('a backup and a restore go through folders of others that can not be listed', forRoot, async () => {
  const way = at('way/through')
  fs.mkdirSync(path.join(way, 'mine/others'), { recursive: true })
  const write = (name: string) => fs.writeFileSync(path.join(way, name), name)
  for (const name of ['mine/exam', 'mine/others/asked', 'mine/others/not', 'note']) write(name)
  fs.linkSync(path.join(way, 'mine/exam'), path.join(way, 'mine/twin'))
  execFileSync('chown', ['-R', `${USER}:${USER}`, way])
  for (const name of ['way', 'way/through', 'way/through/mine/others']) {
    fs.chownSync(at(name), 0, 0)
    fs.chmodSync(at(name), 0o711)
  }
  const named = { asked: path.join(way, 'mine/others/asked'), note: path.join(way, 'note') }
  fs.writeFileSync(at('user/list'), `${named.note}\n`)
  const source = ['--source', 'way', '--json']
  const backup = ['backup', path.join(way, 'mine'), named.asked, '--files-from', at('user/list'), ...source]
  for (const dry of [['--dry-run'], []]) {
    const made = await cli([...backup, ...dry], USER)
    assert.equal(made.status, 3, made.stderr)
    const { skipped, filesNew } = made.json as { skipped: unknown; filesNew: number }
    // Not to be listed, and so incomplete; but what was asked for in it by name is there.
    assert.deepEqual([skipped, filesNew], [[{ path: path.join(way, 'mine/others'), reason: 'EACCES' }], 4])
  }
  for (const target of ['/', way]) {
    fs.writeFileSync(path.join(way, 'mine/exam'), 'changed')
    fs.rmSync(path.join(way, 'mine/twin'))
    const back = [`latest${target === '/' ? '' : `:${way}`}`, '--target', target, '--source', 'way']
    const dry = await cli(['restore', ...back, '--dry-run', '--json'], USER)
    const real = await cli(['restore', ...back, '--json'], USER)
    assert.deepEqual(
      [dry.status, real.status, dry.json?.['issues'], real.json?.['issues']],
      [0, 0, [], []],
      real.stderr,
    )
    const { nlink } = fs.statSync(path.join(way, 'mine/twin'))
    assert.deepEqual([fs.readFileSync(path.join(way, 'mine/exam'), 'utf8'), nlink], ['mine/exam', 2])
  }
  for (const name of ['way', 'way/through']) assert.equal(fs.statSync(at(name)).mode & 0o7777, 0o711)
})

test('a full target, one out of inodes and a read-only one are named as what they are', forRoot, async (t) => {
  const disk = at('disk')
  fs.mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=4', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return t.skip('nothing can be mounted here')
  }
  try {
    const full = await cli([...MINE, '--target', disk])
    assert.equal(full.status, 1)
    assert.match(full.stderr, /DISK_FULL/)
    assert.match(full.stderr, new RegExp(`the target \\(${disk}\\)`))
    assert.doesNotMatch(full.stderr, /forget|prune/)
    const made = await runCli(['init', '--repo', path.join(disk, 'repo'), '--json'], { env: { ...env, LANG: 'pt_BR' } })
    const { code, message, context } = (made.json as { error: FailureOfFull }).error
    assert.deepEqual([code, context.target], ['DISK_FULL', path.join(disk, 'repo')])
    assert.match(message, new RegExp(`o repositório \\(${disk}/repo\\)`))
    const key = await cli(['key', 'generate', path.join(disk, 'key')])
    assert.match(key.stderr, new RegExp(`DISK_FULL: There is no room left \\(${disk}/key\\)`))
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const locked = await cli([...MINE, '--target', path.join(disk, 'new')])
    assert.equal(locked.status, 1)
    assert.match(locked.stderr, /TARGET_REFUSED.*read-only/)
    assert.doesNotMatch(locked.stderr, /owner and mode/)
    const inPlace = await cli([...MINE, '--target', disk])
    assert.equal(inPlace.status, 3)
    assert.match(inPlace.stderr, /read-only \(EROFS\)/)
  } finally {
    execFileSync('umount', [disk])
  }
})
