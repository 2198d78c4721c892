// Goal: clocks that are wrong may only delay a deletion: set ahead or back, on this machine or by the store, they take
// nothing away from an open writer. Method: a writer's session is open when a prune condemns packs; the clocks are then
// moved, and another prune is asked to finish.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openWriterSession } from '../../src/engine/commit/index.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { withClock } from '../harness/freezing-store.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  sampleTree,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { storeWith, withoutLocal } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const HOUR_MS = 3600 * 1000

/** Two snapshots, the first forgotten: a part of the packs is needed by nobody. A writer is at work. */
async function stage(base: string): Promise<{ made: TestRepository; writer: AsyncDisposable }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(51))
  const made = await makeRepository(base)
  const first = await backup(made, source)
  fs.rmSync(path.join(source, 'chunked.bin'))
  await backup(made, source)
  const repository = await open(made)
  const writer = await openWriterSession(repository, Buffer.alloc(16, 7))
  await forgetSnapshots(repository, await readHistory(repository), { names: [first.snapshot], by: 'test' })
  return { made, writer }
}

async function pruned(
  made: TestRepository,
  change: (inner: ObjectStore) => ObjectStore = (inner) => inner,
): Promise<{ deleted: number; waiting: number }> {
  await using repository = await open(made, change(localStore(made.folder)))
  const { packsDeleted, packsWaiting } = await prune(repository)
  return { deleted: packsDeleted, waiting: packsWaiting }
}

const dateOnly = (aheadMs: number) => (inner: ObjectStore) =>
  storeWith(inner, { nowMs: async () => (await inner.nowMs()) + aheadMs })
/** A store that has no other clock than its own. */
const remote = (aheadMs: number) => (inner: ObjectStore) => withoutLocal(dateOnly(aheadMs)(inner))

test('while a writer is open only a day that really passed lets packs go', async () => {
  using folder = temporaryDirectory()
  const { made, writer } = await stage(folder.path)
  const { deleted, waiting } = await pruned(made)
  assert.ok(deleted === 0 && waiting > 0, 'the writer may rely on them')
  assert.equal((await pruned(made, dateOnly(25 * HOUR_MS))).deleted, 0, 'a date that was set ahead is no time')
  assert.equal((await pruned(made, dateOnly(-HOUR_MS))).deleted, 0, 'a date that was set back tells nothing')
  assert.equal((await pruned(made, (inner) => withClock(inner, 23 * HOUR_MS))).deleted, 0)
  assert.ok((await pruned(made, (inner) => withClock(inner, 25 * HOUR_MS))).deleted > 0)
  await verified(made)
  await writer[Symbol.asyncDispose]()
})

test('a store with a clock of its own is believed ahead, not back', async () => {
  using folder = temporaryDirectory()
  const { made, writer } = await stage(folder.path)
  assert.equal((await pruned(made, remote(0))).deleted, 0)
  assert.equal((await pruned(made, remote(-HOUR_MS))).deleted, 0)
  assert.ok((await pruned(made, remote(25 * HOUR_MS))).deleted > 0)
  await verified(made)
  await writer[Symbol.asyncDispose]()
})

test('a clock that has gone back since something was condemned tells nothing of anything', async () => {
  using folder = temporaryDirectory()
  const { made, writer } = await stage(folder.path)
  assert.equal((await pruned(made, remote(0))).deleted, 0)
  await using repository = await open(made)
  const { deleteLog } = await readHistory(repository)
  // As if it had been written while the clock was two days ahead.
  const at = Date.now() + 48 * HOUR_MS
  const entry = {
    kind: 'tombstone',
    generation: deleteLog.newestGeneration + 1,
    previous: deleteLog.heads,
    at,
    deadline: at + 24 * HOUR_MS,
    packs: [],
    indexes: [],
    marked: {},
  }
  const prefix = `${entry.generation.toString(16).padStart(16, '0')}-`
  await repository.writeDocument(entry, {
    type: ObjectType.DELETE,
    folder: 'deletes',
    signer: repository.keys.maintenance,
    prefix,
  })
  assert.equal((await pruned(made, remote(30 * HOUR_MS))).deleted, 0)
  assert.ok((await pruned(made, remote(80 * HOUR_MS))).deleted > 0)
  await writer[Symbol.asyncDispose]()
})

test('when the writer ends, packs go at once; a dead writer of this machine counts as ended, one elsewhere does not', async () => {
  using folder = temporaryDirectory()
  const { made, writer } = await stage(folder.path)
  assert.equal((await pruned(made)).deleted, 0)
  await writer[Symbol.asyncDispose]()
  assert.ok((await pruned(made)).deleted > 0)
  using other = temporaryDirectory()
  const second = await stage(other.path)
  await second.writer[Symbol.asyncDispose]()
  await using repository = await open(second.made)
  const session = {
    kind: 'session',
    writer: '07'.repeat(16),
    host: 'elsewhere',
    bootId: 'another/1',
    pid: 4_194_305,
    processStart: '1',
    startedAt: '',
  }
  const name = await repository.writeDocument(session, {
    type: ObjectType.SESSION,
    folder: 'sessions',
    signer: repository.keys.writer(Buffer.alloc(16, 7)),
  })
  assert.equal((await pruned(second.made)).deleted, 0)
  // After 30 days nobody waits for it any more.
  const old = new Date(Date.now() - 31 * 24 * HOUR_MS)
  fs.utimesSync(path.join(second.made.folder, 'sessions', name), old, old)
  assert.ok((await pruned(second.made)).deleted > 0)
  assert.ok(!fs.existsSync(path.join(second.made.folder, 'sessions', name)))
})

test('packs of a writer of whom nothing is known go after a day, and not before', async () => {
  using folder = temporaryDirectory()
  const { made, writer } = await stage(folder.path)
  const orphan = path.join(made.folder, 'packs/ab', `ab${'0'.repeat(62)}`)
  fs.mkdirSync(path.dirname(orphan), { recursive: true })
  fs.writeFileSync(orphan, 'a pack that no index names')
  await pruned(made)
  assert.ok(fs.existsSync(orphan))
  const dayAgo = new Date(Date.now() - 25 * HOUR_MS)
  fs.utimesSync(orphan, dayAgo, dayAgo)
  for (const name of fs.readdirSync(path.join(made.folder, 'sessions')))
    fs.utimesSync(path.join(made.folder, 'sessions', name), dayAgo, dayAgo)
  await pruned(made)
  await pruned(made, (inner) => withClock(inner, 25 * HOUR_MS))
  assert.ok(!fs.existsSync(orphan))
  await verified(made)
  await writer[Symbol.asyncDispose]()
})
