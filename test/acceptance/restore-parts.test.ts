// Goal: what is named is what comes back: names with brackets before globs, folders whole, what is excluded not; what
// meets nothing is told; and packs that can't be read cost only the files that lie in them. Method: the built program,
// on a disk that fails by plan.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { DiskRule } from '../harness/broken-disk.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const env = {
  HOME: at('user'),
  NEONPRO_BACKUP_HOME: at('state'),
  NEONPRO_REPOSITORY: at('repo'),
  BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
}
const NAMES = ['Q3 [draft.pdf', '[abc].txt', 'a.txt', '{1.txt', 'plans/sub/one.txt', 'plans/two.log', 'big.bin']

before(async () => {
  for (const name of ['user', 'source/plans/sub']) fs.mkdirSync(at(name), { recursive: true })
  for (const name of NAMES) fs.writeFileSync(at(`source/${name}`), name === 'big.bin' ? randomBytes(40_000_000) : name)
  assert.equal((await runCli(['init'], { env })).status, 0)
  assert.equal((await runCli(['backup', at('source')], { env })).status, 0)
})

after(() => folder[Symbol.dispose]())

interface Answer {
  readonly issues: Array<{ readonly path: string; readonly reason: string }>
  readonly unmatched: string[]
}

async function restore(args: readonly string[], more: Record<string, string> = {}) {
  fs.rmSync(at('target'), { recursive: true, force: true })
  const ran: Ran = await runCli(['restore', `latest:${at('source')}`, '--target', at('target'), '--json', ...args], {
    env: { ...env, ...more },
  })
  const files = fs.existsSync(at('target'))
    ? fs
        .readdirSync(at('target'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(at('target'), path.join(entry.parentPath, entry.name)))
        .sort()
    : []
  return { ...ran, files, answer: ran.json as unknown as Answer }
}

test('a name is met before a glob is, bare and whole, in restore, ls, find and dump', async () => {
  for (const name of ['Q3 [draft.pdf', '[abc].txt', '{1.txt'])
    for (const typed of [name, at(`source/${name}`)]) {
      const { status, files, stderr } = await restore([`--include=${typed}`])
      assert.deepEqual([status, files], [0, [name]], stderr)
      const dumped = await runCli(['dump', 'latest', typed], { env })
      assert.equal(dumped.stdout.toString(), name)
      const listed = await runCli(['ls', 'latest', typed, '--json'], { env })
      assert.equal((listed.json!['entries'] as unknown[]).length, 1)
      const found = await runCli(['find', typed, '--json'], { env })
      assert.ok((found.json!['found'] as Array<{ path: string }>).some((each) => each.path === at(`source/${name}`)))
    }
  assert.deepEqual((await restore(['--include', '[ab].txt'])).files, ['a.txt'], 'what is no name is a glob')
})

test('a folder comes whole; what meets nothing is told, and all of it missed is an error', async () => {
  const some = await restore(['--include', 'plans', '--include', 'nowhere/'])
  assert.deepEqual([some.status, some.files], [3, ['plans/sub/one.txt', 'plans/two.log']])
  assert.deepEqual(some.answer.unmatched, ['nowhere/'])
  assert.match(some.stderr, /Warning: nothing in the snapshot matches nowhere\//)
  const none = await restore(['--include', 'nowhere', '--include', '*.PDF'])
  assert.deepEqual([none.status, none.files], [1, []])
  assert.match(none.stderr, /NOT_FOUND/)
})

test('excludes leave out what they leave out of a backup, and one that names no place says so', async () => {
  const { status, files } = await restore(['--exclude', '*.txt', '--exclude', '!a.txt', '--exclude', 'big.bin'])
  assert.deepEqual([status, files], [0, ['Q3 [draft.pdf', 'a.txt', 'plans/two.log']])
  const missed = await restore([
    '--include',
    'plans',
    '--exclude',
    '/plans/sub',
    '--exclude',
    '/gone',
    '--exclude',
    '*.gone',
  ])
  assert.deepEqual([missed.status, missed.files, missed.answer.unmatched], [0, ['plans/two.log'], ['/gone']])
  assert.match(missed.stderr, /\/gone/)
  const nothing = await restore(['--include', 'a.txt', '--exclude', 'a.*'])
  assert.deepEqual([nothing.status, nothing.files], [3, []])
  assert.equal((await restore(['--delete', '--exclude', 'x'])).status, 2)
})

test('a pack that can not be read, or is gone, costs its files: each is named, the rest comes back', async () => {
  const whole = await restore([])
  const packs = fs
    .readdirSync(at('repo/packs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(at(`repo/packs/${name}`)).isFile())
    .sort((a, b) => fs.statSync(at(`repo/packs/${b}`)).size - fs.statSync(at(`repo/packs/${a}`)).size)
  const imported = `--import ${path.resolve(import.meta.dirname, '../harness/broken-disk.ts')}`
  const largest = packs[0]!
  for (const from of [0, 100_000]) {
    const rules: DiskRule[] = [{ call: 'read', file: path.basename(largest), from, as: 'EIO' }]
    const broken = await restore([], { NODE_OPTIONS: imported, NEONPRO_TEST_DISK: JSON.stringify(rules) })
    const lost = broken.answer.issues.map((each) => path.relative(at('source'), each.path))
    assert.equal(broken.status, 3, broken.stderr)
    assert.ok(lost.length > 0)
    assert.deepEqual([...broken.files, ...lost].sort(), whole.files)
    assert.ok(broken.answer.issues.every(({ reason }) => ['EIO', 'DAMAGED'].includes(reason)))
  }
  // What the process lacks is no fault of the pack: nothing looks restored that is not.
  const limited: DiskRule[] = [{ call: 'read', file: path.basename(largest), as: 'EMFILE' }]
  const ended = await restore([], { NODE_OPTIONS: imported, NEONPRO_TEST_DISK: JSON.stringify(limited) })
  assert.deepEqual(
    [ended.status, (ended.json as { error?: { code: string } } | undefined)?.error?.code],
    [1, 'PROCESS_LIMIT'],
  )
  fs.renameSync(at(`repo/packs/${largest}`), at('aside'))
  const missing = await restore([])
  fs.renameSync(at('aside'), at(`repo/packs/${largest}`))
  assert.equal(missing.status, 3, missing.stderr)
  assert.deepEqual(
    [...missing.files, ...missing.answer.issues.map((each) => path.relative(at('source'), each.path))].sort(),
    whole.files,
  )
})

test('a dry run says what would be created, replaced, corrected and removed', async () => {
  await restore([])
  fs.rmSync(at('target/plans'), { recursive: true })
  fs.writeFileSync(at('target/a.txt'), 'another')
  fs.chmodSync(at('target/{1.txt'), 0o600)
  fs.writeFileSync(at('target/more'), '')
  fs.utimesSync(at('target'), 0, 0)
  const args = ['restore', `latest:${at('source')}`, '--target', at('target'), '--delete', '--dry-run']
  const { json, status } = await runCli([...args, '--json'], { env })
  const { changes, changeCount } = json as {
    changes: Array<{ path: string; target: string; change: string }>
    changeCount: number
  }
  const expected = [
    'created plans',
    'created plans/sub',
    'created plans/sub/one.txt',
    'created plans/two.log',
    'metadata {1.txt',
    'removed more',
    'replaced a.txt',
  ]
  const found = changes.map(({ path: where, change }) => `${change} ${path.relative(at('source'), where)}`)
  assert.deepEqual([status, changeCount, found.sort()], [0, expected.length, expected])
  const places = changes.map(({ target, change }) => `${change} ${path.relative(at('target'), target)}`)
  assert.deepEqual(places.sort(), expected)
  const told = (await runCli(args, { env: { ...env, LANG: 'pt_BR' } })).stdout.toString()
  for (const line of [
    `substituir  ${at('target/a.txt')}`,
    `criar       ${at('target/plans')}`,
    `remover     ${at('target/more')}`,
  ])
    assert.ok(told.includes(`  ${line}\n`), told)
})

test('who typed a name without its accents, or a part of it, is told how to find it', async () => {
  const ran = await runCli(['restore', 'latest', '--target', at('target'), '--include', 'Plans', '--dry-run'], { env })
  assert.equal(ran.status, 1)
  assert.ok(ran.stderr.includes(`"neonpro-backup find 'Plans'"`), ran.stderr)
  for (const [pattern, hint] of [
    ['plan', "neonpro-backup find '*plan*'"],
    ['*absent*', undefined],
  ] as const) {
    const told = (await runCli(['find', pattern], { env })).stdout.toString()
    assert.equal(told.includes(hint ?? 'neonpro-backup find'), hint !== undefined, told)
  }
})
