// Goal: a restore that is stopped anywhere, or finds no room, leaves no wrong file under its name; run again it
// completes; nothing outside its target is touched. Method: kill it (SIGKILL) at random moments again and again,
// restore onto a small disk, and put traps into the target.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RestoreResult, readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { machineTag } from '../../src/kernel/machine.ts'
import { backup, lookAt, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024
const KILLS = process.env['NEONPRO_TEST_LONG'] === '1' ? 60 : 8

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
  readonly snapshot: string
}

async function stage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  for (let i = 0; i < 30; i += 1) {
    fs.mkdirSync(path.join(source, `d${i}`), { recursive: true })
    for (let k = 0; k < 20; k += 1) fs.writeFileSync(path.join(source, `d${i}`, `f${k}`), randomBytes(1000 + k * 2000))
  }
  fs.writeFileSync(path.join(source, 'big'), randomBytes(8 * MIB))
  fs.linkSync(path.join(source, 'd0/f0'), path.join(source, 'd9/hard'))
  const made = await makeRepository(base)
  return { base, source, made, snapshot: (await backup(made, source)).snapshot }
}

async function restore(
  { source, made, snapshot }: Stage,
  target: string,
  options: { overwrite?: 'always' } = {},
): Promise<RestoreResult> {
  await using repository = await open(made)
  const { document } = (await readHistory(repository)).snapshots.find(({ name }) => name === snapshot)!
  return await restoreSnapshot(repository, document, { target, subtree: source, ...options })
}

/**
 * Runs a restore and kills it `afterMs` after it began; without a time it dies in the middle, on whatever machine. True
 * when it was killed.
 */
function killed({ base, source, made, snapshot }: Stage, target: string, afterMs?: number): Promise<boolean> {
  const key = made.kek.kind === 'raw' ? made.kek.key.toString('hex') : ''
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'restore-child.ts'),
      ...[base, key, snapshot, source, target],
      ...(afterMs === undefined ? ['3'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (afterMs !== undefined) child.stdout.once('data', () => void sleep(afterMs).then(() => child.kill('SIGKILL')))
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL')))
}

/** Whatever stands under a name of the snapshot is right. Folders get their times last. */
function assertNothingWrong(target: string, expected: ReadonlyMap<string, string>, why: string): number {
  if (!fs.existsSync(target)) return 0
  const found = lookAt(target)
  for (const [name, facts] of found)
    if (!facts.startsWith('4') && !/\/\.neonpro-[0-9a-f]{8}-\d+-[0-9a-f]{16}$/.test(name))
      assert.equal(facts, expected.get(name), `${why}: ${name}`)
  return found.size
}

/** A few lines, not thousands, when two trees differ. */
function assertSame(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>, why: string): void {
  const wrong = [...new Set([...found.keys(), ...expected.keys()])].filter(
    (name) => found.get(name) !== expected.get(name),
  )
  assert.deepEqual(
    wrong.slice(0, 5).map((name) => [name, found.get(name), expected.get(name)]),
    [],
    why,
  )
}

test('killed at any moment, and run again, a restore completes; no wrong file ever stands under its name', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const expected = lookAt(made.source)
  const random = seededRandom(testSeed())
  const target = path.join(folder.path, 'target')
  let kills = 0
  let unfinished = 0
  for (let i = 0; i < KILLS; i += 1) {
    const afterMs = i === 0 ? undefined : Math.floor(random() * 60)
    if (await killed(made, target, afterMs)) kills += 1
    const size = assertNothingWrong(target, expected, `killed after ${afterMs ?? 'some'} ms`)
    if (size < expected.size) unfinished += 1
    if (i % 2 === 1 && i < KILLS - 2) fs.rmSync(target, { recursive: true, force: true })
  }
  fs.mkdirSync(path.join(target, 'd3'), { recursive: true })
  fs.writeFileSync(
    path.join(target, 'd3', `.neonpro-${machineTag()}-4194305-0123456789abcdef`),
    'of a process that is gone',
  )
  await restore(made, target)
  assertSame(lookAt(target), expected, 'whole, and nothing is left over')
  const again = await restore(made, target)
  assert.equal(again.filesRestored, 0, 'a restore of what is there does nothing')
  assert.ok(kills > 0 && unfinished > 0, `${kills} kills, ${unfinished} of them in the middle`)
})

const canMount =
  process.getuid?.() === 0 &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d']).status === 0

test('a target without room: said, nothing wrong left, and completed once there is room', {
  skip: canMount ? false : 'mounting a tmpfs needs root',
}, async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const expected = lookAt(made.source)
  const disk = path.join(folder.path, 'disk')
  fs.mkdirSync(disk)
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=9m', 'tmpfs', disk]).status, 0)
  try {
    const target = path.join(disk, 'target')
    const outcome = await restore(made, target).then(
      (result) => result,
      (error: unknown) => error,
    )
    assert.ok(isBackupError(outcome, 'DISK_FULL'), String(outcome))
    assertNothingWrong(target, expected, 'on a full disk')
    assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status, 0)
    assert.equal((await restore(made, target)).issueCount, 0)
    assertSame(lookAt(target), expected, 'with room again')
  } finally {
    spawnSync('umount', ['-l', disk])
  }
})

test('links of every kind that stand in the target lead nowhere', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(path.join(source, 'inner/deep'), { recursive: true })
  for (const name of ['soft', 'hard', 'dangling', 'inner/file', 'inner/deep/file', 'folder-here'])
    fs.writeFileSync(path.join(source, name), `restored ${name}`)
  fs.symlinkSync('/etc', path.join(source, 'was-folder'))
  const repository = await makeRepository(folder.path)
  const { snapshot } = await backup(repository, source)
  const made = { base: folder.path, source, made: repository, snapshot }
  const outside = path.join(folder.path, 'outside')
  const target = path.join(folder.path, 'target')
  fs.mkdirSync(path.join(outside, 'deep'), { recursive: true })
  fs.mkdirSync(target)
  for (const name of ['a', 'b', 'file', 'deep/file']) fs.writeFileSync(path.join(outside, name), 'outside')
  fs.symlinkSync(path.join(outside, 'a'), path.join(target, 'soft'))
  fs.linkSync(path.join(outside, 'b'), path.join(target, 'hard'))
  fs.symlinkSync(path.join(outside, 'made-by-restore'), path.join(target, 'dangling'))
  fs.symlinkSync(outside, path.join(target, 'inner'))
  fs.mkdirSync(path.join(target, 'was-folder'))
  fs.mkdirSync(path.join(target, 'folder-here'))
  const before = lookAt(outside)
  await restore(made, target, { overwrite: 'always' })
  assert.deepEqual(lookAt(outside), before, 'nothing outside was written, removed or touched')
  assert.deepEqual(lookAt(target), lookAt(source))
})
