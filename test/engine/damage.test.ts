// Goal: a flipped byte, a cut or a missing object is found, named, and never restored as if it were right; older state put back is suspected.
// Method: a small repository; every object, bytes at a seeded stride (every byte with NEONPRO_TEST_LONG); verify, then restore and compare.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readHistory, restoreSnapshot, verifyRepository } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { backup, lookAt, makeRepository, open, stateOf, type TestRepository } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'
const FLIPS_PER_OBJECT = 12

function objects(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).filter((name) => !name.startsWith('.')).sort()
}

function tinyTree(folder: string): void {
  fs.mkdirSync(path.join(folder, 'sub'), { recursive: true })
  for (let i = 0; i < 4; i += 1) fs.writeFileSync(path.join(folder, i % 2 ? 'sub' : '.', `f${i}`), `content ${i}`.repeat(20))
}

async function make(base: string): Promise<{ test: TestRepository; source: string; expected: Map<string, string> }> {
  const source = path.join(base, 'source')
  tinyTree(source)
  const repository = await makeRepository(base)
  await backup(repository, source)
  fs.writeFileSync(path.join(source, 'f0'), 'changed')
  await backup(repository, source)
  return { test: repository, source, expected: lookAt(source) }
}

/** What verification says: the codes and objects it names; an error while opening counts as found. */
async function findings(repository: TestRepository): Promise<string[]> {
  try {
    await using opened = await open(repository)
    const seen = stateOf(repository, opened).heads()
    const { problems, hits } = await verifyRepository(opened, { readShare: 1, ...(seen && { seen }) })
    return [...problems.map(({ object, what }) => `${object} ${what}`), ...hits.map(({ snapshot, paths }) => `${snapshot} ${paths.join()}`)]
  } catch (error) {
    if (isBackupError(error)) return [error.code]
    throw error
  }
}

/** Restores the newest snapshot that still can be read; every file that arrives without an issue has to be right. */
async function restoreIsNeverWrong(repository: TestRepository, parts: { base: string; source: string; expected: ReadonlyMap<string, string> }): Promise<void> {
  const target = fs.mkdtempSync(path.join(parts.base, 'check-'))
  try {
    await using opened = await open(repository)
    const newest = (await readHistory(opened)).snapshots.at(-1)
    if (newest?.document.sequence !== 2) return
    const { issueCount } = await restoreSnapshot(opened, newest.document, { target, subtree: parts.source })
    const seen = lookAt(target)
    for (const [name, facts] of seen) if (!facts.startsWith('4')) assert.equal(facts, parts.expected.get(name), `${name} was restored wrong`)
    if (issueCount === 0) assert.equal(seen.size, parts.expected.size, 'a restore without issues is complete')
  } catch (error) {
    if (!isBackupError(error)) throw error
  } finally {
    fs.rmSync(target, { recursive: true, force: true })
  }
}

test('every flipped byte is found and never restored as right', async () => {
  using folder = temporaryDirectory()
  const made = await make(folder.path)
  const random = seededRandom(testSeed())
  let flips = 0
  for (const name of objects(made.test.folder)) {
    const file = path.join(made.test.folder, name)
    const bytes = fs.readFileSync(file)
    const positions = isLong ? bytes.keys() : Array.from({ length: FLIPS_PER_OBJECT }, () => Math.floor(random() * bytes.length))
    for (const at of positions) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << Math.floor(random() * 8)
      fs.writeFileSync(file, flipped)
      const found = await findings(made.test)
      assert.ok(found.length > 0, `a flip at byte ${at} of ${name} was not found`)
      if (flips % 7 === 0) await restoreIsNeverWrong(made.test, { base: folder.path, ...made })
      flips += 1
    }
    fs.writeFileSync(file, bytes)
  }
  assert.deepEqual(await findings(made.test), [], 'the repository is whole again')
  assert.ok(flips > 100)
})

test('every truncated, emptied or deleted object is found', async () => {
  using folder = temporaryDirectory()
  const made = await make(folder.path)
  for (const name of objects(made.test.folder)) {
    const file = path.join(made.test.folder, name)
    const bytes = fs.readFileSync(file)
    for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 1]) {
      fs.writeFileSync(file, bytes.subarray(0, length))
      assert.ok((await findings(made.test)).length > 0, `${name} cut to ${length} bytes was not found`)
    }
    fs.rmSync(file)
    const isCopy = name.startsWith('config/') || name.startsWith('keys/')
    if (!isCopy) assert.ok((await findings(made.test)).length > 0, `${name} was deleted unseen`)
    await restoreIsNeverWrong(made.test, { base: folder.path, ...made })
    fs.writeFileSync(file, bytes)
  }
})

test('swapped objects are found', async () => {
  using folder = temporaryDirectory()
  const made = await make(folder.path)
  for (const kind of ['snapshots', 'index/data', 'index/meta', 'packs']) {
    const [a, b] = objects(path.join(made.test.folder, kind)).map((name) => path.join(made.test.folder, kind, name))
    const [first, second] = [fs.readFileSync(a!), fs.readFileSync(b!)]
    fs.writeFileSync(a!, second)
    fs.writeFileSync(b!, first)
    assert.ok((await findings(made.test)).length > 0, `swapped ${kind} were not found`)
    fs.writeFileSync(a!, first)
    fs.writeFileSync(b!, second)
  }
})

test('hiding the newest snapshot, or the whole past, is suspected by a client that has seen it', async () => {
  using folder = temporaryDirectory()
  const made = await make(folder.path)
  const snapshots = path.join(made.test.folder, 'snapshots')
  const saved = fs.readdirSync(snapshots).map((name) => [path.join(snapshots, name), fs.readFileSync(path.join(snapshots, name))] as const)
  for (const [file] of saved) fs.rmSync(file)
  assert.ok((await findings(made.test)).some((line) => line.includes('ROLLBACK_SUSPECTED')))
  await assert.rejects(backup(made.test, made.source), (error) => isBackupError(error, 'ROLLBACK_SUSPECTED'))
  for (const [file, bytes] of saved) fs.writeFileSync(file, bytes)
  assert.deepEqual(await findings(made.test), [])
})
