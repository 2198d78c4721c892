// Goal: a writer that commits while a pruner looks around is safe: what the pruner removes, the writer knew of, or the
// pruner knew what the writer needs. Method: stores that stop a call until the other side has done its part put pruners
// and writers into the order that would lose something; then every byte is verified.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openWriterSession } from '../../src/engine/commit/index.ts'
import { readHistory, verifyRepository } from '../../src/engine/index.ts'
import type { LocalFiles, ObjectStore } from '../../src/storage/index.ts'
import { withClock } from '../harness/freezing-store.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  forget,
  localStore,
  makeRepository,
  open,
  pruned,
  type SavedSources,
  saveSources,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { type Stopped, seeing, stoppingAt } from '../harness/stopping-store.ts'
import { localWith, storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PAST_DEADLINE_MS = 25 * 3600 * 1000
/** A prune notes which snapshots are listed, reads them, and reads them again before it deletes. */
const SECOND_LOOK = 3

interface Stage extends SavedSources {
  readonly made: TestRepository
}

async function makeStage(base: string): Promise<Stage> {
  const made = await makeRepository(base)
  return { made, ...(await saveSources(made, base, [70, 71, 72])) }
}

/** A backup whose snapshot is not put before `go`. */
function lateBackup({ made }: Stage, source: string): Stopped & { readonly done: Promise<string> } {
  const stopped = stoppingAt(localStore(made.folder), 'snapshots/')
  return {
    ...stopped,
    done: backup(made, source, { store: stopped.store, source: 'late' }).then(({ snapshot }) => snapshot),
  }
}

/** A prune that stops before its tombstone is written, and dies right after. */
async function dyingPrune({ made }: Stage): Promise<{ readonly condemn: () => Promise<void> }> {
  const after = stoppingAt(localStore(made.folder), 'deletes/', 'after')
  const before = stoppingAt(after.store, 'deletes/')
  const others = new Set(sessionsOf(made))
  void pruned(made, before.store)
  await before.reached
  const own = sessionsOf(made).filter((name) => !others.has(name))
  const condemn = async () => {
    before.go()
    await after.reached
    // Whoever looks for the process of a session removes it when there is none.
    for (const name of own) fs.rmSync(path.join(made.folder, 'sessions', name))
  }
  return { condemn }
}

function sessionsOf({ folder }: TestRepository): string[] {
  return fs.existsSync(path.join(folder, 'sessions')) ? fs.readdirSync(path.join(folder, 'sessions')) : []
}

test('a snapshot that comes while a pruner reads keeps what another pruner has just condemned', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const { made, sources, snapshots } = stage
  // Something is condemned and waits, so that there is a second phase.
  const writing = await openWriterSession(await open(made), Buffer.alloc(16, 7))
  await forget(made, snapshots[1]!)
  await pruned(made)
  await writing[Symbol.asyncDispose]()
  let late: string | undefined
  const store = seeing(localStore(made.folder), { prefix: 'snapshots/', time: SECOND_LOOK }, async () => {
    const other = await dyingPrune(stage)
    const writer = lateBackup(stage, sources[0]!)
    await writer.reached
    writer.go()
    late = await writer.done
    await other.condemn()
  })
  const forgetting = seeing(store, { prefix: 'index/meta/', time: 2 }, () => forget(made, snapshots[0]!))
  await pruned(made, forgetting)
  assert.ok(late, 'the pruner looked twice')
  assert.ok((await verified(made)).includes(late))
})

test('a tombstone of a generation that a writer has seen may still be news to it', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const { made, sources, snapshots } = stage
  await forget(made, snapshots[1]!)
  const one = await dyingPrune(stage)
  await forget(made, snapshots[0]!)
  const other = await dyingPrune(stage)
  await one.condemn()
  const writer = lateBackup(stage, sources[0]!)
  await writer.reached
  await other.condemn()
  assert.deepEqual(
    fs.readdirSync(path.join(made.folder, 'deletes')).map((name) => Number.parseInt(name.slice(0, 16), 16)),
    [1, 1],
    'both are of one generation',
  )
  writer.go()
  const late = await writer.done
  assert.equal(fs.readdirSync(path.join(made.folder, 'confirms')).length, 1, 'the first attempt was taken back')
  await pruned(made)
  assert.ok((await verified(made)).includes(late))
})

/** A writer that has put its snapshot and not yet confirmed it when everything that it needs is deleted. */
async function sleeper(stage: Stage): Promise<Stopped & { readonly done: Promise<string> }> {
  const { made, sources, snapshots } = stage
  await forget(made, snapshots[0]!)
  const stopped = stoppingAt(localStore(made.folder), 'snapshots/', 'after')
  const before = stoppingAt(stopped.store, 'snapshots/')
  const done = backup(made, sources[0]!, { store: before.store, source: 'late' }).then(({ snapshot }) => snapshot)
  await before.reached
  await pruned(made)
  await pruned(made, withClock(localStore(made.folder), PAST_DEADLINE_MS))
  before.go()
  await stopped.reached
  return { ...stopped, done }
}

test('a snapshot whose writer is still open is not removed: it may become whole', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const writer = await sleeper(stage)
  await using repository = await open(stage.made)
  assert.equal((await readHistory(repository)).unfinished.length, 1)
  // It is judged; then another backup stores all of it again, and the writer wakes.
  const judge = stoppingAt(localStore(stage.made.folder), 'records/')
  const judged = pruned(stage.made, judge.store)
  await Promise.race([judge.reached, judged])
  await backup(stage.made, stage.sources[0]!, { source: 'other' })
  writer.go()
  const name = await writer.done
  judge.go()
  await judged
  assert.ok((await verified(stage.made)).includes(name))
})

test('a writer that slept until nobody waited for it any more is not believed', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const writer = await sleeper(stage)
  const sessions = path.join(stage.made.folder, 'sessions')
  const monthAgo = new Date(Date.now() - 31 * 24 * 3600 * 1000)
  for (const name of fs.readdirSync(sessions)) fs.utimesSync(path.join(sessions, name), monthAgo, monthAgo)
  await pruned(stage.made)
  assert.equal(fs.readdirSync(sessions).length, 0)
  await backup(stage.made, stage.sources[0]!, { source: 'other' })
  writer.go()
  const name = await writer.done
  assert.ok((await verified(stage.made)).includes(name), 'it has run again')
  await using repository = await open(stage.made)
  assert.deepEqual((await readHistory(repository)).rollbacks, [])
})

test('a checkpoint of a writer that slept through a deletion is not taken up', async () => {
  using folder = temporaryDirectory()
  const { made, sources, snapshots } = await makeStage(folder.path)
  const source = sources[0]!
  // More than may wait to be stored: the run is still under way when it is stopped.
  fs.writeFileSync(path.join(source, 'zz.bin'), randomBytes(40_000_000))
  const stop = new AbortController()
  const inner = localStore(made.folder)
  const reached = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  const publish: LocalFiles['publish'] = async (...args) => {
    reached.resolve()
    await going.promise
    await inner.local!.publish(...args)
  }
  const sleeping = backup(made, source, { store: localWith(inner, { publish }), source: 'late', signal: stop.signal })
  await reached.promise
  await forget(made, snapshots[0]!)
  await pruned(made)
  await pruned(made, withClock(localStore(made.folder), PAST_DEADLINE_MS))
  stop.abort()
  going.resolve()
  await assert.rejects(sleeping, failsWith('ABORTED'))
  assert.equal(fs.readdirSync(path.join(made.folder, 'checkpoints')).length, 1)
  await verified(made)
  const { snapshot } = await backup(made, source, { source: 'late' })
  assert.ok((await verified(made)).includes(snapshot))
})

test('files are not carried over from a snapshot that went while the writer read what there is', async () => {
  using folder = temporaryDirectory()
  const { made, sources, snapshots } = await makeStage(folder.path)
  const source = sources[0]!
  // Most directories are shared with another snapshot, so that the pack with the others stays where it is.
  for (let i = 0; i < 400; i += 1)
    fs.writeFileSync(path.join(source, 'a', `${i}-${randomBytes(40).toString('hex')}`), '')
  const parent = await backup(made, source, { source: 'late' })
  await backup(made, source, { source: 'other', filters: { excludePatterns: ['chunked.bin'] } })
  const store = seeing(localStore(made.folder), { prefix: 'confirms/', time: 1 }, async () => {
    for (const name of [snapshots[0]!, parent.snapshot]) await forget(made, name)
    await pruned(made)
    await pruned(made, withClock(localStore(made.folder), PAST_DEADLINE_MS))
  })
  const { snapshot } = await backup(made, source, { store, source: 'late' })
  assert.ok((await verified(made)).includes(snapshot))
})

test('a snapshot that was made before its run was claimed, and shows later, does not bring a forgotten run back', async () => {
  using folder = temporaryDirectory()
  const { made, sources } = await makeStage(folder.path)
  const local = localStore(made.folder)
  const past = new Date(Date.now() - 60_000)
  // What is written aside has the time of then when it is shown.
  const put: ObjectStore['put'] = async (key, ...rest) => {
    await local.put(key, ...rest)
    if (key.startsWith('snapshots/')) fs.utimesSync(path.join(made.folder, key), past, past)
  }
  const stopped = stoppingAt(storeWith(local, { put }), 'snapshots/')
  const run = { source: 'run', runId: 'nightly-1' }
  const late = backup(made, sources[0]!, { ...run, store: stopped.store })
  await stopped.reached
  await forget(made, (await backup(made, sources[0]!, run)).snapshot)
  stopped.go()
  await assert.rejects(late, failsWith('ALREADY_EXISTS'))
  await pruned(made)
  await using repository = await open(made)
  assert.ok((await readHistory(repository)).snapshots.every(({ document }) => document.runId === undefined))
})

test('verification beside a backup takes none of its packs for missing', async () => {
  using folder = temporaryDirectory()
  const { made, sources } = await makeStage(folder.path)
  const store = seeing(localStore(made.folder), { prefix: 'packs/', time: 1 }, async () => {
    fs.writeFileSync(path.join(sources[0]!, 'new.bin'), randomBytes(10_000))
    await backup(made, sources[0]!, { source: 'late' })
  })
  await using repository = await open(made, store)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual([...problems, ...hits], [])
})
