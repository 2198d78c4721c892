// Goal: a writer that can only put, get and list backs up, saves checkpoints, goes on from them, takes back what it could
// not confirm and changes records; what it would have removed counts for nothing, and a pruner with more rights removes
// it. Method: a store that refuses every delete, over files and over objects alone.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { openSessions, openWriterSession, retractSnapshot } from '../../src/engine/commit/index.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { findSnapshot, prune, RecordKind, readHistory, verifyRepository, writeRecord } from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { putOnly } from '../harness/put-only-store.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  type TestRepository,
} from '../harness/repository.ts'
import { storeWith, withoutLocal } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const KIB = 1024
const STORES: Readonly<Record<string, (made: TestRepository) => ObjectStore>> = {
  files: ({ folder }) => localStore(folder),
  objects: ({ folder }) => withoutLocal(localStore(folder)),
}

function writeFiles(folder: string, count: number): void {
  for (let i = 0; i < count; i += 1) {
    const place = path.join(folder, `d${Math.floor(i / 10)}`)
    fs.mkdirSync(place, { recursive: true })
    fs.writeFileSync(path.join(place, `f${i}`), randomBytes(8 * KIB))
  }
}

const namesIn = ({ folder }: TestRepository, name: string): string[] =>
  fs.existsSync(path.join(folder, name)) ? fs.readdirSync(path.join(folder, name)).sort() : []

/** A run that is stopped once it has saved a checkpoint by itself. False where it was done before. */
async function isStopped(made: TestRepository, source: string, store: ObjectStore): Promise<boolean> {
  const controller = new AbortController()
  const counting = storeWith(store, {
    put: async (key, ...rest) => {
      if (key.startsWith('checkpoints/')) controller.abort()
      await store.put(key, ...rest)
    },
  })
  const options = { packBytes: 512 * KIB, checkpointMs: 1, signal: controller.signal, store: counting }
  return await backup(made, source, options).then(
    () => false,
    (error: unknown) => failsWith('ABORTED')(error),
  )
}

/** Of a tree that is large enough for it: how fast a machine is nobody knows. */
async function stoppedRun(base: string, storeOf: (made: TestRepository) => ObjectStore) {
  for (let files = 300; ; files *= 2) {
    const place = path.join(base, String(files))
    fs.mkdirSync(place)
    const made = await makeRepository(place)
    const source = path.join(place, 'source')
    writeFiles(source, files)
    for (let runs = 1; runs <= 4 && (await isStopped(made, source, storeOf(made))); runs += 1)
      if ((await filesReached(made)) > 0) return { made, source, runs }
  }
}

async function filesReached(made: TestRepository): Promise<number> {
  await using repository = await open(made)
  const { filesNew = 0, filesUnmodified = 0 } =
    (await readHistory(repository)).checkpoints.at(-1)?.document.summary ?? {}
  return filesNew + filesUnmodified
}

function keyOf({ kek }: TestRepository) {
  assert.ok(kek.kind === 'raw')
  return { kind: 'raw' as const, bytes: Buffer.from(kek.key) }
}

for (const [name, storeOf] of Object.entries(STORES))
  test(`${name}: backed up, stopped, resumed and backed up again without a delete; then a prune leaves no litter`, async () => {
    using folder = temporaryDirectory()
    const refused: string[] = []
    const { made, source, runs } = await stoppedRun(folder.path, (each) => putOnly(storeOf(each), refused))
    const store = () => putOnly(storeOf(made), refused)
    assert.ok(namesIn(made, 'checkpoints').length > runs, 'one by itself, and one when it was stopped')
    {
      await using repository = await open(made)
      const history = await readHistory(repository)
      assert.equal(history.checkpoints.length, runs, 'of each run the newest alone is a partial point')
      assert.equal(new Store(made.folder, keyOf(made)).snapshots().length, runs)
      assert.deepEqual(await openSessions(repository, { sweep: false }), [], 'nobody is at work')
    }
    const { document, snapshot } = await backup(made, source, { store: store() })
    assert.ok(document.summary.filesUnmodified > 0, 'it went on from the checkpoint')
    fs.writeFileSync(path.join(source, 'more'), 'more')
    const again = await backup(made, source, { store: store() })
    assert.ok(
      refused.some((key) => key.startsWith('sessions/')) && refused.some((key) => key.startsWith('checkpoints/')),
    )
    {
      await using repository = await open(made)
      const history = await readHistory(repository)
      assert.deepEqual([history.snapshots.length, history.checkpoints.length], [2, 0])
      assert.equal(new Store(made.folder, keyOf(made)).snapshots().length, 2)
      assert.deepEqual((await verifyRepository(repository, { readShare: 1 })).notices, [])
      await prune(repository)
    }
    assert.deepEqual([namesIn(made, 'checkpoints'), namesIn(made, 'sessions')], [[], []])
    assert.deepEqual(await restored(made, folder.path, { snapshot: again.snapshot, source }), lookAt(source))
    assert.equal(namesIn(made, 'snapshots').includes(snapshot), true)
  })

test('a snapshot that is taken back counts for nothing though it is there, and a prune removes it', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const source = path.join(folder.path, 'source')
  writeFiles(source, 3)
  const { snapshot } = await backup(made, source)
  const store = putOnly(localStore(made.folder))
  await using repository = await open(made, store)
  const { document } = findSnapshot(await readHistory(repository), 'latest')
  const signer = repository.keys.writer(Buffer.alloc(16, 9))
  const writer = signer.id.toString('hex')
  // Never confirmed: something was condemned since.
  const later = { ...document, writer, sequence: 1, previous: null, deleteGeneration: 0 }
  const put = async () => repository.writeDocument(later, { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer })
  await repository.writeDocument(
    { kind: 'tombstone', generation: 1, previous: [], packs: ['a'.repeat(64)], indexes: [], marked: {}, at: 1 },
    {
      type: ObjectType.DELETE,
      folder: 'deletes',
      prefix: `${'1'.padStart(16, '0')}-`,
      signer: repository.keys.maintenance,
    },
  )
  const taken = await put()
  await retractSnapshot(repository, { name: taken, document: later, signer })
  assert.ok(namesIn(made, 'snapshots').includes(taken))
  const history = await readHistory(repository)
  assert.deepEqual([history.snapshots.map(({ name }) => name), history.rollbacks], [[snapshot], []])
  {
    await using pruner = await open(made)
    await prune(pruner)
  }
  assert.deepEqual(namesIn(made, 'snapshots'), [snapshot])
})

test('of two records of one generation none can be removed: the one that was acknowledged counts', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  for (let round = 0; round < 4; round += 1) {
    const subject = `${round}`.repeat(64)
    const store = putOnly(localStore(made.folder))
    let isFirst = true
    // The other looks before this one is there, and is told that its record is in force.
    const racing = storeWith(store, {
      put: async (key, ...rest) => {
        if (isFirst && key.startsWith('records/')) {
          isFirst = false
          await using other = await open(made)
          await writeRecord(other, { record: RecordKind.PIN, subject, by: 'other', value: { reason: 'acknowledged' } })
        }
        await store.put(key, ...rest)
      },
    })
    await using repository = await open(made, racing)
    const change = { record: RecordKind.PIN, subject, by: 'late', value: { reason: 'late' }, generation: 1 }
    await assert.rejects(writeRecord(repository, change), failsWith('ALREADY_EXISTS'))
    const { records } = await readHistory(repository)
    const pin = records.find(({ document }) => document.subject === subject)!
    assert.deepEqual(pin.document.value, { reason: 'acknowledged' })
  }
})

test('the end of a session is said by its own writer alone', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  await using repository = await open(made)
  await using session = await openWriterSession(repository, Buffer.alloc(16, 1))
  const signer = repository.keys.writer(Buffer.alloc(16, 2))
  const ended = { kind: 'ended', session: session.key.slice(-64), writer: signer.id.toString('hex') }
  await repository.writeDocument(ended, { type: ObjectType.SESSION, folder: 'sessions', signer })
  const open_ = await openSessions(repository, { sweep: true })
  assert.deepEqual(
    open_.map(({ key }) => key),
    [session.key],
  )
})
