// Goal: a flipped byte, a cut or a missing object is found, named, and never restored as if it were right; older state
// put back is suspected. Method: a small repository; every object, bytes at a seeded stride (every byte with
// NEONPRO_TEST_LONG); verify, then restore and compare.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readHistory, restoreSnapshot, type VerifyHit, verifyRepository } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { everyKind, forgetsOf, objectsOf, type Stage, withoutAll } from '../harness/every-kind.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, open, stateOf, type TestRepository } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'
const FLIPS_PER_OBJECT = 8
const PACK_END_BYTES = 40
/**
 * Copies of which another is left, and what may go by itself: an unfinished run's checkpoint, a confirmation (the
 * closure is looked at instead), a claim (the lowest name counts); audit segments: their owner's chain says it.
 */
const MAY_GO = ['audit', 'config', 'keys', 'checkpoints', 'confirms', 'commits']

function tinyTree(folder: string): void {
  fs.mkdirSync(path.join(folder, 'sub'), { recursive: true })
  for (let i = 0; i < 4; i += 1)
    fs.writeFileSync(path.join(folder, i % 2 ? 'sub' : '.', `f${i}`), `content ${i}`.repeat(20))
}

interface Findings {
  /** The codes and objects that verification names; an error while opening counts as found. */
  readonly said: readonly string[]
  readonly hits: readonly VerifyHit[]
}

async function findings(repository: TestRepository): Promise<Findings> {
  try {
    await using opened = await open(repository)
    const seen = stateOf(repository, opened).heads()
    const { problems, hits } = await verifyRepository(opened, { readShare: 1, ...(seen && { seen }) })
    return { said: problems.map(({ object, what }) => `${object} ${what}`), hits }
  } catch (error) {
    if (isBackupError(error)) return { said: [error.code], hits: [] }
    throw error
  }
}

/**
 * True when some snapshot needs the object: then what happens to it is located. A pack may hold what nobody needs any
 * more.
 */
async function isNeeded(stage: Stage, name: string): Promise<boolean> {
  if (!name.startsWith('packs/') && !name.startsWith('index/')) return false
  const file = path.join(stage.made.folder, name)
  fs.renameSync(file, path.join(stage.base, 'aside'))
  const { hits } = await findings(stage.made)
  fs.renameSync(path.join(stage.base, 'aside'), file)
  return hits.length > 0
}

/** What holds content is located: snapshots and paths are named. The frame that ends a pack holds none. */
function assertLocated(stage: Stage, { hits }: Findings, at: { name: string; byte: number; bytes: number }): void {
  if (at.name.startsWith('packs/') && at.byte >= at.bytes - PACK_END_BYTES) return
  assert.ok(hits.length > 0, `a flip at byte ${at.byte} of ${at.name} is located to no snapshot`)
  for (const { paths } of hits)
    assert.ok(
      paths.length > 0 &&
        paths.every(
          (each) =>
            each.startsWith('/') && stage.source.startsWith(each.slice(0, stage.source.length).replace(/\/$/, '')),
        ),
      paths.join(),
    )
}

/** Restores the newest snapshot that still can be read; every file that arrives without an issue has to be right. */
async function restoreIsNeverWrong({ base, made, source }: Stage): Promise<void> {
  const target = fs.mkdtempSync(path.join(base, 'check-'))
  const expected = lookAt(source)
  try {
    await using opened = await open(made)
    const newest = (await readHistory(opened)).snapshots.at(-1)
    if (newest?.document.sequence !== 3) return
    const { issueCount } = await restoreSnapshot(opened, newest.document, { target, subtree: source })
    const seen = lookAt(target)
    for (const [name, facts] of seen)
      if (!facts.startsWith('4')) assert.equal(facts, expected.get(name), `${name} was restored wrong`)
    if (issueCount === 0) assert.equal(seen.size, expected.size, 'a restore without issues is complete')
  } catch (error) {
    if (!isBackupError(error)) throw error
  } finally {
    fs.rmSync(target, { recursive: true, force: true })
  }
}

test('every flipped byte is found, located, and never restored as right', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, tinyTree)
  const random = seededRandom(testSeed())
  let flips = 0
  let wanted = 0
  for (const name of objectsOf(stage)) {
    const file = path.join(stage.made.folder, name)
    const bytes = fs.readFileSync(file)
    const isWanted = await isNeeded(stage, name)
    wanted += isWanted ? 1 : 0
    // The first header and frame header stand in the clear: each of their bytes matters, and none is authenticated by
    // itself.
    const clear = name.startsWith('packs/')
      ? [0, 8, 9, 10, 11, 12, 16, 32, 48, 49, 64, 96, 128, 132, 136, 137, 138, 140]
      : []
    const positions = isLong
      ? bytes.keys()
      : [...clear, ...Array.from({ length: FLIPS_PER_OBJECT }, () => Math.floor(random() * bytes.length))]
    for (const at of positions) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << Math.floor(random() * 8)
      fs.writeFileSync(file, flipped)
      const found = await findings(stage.made)
      assert.ok(found.said.length > 0, `a flip at byte ${at} of ${name} was not found`)
      if (isWanted) assertLocated(stage, found, { name, byte: at, bytes: bytes.length })
      if (flips % 7 === 0) await restoreIsNeverWrong(stage)
      flips += 1
    }
    fs.writeFileSync(file, bytes)
  }
  assert.deepEqual(await findings(stage.made), { said: [], hits: [] }, 'the repository is whole again')
  assert.ok(flips > 100 && wanted >= 4, `${flips} flips, ${wanted} objects with content`)
})

test('every truncated, emptied or deleted object is found', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, tinyTree)
  const forgets = await forgetsOf(stage.made)
  for (const name of objectsOf(stage)) {
    const file = path.join(stage.made.folder, name)
    const bytes = fs.readFileSync(file)
    for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 1]) {
      fs.writeFileSync(file, bytes.subarray(0, length))
      assert.ok((await findings(stage.made)).said.length > 0, `${name} cut to ${length} bytes was not found`)
    }
    fs.writeFileSync(file, bytes)
    await withoutAll(forgets.includes(file) ? forgets : [file], async () => {
      const { said, hits } = await findings(stage.made)
      if (!MAY_GO.some((folderName) => name.startsWith(`${folderName}/`)))
        assert.ok(said.length + hits.length > 0, `${name} was deleted unseen`)
      await restoreIsNeverWrong(stage)
    })
  }
})

test('swapped objects are found', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, tinyTree)
  let swaps = 0
  for (const kind of ['snapshots', 'index/data', 'index/meta', 'packs', 'records', 'deletes', 'keys']) {
    const files = objectsOf(stage)
      .filter((name) => name.startsWith(`${kind}/`))
      .map((name) => path.join(stage.made.folder, name))
    for (const [a, b] of files.flatMap((file, i) => files.slice(i + 1).map((other) => [file, other] as const))) {
      const [first, second] = [fs.readFileSync(a), fs.readFileSync(b)]
      // Two copies of one keyring are one object.
      if (first.equals(second)) continue
      fs.writeFileSync(a, second)
      fs.writeFileSync(b, first)
      assert.ok(
        (await findings(stage.made)).said.length > 0,
        `${path.basename(a)} and ${path.basename(b)} were swapped unseen`,
      )
      fs.writeFileSync(a, first)
      fs.writeFileSync(b, second)
      swaps += 1
    }
  }
  assert.ok(swaps > 10)
})

test('hiding the newest snapshot, or the whole past, is suspected by a client that has seen it', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, tinyTree)
  const snapshots = path.join(stage.made.folder, 'snapshots')
  const saved = fs
    .readdirSync(snapshots)
    .map((name) => [path.join(snapshots, name), fs.readFileSync(path.join(snapshots, name))] as const)
  for (const [file] of saved) fs.rmSync(file)
  assert.ok((await findings(stage.made)).said.some((line) => line.includes('ROLLBACK_SUSPECTED')))
  await assert.rejects(backup(stage.made, stage.source), failsWith('ROLLBACK_SUSPECTED'))
  for (const [file, bytes] of saved) fs.writeFileSync(file, bytes)
  assert.deepEqual((await findings(stage.made)).said, [])
})
