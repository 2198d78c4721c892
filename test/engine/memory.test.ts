// Goal: a client that has seen the newest snapshots, records, deletions and keys, by whatever it did, is never shown
// less without saying so. Method: a client that only reads; then each object that it has seen is hidden in turn, and an
// earlier copy of the whole repository is put back.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  changeKeyring,
  findSnapshot,
  forgetSnapshots,
  prune,
  RecordKind,
  Repository,
  readHistory,
  writeRecord,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { forgetsOf, withoutAll } from '../harness/every-kind.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** A second machine, which never writes: it remembers what it reads. */
function openReader(made: TestRepository): Promise<Repository> {
  const reader = { ...made, stateFolder: `${made.stateFolder}-reader` }
  return Repository.open(localStore(made.folder), [made.kek], {
    memory: () => stateOf(reader, { keys: { repositoryId: Buffer.alloc(16) } } as unknown as Repository),
  })
}

async function rollbacksOf(made: TestRepository): Promise<string[]> {
  try {
    await using repository = await openReader(made)
    return (await readHistory(repository)).rollbacks.map(({ message }) => message)
  } catch (error) {
    if (!isBackupError(error, 'ROLLBACK_SUSPECTED')) throw error
    return [error.message]
  }
}

/** Snapshots, a pin, a lifted hold and its replacement, a configuration, a deletion and a second keyring. */
async function make(base: string): Promise<TestRepository> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(17))
  const made = await makeRepository(base)
  const first = await backup(made, source)
  fs.appendFileSync(path.join(source, 'a/file-0.txt'), 'x'.repeat(50_000))
  const second = await backup(made, source)
  await using repository = await open(made)
  await forgetSnapshots(repository, await readHistory(repository), { names: [first.snapshot], by: 'test' })
  await prune(repository)
  await writeRecord(repository, { record: RecordKind.PIN, subject: second.snapshot, by: 'test', value: { reason: '' } })
  for (const value of [{ reason: 'one' }, null, { reason: 'two' }])
    await writeRecord(repository, { record: RecordKind.HOLD, subject: 'case', by: 'test', value })
  await writeRecord(repository, { record: RecordKind.CONFIGURATION, subject: 'nightly', by: 'test', value: {} })
  await changeKeyring(repository.store, repository.keys, {
    newEpoch: true,
    keks: [made.kek],
    now: '2026-11-23T00:00:00.000Z',
  })
  return made
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

test('a client that only reads suspects whatever is hidden from it later', async () => {
  using folder = temporaryDirectory()
  const made = await make(folder.path)
  assert.deepEqual(await rollbacksOf(made), [])
  let hidden = 0
  for (const place of ['snapshots', 'records', 'deletes']) {
    for (const file of filesBelow(path.join(made.folder, place))) {
      const bytes = fs.readFileSync(file)
      fs.rmSync(file)
      const isSuperseded = place === 'records' && (await isOld(made, file, bytes))
      const found = await rollbacksOf(made)
      assert.equal(found.length > 0, !isSuperseded, `${path.relative(made.folder, file)}: ${found.join()}`)
      fs.writeFileSync(file, bytes)
      hidden += 1
    }
  }
  const forgets = await forgetsOf(made)
  assert.equal(forgets.length, 2, 'a forget, and that it is finished')
  assert.ok((await withoutAll(forgets, () => rollbacksOf(made))).length > 0, 'without either the gap is seen')
  const keyring = filesBelow(path.join(made.folder, 'keys')).filter((file) =>
    path.basename(file).startsWith('00000002'),
  )
  const saved = keyring.map((file) => [file, fs.readFileSync(file)] as const)
  for (const file of keyring) fs.rmSync(file)
  assert.equal((await rollbacksOf(made)).length, 1)
  for (const [file, bytes] of saved) fs.writeFileSync(file, bytes)
  assert.deepEqual(await rollbacksOf(made), [])
  assert.ok(hidden >= 8)
})

/**
 * A hold's earlier generations may go: a newer one stands for them. Of a forget each of both names what was forgotten.
 */
async function isOld(made: TestRepository, file: string, bytes: Buffer): Promise<boolean> {
  fs.writeFileSync(file, bytes)
  await using repository = await open(made)
  const { allRecords } = await readHistory(repository)
  fs.rmSync(file)
  const { document } = allRecords.find(({ name }) => name === path.basename(file))!
  return document.record === RecordKind.FORGET || (document.record === RecordKind.HOLD && document.generation < 3)
}

test('where newer snapshots may be hidden, nobody is given the latest; by name they are', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(17))
  const made = await makeRepository(folder.path)
  const first = await backup(made, source)
  const second = await backup(made, source)
  assert.deepEqual(await rollbacksOf(made), [])
  fs.rmSync(path.join(made.folder, 'snapshots', second.snapshot))
  await using repository = await openReader(made)
  const history = await readHistory(repository)
  assert.throws(() => findSnapshot(history, 'latest'), failsWith('ROLLBACK_SUSPECTED'))
  assert.equal(findSnapshot(history, first.snapshot.slice(0, 8)).name, first.snapshot)
  await assert.rejects(prune(repository), failsWith('ROLLBACK_SUSPECTED'))
  assert.equal((await rollbacksOf(made)).length, 1, 'what is suspected is not what is remembered')
})
