// Goal: the jobs of a day, through the built program and the bundled rescue reader, on real files.
// Method: each test has its own repository; what comes back is compared with an independent look at the tree.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pacedEngine } from '../harness/engine-children.ts'
import { lookAt, sampleTree } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../dist/neonpro-rescue.mjs')
const newKey = () => `base64:${randomBytes(32).toString('base64')}`

interface Bench {
  readonly at: (name: string) => string
  readonly env: Record<string, string>
  /** Runs a command that has to succeed. */
  readonly ok: (...args: string[]) => Promise<Ran>
  readonly run: (args: string[], env?: Record<string, string>) => Promise<Ran>
}

async function bench(folder: string): Promise<Bench> {
  const at = (name: string) => path.join(folder, name)
  const env: Record<string, string> = { HOME: folder, BACKUP_ENCRYPTION_KEY: newKey(), NEONPRO_REPOSITORY: at('repo') }
  const run = (args: string[], more: Record<string, string> = {}) => runCli(args, { env: { ...env, ...more } })
  const ok = async (...args: string[]) => {
    const ran = await run(args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }
  sampleTree(at('source'), seededRandom(3))
  await ok('init')
  return { at, env, ok, run }
}

/** A backup that is told to end once it has done so many files, with most of them ahead. */
async function stoppedBackup(
  source: string,
  stop: { readonly env: Record<string, string>; readonly filesDone: number; readonly signal: NodeJS.Signals },
): Promise<Ran> {
  using pace = pacedEngine()
  let hasSignalled = false
  return await runCli(['backup', source, '--progress', 'json'], {
    env: { ...stop.env, ...pace.env },
    onStderr: (pid, text) => {
      const told = [...text.matchAll(/"filesDone":(\d+)/g)].some(([, files]) => Number(files) >= stop.filesDone)
      if (hasSignalled || !told) return
      hasSignalled = true
      process.kill(pid, stop.signal)
      pace.lift()
    },
  })
}

test('back up, change, back up, and both states come back; what is unchanged is not stored again', async () => {
  using folder = temporaryDirectory()
  const { at, ok } = await bench(folder.path)
  const first = lookAt(at('source'))
  const one = (await ok('backup', at('source'), '--json')).json!
  fs.appendFileSync(at('source/a/file-0.txt'), 'more')
  const two = (await ok('backup', at('source'), '--json')).json!
  assert.deepEqual([one['filesNew'], two['filesNew'], two['filesChanged'], two['filesUnmodified']], [13, 0, 1, 12])
  assert.ok(Number(two['bytesAdded']) < 20_000, `added ${String(two['bytesAdded'])}`)
  await ok('restore', String(one['snapshot']), '--target', at('one'), '--verify')
  await ok('restore', 'latest', '--target', at('two'), '--verify')
  assert.deepEqual(lookAt(path.join(at('one'), at('source'))), first)
  assert.deepEqual(lookAt(path.join(at('two'), at('source'))), lookAt(at('source')))
  const again = (await ok('restore', 'latest', '--target', at('two'), '--json')).json!
  assert.equal(again['filesRestored'] ?? 0, 0, 'a second restore finds all in place')
})

test('an interrupted backup leaves a checkpoint, exits with 130, and the next one goes on', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env } = await bench(folder.path)
  for (let i = 0; i < 40; i += 1) {
    fs.mkdirSync(at(`source/dir${i}`))
    for (let k = 0; k < 60; k += 1) fs.writeFileSync(at(`source/dir${i}/f${k}`), randomBytes(40_000))
  }
  const stopped = await stoppedBackup(at('source'), { env, filesDone: 60, signal: 'SIGINT' })
  assert.equal(stopped.status, 130, stopped.stderr.slice(-500))
  assert.match(stopped.stderr, /ABORTED/)
  assert.equal(fs.readdirSync(at('repo/checkpoints')).length, 1)
  const shown = (await ok('snapshots', '--json')).json as { snapshots: Array<{ state: string }> }
  assert.deepEqual(
    shown.snapshots.map(({ state }) => state),
    ['checkpoint'],
  )
  const rescue = (...args: string[]) =>
    spawnSync(process.execPath, [RESCUE, ...args, '--repo', at('repo')], { env, encoding: 'utf8' })
  assert.equal(rescue('verify').status, 0, 'what was not reached is no damage')
  const partial = rescue('restore', rescue('list').stdout.slice(0, 12), '--target', at('partial'))
  assert.equal(partial.status, 1)
  assert.match(partial.stderr, /was not reached by the interrupted backup/)
  const resumed = (await ok('backup', at('source'), '--json')).json!
  assert.ok(Number(resumed['filesUnmodified']) > 0, 'files of the checkpoint are not read again')
  await ok('restore', 'latest', '--target', at('back'))
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
  await ok('verify', '--read-data')
})

test('a second signal ends the process at once; the repository is none the worse', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env } = await bench(folder.path)
  const first = (await ok('backup', at('source'), '--json')).json!['snapshot']
  for (let i = 0; i < 60; i += 1) fs.writeFileSync(at(`source/more${i}`), randomBytes(1_000_000))
  using pace = pacedEngine()
  const child = spawn(process.execPath, [CLI, 'backup', at('source'), '--progress', 'json'], {
    env: { PATH: process.env['PATH'] ?? '', ...env, ...pace.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.once('data', () => {
    child.kill('SIGINT')
    child.kill('SIGTERM')
  })
  await once(child, 'exit')
  assert.ok(
    child.signalCode === 'SIGINT' || child.signalCode === 'SIGTERM',
    `ended with ${child.exitCode} ${child.signalCode}`,
  )
  const shown = (await ok('snapshots', '--json')).json as { snapshots: Array<{ snapshot: string }> }
  assert.deepEqual(
    shown.snapshots.map(({ snapshot }) => snapshot),
    [first],
  )
  await ok('verify', '--read-data')
})

test('a backup that is interrupted when there is a parent goes on from both', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env } = await bench(folder.path)
  await ok('backup', at('source'))
  for (let i = 0; i < 40; i += 1) {
    fs.mkdirSync(at(`source/dir${i}`))
    for (let k = 0; k < 60; k += 1) fs.writeFileSync(at(`source/dir${i}/f${k}`), randomBytes(40_000))
  }
  const stopped = await stoppedBackup(at('source'), { env, filesDone: 200, signal: 'SIGTERM' })
  assert.equal(stopped.status, 130, stopped.stderr.slice(-500))
  const resumed = (await ok('backup', at('source'), '--json')).json!
  assert.ok(
    Number(resumed['filesUnmodified']) > 13,
    `what parent and checkpoint have is not read again: ${String(resumed['filesUnmodified'])}`,
  )
  assert.equal(fs.readdirSync(at('repo/checkpoints')).length, 0)
  await ok('restore', 'latest', '--target', at('back'))
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
})

/** Without system calls Node sets times as doubles: the rescue reader is right to the microsecond. */
function assertSameToMicrosecond(found: Map<string, string>, expected: Map<string, string>): void {
  const split = (facts: string) => ({ time: Number(facts.split(' ')[2]), others: facts.split(' ').toSpliced(2, 1) })
  assert.deepEqual([...found.keys()], [...expected.keys()])
  for (const [name, facts] of expected) {
    assert.deepEqual(split(found.get(name)!).others, split(facts).others, name)
    assert.ok(Math.abs(split(found.get(name)!).time - split(facts).time) < 1000, name)
  }
}

test('the rescue reader lists, verifies and restores with the key and nothing else', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env } = await bench(folder.path)
  await ok('backup', at('source'))
  const rescue = (...args: string[]) =>
    execFileSync(process.execPath, [RESCUE, ...args], {
      env: { PATH: env['PATH'] ?? '', BACKUP_ENCRYPTION_KEY: env['BACKUP_ENCRYPTION_KEY']! },
      encoding: 'utf8',
    })
  assert.match(rescue('list', '--repo', at('repo')), /[0-9a-f]{12}/)
  rescue('verify', '--repo', at('repo'))
  rescue('restore', '--repo', at('repo'), 'latest', '--target', at('rescued'))
  assertSameToMicrosecond(lookAt(path.join(at('rescued'), at('source'))), lookAt(at('source')))
  const wrong = spawnSync(process.execPath, [RESCUE, 'list', '--repo', at('repo')], {
    env: { BACKUP_ENCRYPTION_KEY: newKey() },
    encoding: 'utf8',
  })
  assert.notEqual(wrong.status, 0)
  assert.ok(fs.statSync(RESCUE).size < 300_000)
})

test('keys: add, rotate, remove, and the previous key in its own variable', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env, run } = await bench(folder.path)
  await ok('backup', at('source'))
  await ok('key', 'generate', at('second.key'))
  assert.equal(fs.statSync(at('second.key')).mode & 0o777, 0o600)
  await ok('key', 'add', at('second.key'), '--label', 'second')
  const second = { BACKUP_ENCRYPTION_KEY: `file:${at('second.key')}` }
  assert.equal((await run(['snapshots'], second)).status, 0)
  const rotate = await run(['key', 'rotate'], {
    ...second,
    BACKUP_ENCRYPTION_KEY_PREVIOUS: env['BACKUP_ENCRYPTION_KEY']!,
  })
  assert.equal(rotate.status, 0, rotate.stderr)
  await ok('backup', at('source'))
  const list = (await ok('key', 'list', '--json')).json as { recipients: Array<{ id: string; label: string }> }
  assert.equal(list.recipients.length, 2)
  const old = list.recipients.find(({ label }) => label !== 'second')!
  const removed = await run(['key', 'remove', old.id], second)
  assert.equal(removed.status, 0, removed.stderr)
  assert.equal((await run(['snapshots'])).status, 12, 'the removed key opens nothing')
  const fallback = await run(['snapshots', '--json'], {
    BACKUP_ENCRYPTION_KEY: newKey(),
    BACKUP_ENCRYPTION_KEY_PREVIOUS: `file:${at('second.key')}`,
  })
  assert.equal((fallback.json as { snapshots: unknown[] }).snapshots.length, 2)
  const kit = await run(['key', 'recovery-kit', '--json'], second)
  assert.ok(
    !JSON.stringify(kit.json).includes(fs.readFileSync(at('second.key'), 'utf8').trim().slice(7)),
    'a kit tells where the key is, not what it is',
  )
})

test('forget by policy says why, honours pins and holds, and prune frees the room', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run } = await bench(folder.path)
  const names: string[] = []
  for (let i = 0; i < 4; i += 1) {
    fs.writeFileSync(at('source/big.bin'), randomBytes(1_500_000))
    names.push(String((await ok('backup', at('source'), '--json')).json!['snapshot']))
  }
  await ok('pin', names[0]!)
  const hold = await ok('hold', 'add', '--snapshot', names[1]!, '--reason', 'court', '--json')
  assert.notEqual((await run(['forget', names[0]!])).status, 0, 'a pinned snapshot is not forgotten by name either')
  const plan = (await ok('forget', '--keep-last', '1', '--dry-run', '--json')).json as {
    forgotten: string[]
    kept: Array<{ snapshot: string; reasons: string[] }>
  }
  assert.deepEqual(plan.forgotten, [names[2]])
  assert.ok(plan.kept.every(({ reasons }) => reasons.length > 0))
  await ok('forget', '--keep-last', '1')
  const pruned = (await ok('prune', '--json')).json!
  assert.ok(Number(pruned['bytesFreed']) > 1_400_000, JSON.stringify(pruned))
  await ok('unpin', names[0]!)
  await ok('hold', 'lift', String(hold.json!['id']))
  await ok('forget', '--keep-last', '1')
  assert.ok(Number((await ok('prune', '--json')).json!['bytesFreed']) > 2_900_000)
  await ok('verify', '--read-data')
  await ok('restore', 'latest', '--target', at('back'), '--verify')
})

test('dump gives a file, a tar that tar reads, and a zip that python reads', async () => {
  using folder = temporaryDirectory()
  const { at, ok } = await bench(folder.path)
  await ok('backup', at('source'))
  assert.deepEqual(
    (await ok('dump', 'latest', at('source/chunked.bin'))).stdout,
    fs.readFileSync(at('source/chunked.bin')),
  )
  await ok('dump', 'latest', at('source'), '--format', 'tar', '--output', at('all.tar'))
  fs.mkdirSync(at('untarred'))
  execFileSync('tar', ['xpf', at('all.tar'), '-C', at('untarred')])
  const withoutNanoseconds = (tree: Map<string, string>) =>
    [...tree].map(([name, facts]) => `${name} ${facts.replace(/(\d{10})\d{9}/, '$1')}`)
  assert.deepEqual(
    withoutNanoseconds(lookAt(path.join(at('untarred'), at('source')))),
    withoutNanoseconds(lookAt(at('source'))),
  )
  const zipped = await ok('dump', 'latest', at('source'), '--format', 'zip', '--output', at('all.zip'))
  assert.equal(zipped.stderr.match(/holds no owners, no fractions of a second, and hard links/g)?.length, 1)
  const script =
    'import zipfile,sys,hashlib\nz=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\nprint(hashlib.sha256(z.read(sys.argv[2])).hexdigest())'
  const python = spawnSync('python3', ['-c', script, at('all.zip'), at('source/chunked.bin').slice(1)], {
    encoding: 'utf8',
  })
  if (python.error) return
  assert.equal(python.stdout.trim(), /[0-9a-f]{64}/.exec(lookAt(at('source')).get('/chunked.bin')!)![0])
})

test('a zip keeps names with a backslash apart, and says how it writes them', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run } = await bench(folder.path)
  fs.mkdirSync(at('names/a'), { recursive: true })
  for (const [name, content] of [
    ['a/b', 'in a folder'],
    ['a\\b', 'beside it'],
    ['..\\..\\up', 'no way up'],
  ] as const)
    fs.writeFileSync(at(`names/${name}`), content)
  fs.writeFileSync(Buffer.concat([Buffer.from(`${at('names')}/`), Buffer.from([0x63, 0xff])]), 'no UTF-8')
  await ok('backup', at('names'))
  const dumped = await run(['dump', 'latest', at('names'), '--format', 'zip', '--output', at('names.zip'), '--json'])
  assert.equal(dumped.status, 3, dumped.stderr)
  assert.deepEqual(
    (dumped.json!['issues'] as Array<{ path: string }>).map(({ path: named }) => path.basename(named)).sort(),
    ['..\\..\\up', 'a\\b', 'c\\xff'],
  )
  const zip = fs.readFileSync(at('names.zip')).toString('latin1')
  for (const name of ['names/a/b', 'names/a%5Cb', 'names/..%5C..%5Cup', 'names/c%5Cxff'])
    assert.ok(zip.includes(`${at(name).slice(1)}`), name)
})

test('find, ls and diff answer', async () => {
  using folder = temporaryDirectory()
  const { at, ok } = await bench(folder.path)
  await ok('backup', at('source'))
  const file = at('source/chunked.bin')
  fs.writeFileSync(at('source/new.txt'), 'new')
  await ok('backup', at('source'))
  assert.match((await ok('find', '**/file-1*.txt')).stdout.toString(), /file-1\.txt/)
  assert.match((await ok('ls', 'latest', path.dirname(file))).stdout.toString(), /chunked\.bin/)
  const listed = ((await ok('snapshots', '--json')).json as { snapshots: Array<{ snapshot?: string; id?: string }> })
    .snapshots
  const [a, b] = listed.map((each) => String(each.snapshot ?? each.id))
  assert.match((await ok('diff', a!, b!)).stdout.toString(), /new\.txt/)
})

test('copy brings snapshots into a repository with another key, once', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run } = await bench(folder.path)
  await ok('backup', at('source'))
  await ok('key', 'generate', at('other.key'))
  const other = { BACKUP_ENCRYPTION_KEY: `file:${at('other.key')}`, NEONPRO_REPOSITORY: at('other') }
  assert.equal((await run(['init'], other)).status, 0)
  await ok('copy', '--to', at('other'), '--to-key-file', at('other.key'))
  const again = (await ok('copy', '--to', at('other'), '--to-key-file', at('other.key'), '--json')).json!
  assert.deepEqual([(again['copied'] as string[]).length, again['present']], [0, 1])
  assert.equal((await run(['restore', 'latest', '--target', at('back'), '--verify'], other)).status, 0)
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
})

test('no secret is in any file that the program leaves, in its arguments or its output', async () => {
  using folder = temporaryDirectory()
  const { at, ok, env } = await bench(folder.path)
  const secret = env['BACKUP_ENCRYPTION_KEY']!.slice(7)
  const said = [
    await ok('backup', at('source'), '--json'),
    await ok('snapshots', '--json'),
    await ok('doctor', '--json'),
    await ok('key', 'recovery-kit'),
  ]
  for (const { stdout, stderr } of said) assert.ok(!stdout.includes(secret) && !stderr.includes(secret))
  const bytes = Buffer.from(secret, 'base64')
  for (const entry of fs.readdirSync(folder.path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const content = fs.readFileSync(path.join(entry.parentPath, entry.name))
    assert.ok(!content.includes(secret) && !content.includes(bytes), `${entry.parentPath}/${entry.name} holds the key`)
  }
})

test('as a user: what can not be read is named, the rest is backed up and restored, and the exit code is 3', async () => {
  using folder = temporaryDirectory()
  const isRoot = process.getuid?.() === 0
  const uid = isRoot ? 65534 : undefined
  const at = (name: string) => path.join(folder.path, name)
  const env = { HOME: folder.path, BACKUP_ENCRYPTION_KEY: newKey(), NEONPRO_REPOSITORY: at('repo') }
  const run = (...args: string[]) => runCli(args, { env, cwd: folder.path, ...(uid !== undefined && { uid }) })
  sampleTree(at('source'), seededRandom(8))
  fs.writeFileSync(at('source/secret'), 'x', { mode: 0o000 })
  fs.mkdirSync(at('source/closed'), { mode: 0o000 })
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${uid}`, folder.path])
  assert.equal((await run('init')).status, 0)
  const ran = await run('backup', at('source'), '--json')
  assert.equal(ran.status, 3, ran.stderr)
  const skipped = (ran.json!['skipped'] as Array<{ path: string; reason: string }>)
    .map(({ path: name, reason }) => `${path.basename(name)} ${reason}`)
    .sort()
  assert.deepEqual(skipped, ['closed EACCES', 'secret EACCES'])
  const restored = await run('restore', 'latest', '--target', at('back'))
  const found = lookAt(path.join(at('back'), at('source')))
  for (const [name, facts] of lookAt(at('source'))) if (name !== '/secret') assert.equal(found.get(name), facts, name)
  assert.ok([0, 3].includes(restored.status), restored.stderr)
  fs.chmodSync(at('source/closed'), 0o700)
  fs.chmodSync(path.join(at('back'), at('source/closed')), 0o700)
})

test('without any index: said, found from the packs by the rescue reader, and made anew by repair', async () => {
  using folder = temporaryDirectory()
  const { at, env, ok, run } = await bench(folder.path)
  await ok('backup', at('source'))
  for (const kind of ['data', 'meta']) fs.rmSync(at(`repo/index/${kind}`), { recursive: true })
  const damaged = await run(['verify'])
  assert.equal(damaged.status, 1)
  assert.match(damaged.stderr, /^DAMAGE: 1 problem\.\n {2}hits snapshot [0-9a-f]{12}: \/\n/)
  const rescue = spawnSync(
    process.execPath,
    [RESCUE, 'restore', 'latest', '--repo', at('repo'), '--target', at('rescued')],
    { env, encoding: 'utf8' },
  )
  assert.equal(rescue.status, 0, rescue.stderr)
  assert.match(rescue.stderr, /^packs that are in no index, read whole: 2/)
  await ok('repair')
  await ok('verify', '--read-data')
  await ok('restore', 'latest', '--target', at('back'), '--verify')
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
})

test('after damage, repair saves what is whole, names what is lost by path, and the next backup heals it', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run } = await bench(folder.path)
  fs.writeFileSync(at('source/one.bin'), randomBytes(600_000))
  await ok('backup', at('source'))
  const packs = fs
    .readdirSync(at('repo/packs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const largest = packs.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!
  const bytes = fs.readFileSync(largest)
  bytes[bytes.length - 5000]! ^= 1
  fs.writeFileSync(largest, bytes)
  assert.equal((await run(['verify', '--read-data'])).status, 1)
  const repaired = await run(['repair', '--read-data'])
  assert.equal(repaired.status, 3, repaired.stderr)
  assert.match(repaired.stderr, /lost: [0-9a-f]{12} \/.+source\//)
  const partial = await run(['restore', 'latest', '--target', at('partial')])
  assert.notEqual(partial.status, 0, 'a restore that lacks something says so')
  const healed = (await ok('backup', at('source'), '--json')).json!
  assert.ok(
    Number(healed['bytesAdded']) > 0 && Number(healed['bytesAdded']) < 2_000_000,
    'only what was lost is stored again',
  )
  await ok('verify', '--read-data')
  const again = await ok('repair', '--read-data')
  assert.equal(again.stderr + again.stdout.toString(), 'Nothing to repair.\n', 'what was given up stays given up')
  await ok('restore', 'latest', '--target', at('back'), '--verify')
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
  const after = (await ok('backup', at('source'), '--json')).json!
  assert.ok(Number(after['bytesAdded']) < 5000, 'files are carried over again')
  await ok('prune')
  assert.ok(!fs.existsSync(largest), 'prune removes the damaged pack')
  await ok('verify', '--read-data')
})
