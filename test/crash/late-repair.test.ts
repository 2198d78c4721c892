// Goal: what is committed while somebody looks for damage stays, and the next backups read again what it may lack.
// Method: stores that stop a call put a repair, pruners and writers into the order that would lose something.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { dropDamage, readHistory, verifyRepository } from '../../src/engine/index.ts'
import { packKey } from '../../src/engine/repository/index.ts'
import { IndexClass, openIndex } from '../../src/engine/snapshot/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { withClock } from '../harness/freezing-store.ts'
import {
  backup,
  forget,
  localStore,
  makeRepository,
  open,
  pruned,
  type SavedSources,
  sampleTree,
  saveSources,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { stoppingAt } from '../harness/stopping-store.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PAST_DEADLINE_MS = 25 * 3600 * 1000

interface Stage extends SavedSources {
  readonly made: TestRepository
}

/** Two sources; a data pack of the first is gone. */
async function makeStage(base: string): Promise<Stage> {
  const made = await makeRepository(base)
  const first = await saveSources(made, base, [90])
  await using repository = await open(made)
  const { index } = await openIndex(repository, IndexClass.DATA)
  fs.rmSync(path.join(made.folder, packKey(index.packs[0]!.name)))
  const second = await saveSources(made, base, [91])
  return { made, sources: [...first.sources, ...second.sources], snapshots: [...first.snapshots, ...second.snapshots] }
}

function saved(made: TestRepository, source: string) {
  return backup(made, source, { source: path.basename(source) })
}

/** Damage is dropped; before that is said, something else happens. */
async function dropped(made: TestRepository, meanwhile: () => Promise<void>): Promise<void> {
  const stopped = stoppingAt(localStore(made.folder), 'deletes/')
  await using repository = await open(made, stopped.store)
  const dropping = dropDamage(repository, Buffer.alloc(16, 9))
  await stopped.reached
  await meanwhile()
  stopped.go()
  assert.equal((await dropping).packs.length, 1)
}

/** Packs of directories. */
async function packsOf(made: TestRepository): Promise<string[]> {
  await using repository = await open(made)
  return (await openIndex(repository, IndexClass.META)).index.packs.map(({ name }) => name)
}

async function hitSnapshots(made: TestRepository): Promise<string[]> {
  await using repository = await open(made)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual(problems, [])
  return hits.map(({ snapshot }) => snapshot)
}

test('a snapshot that is committed while damage is looked for stays, whatever it lacks', async () => {
  using folder = temporaryDirectory()
  const { made, sources } = await makeStage(folder.path)
  let late = ''
  await dropped(made, async () => {
    late = (await saved(made, sources[0]!)).snapshot
  })
  await pruned(made)
  await using repository = await open(made)
  assert.ok((await readHistory(repository)).snapshots.some(({ name }) => name === late))
})

test('a loss is newer than whatever was read before it was said', async () => {
  using folder = temporaryDirectory()
  const { made, sources, snapshots } = await makeStage(folder.path)
  await dropped(made, async () => {
    await forget(made, snapshots[1]!)
    await pruned(made)
    await pruned(made, withClock(localStore(made.folder), PAST_DEADLINE_MS))
    await saved(made, sources[0]!)
  })
  const { snapshot } = await saved(made, sources[0]!)
  assert.ok(!(await hitSnapshots(made)).includes(snapshot), 'its files were read again')
  await pruned(made)
  assert.ok(!(await hitSnapshots(made)).includes(snapshot))
})

test('damage takes no snapshot away, although a prune was under way when it was committed', async () => {
  using folder = temporaryDirectory()
  const { made, sources, snapshots } = await makeStage(folder.path)
  await dropped(made, () => Promise.resolve())
  const stopped = stoppingAt(localStore(made.folder), 'deletes/')
  await using repository = await open(made)
  await forget(made, snapshots[1]!)
  const pruning = pruned(made, stopped.store)
  await stopped.reached
  const known = new Set(await packsOf(made))
  fs.writeFileSync(path.join(sources[0]!, 'new.txt'), 'new')
  const { snapshot } = await saved(made, sources[0]!)
  const added = (await packsOf(made)).filter((name) => !known.has(name))
  stopped.go()
  await pruning
  for (const name of added) fs.rmSync(path.join(made.folder, packKey(name)))
  await assert.rejects(pruned(made), (error) => isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND'))
  assert.ok((await readHistory(repository)).snapshots.some(({ name }) => name === snapshot))
})

test('of two copies of some data the one whose pack is gone is not the one that prune keeps', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(97))
  const stopped = stoppingAt(localStore(made.folder), 'index/')
  const first = backup(made, source, { store: stopped.store, source: 'first' })
  await stopped.reached
  await backup(made, source, { source: 'second' })
  stopped.go()
  await first
  await using repository = await open(made)
  const { index } = await openIndex(repository, IndexClass.DATA)
  fs.rmSync(path.join(made.folder, packKey(index.packs[0]!.name)))
  await pruned(made)
  assert.deepEqual(await hitSnapshots(made), [])
})

test('what can not be read for a while is not what was given up', async () => {
  using folder = temporaryDirectory()
  const { made, sources } = await makeStage(folder.path)
  const source = sources[1]!
  const known = new Set(await packsOf(made))
  // A directory that makes up nearly all of its pack, and is reached from another.
  for (let i = 0; i < 12; i += 1) fs.writeFileSync(path.join(source, 'a', randomBytes(125).toString('hex')), '')
  fs.writeFileSync(path.join(source, 'a', 'only-here.bin'), randomBytes(300_000))
  await saved(made, source)
  const wide = (await packsOf(made)).find((name) => !known.has(name))!
  fs.writeFileSync(path.join(source, 'top.txt'), 'top')
  const { snapshot } = await saved(made, source)
  await dropped(made, () => Promise.resolve())
  const file = path.join(made.folder, packKey(wide))
  const away = path.join(folder.path, 'away')
  fs.renameSync(file, away)
  await assert.rejects(pruned(made), (error) => isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND'))
  fs.renameSync(away, file)
  await pruned(made)
  assert.ok(!(await hitSnapshots(made)).includes(snapshot))
})
