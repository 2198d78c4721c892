// Goal: a writer that sleeps anywhere while everything that it could rely on is condemned and deleted leaves no
// confirmed hole. Method: freeze the backup before its n-th storage call, for every n; forget all snapshots, prune, and
// prune again with the store's clock past the deadline; then wake the writer, or let it die with that one call done.
// Every snapshot that counts restores whole, the repository is clean, and the rescue reader counts the same snapshots
// and finds no damage either.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { verifyAll } from '../../rescue/verify.ts'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { freezing, withClock } from '../harness/freezing-store.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  sampleTree,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PAST_DEADLINE_MS = 25 * 3600 * 1000

/** Returns the names that were forgotten: the writer's own may be among them. */
async function deleteEverything(repository: TestRepository): Promise<string[]> {
  await using opened = await open(repository)
  const history = await readHistory(opened)
  await forgetSnapshots(opened, history, { names: history.snapshots.map(({ name }) => name), by: 'test' })
  await prune(opened)
  await using later = await open(repository, withClock(localStore(repository.folder), PAST_DEADLINE_MS))
  await prune(later)
  return history.snapshots.map(({ name }) => name)
}

/** Returns false when the backup made fewer calls. */
async function freezeAt(template: string, run: { at: number; dies: boolean; test: TestRepository }): Promise<boolean> {
  using folder = temporaryDirectory()
  fs.cpSync(template, folder.path, { recursive: true, preserveTimestamps: true })
  const repository: TestRepository = {
    ...run.test,
    folder: path.join(folder.path, 'repository'),
    stateFolder: path.join(folder.path, 'state'),
  }
  const source = path.join(template, 'source')
  const { store, frozen, wake } = freezing(localStore(repository.folder), run.at, run.dies)
  const done = backup(repository, source, { store }).then(
    ({ snapshot }) => snapshot,
    (error: unknown) => error,
  )
  const first = await Promise.race([frozen.then(() => 'frozen' as const), done])
  if (first !== 'frozen') return false
  const forgotten = await deleteEverything(repository)
  wake()
  const outcome = await done
  if (!run.dies) assert.equal(typeof outcome, 'string', `the writer ends well: ${String(outcome)}`)
  const present = await verified(repository)
  assertRescueAgrees(repository, present)
  if (typeof outcome === 'string' && !forgotten.includes(outcome)) assert.ok(present.includes(outcome))
  for (const snapshot of present)
    assert.deepEqual(
      await restored(repository, folder.path, { snapshot, source }),
      lookAt(source),
      `frozen before call ${run.at}`,
    )
  // Its process is this one: others would find it gone.
  if (run.dies) fs.rmSync(path.join(repository.folder, 'sessions'), { recursive: true, force: true })
  await usableAfterwards(repository, { source, base: folder.path })
  return true
}

function assertRescueAgrees({ folder, kek }: TestRepository, present: readonly string[]): void {
  assert.ok(kek.kind === 'raw')
  const store = new Store(folder, { kind: 'raw', bytes: kek.key })
  const snapshots = store.snapshots()
  assert.deepEqual(
    snapshots.filter(({ state }) => state === 'complete').map(({ name }) => name),
    present,
  )
  const { objects, paths } = verifyAll(store, snapshots)
  assert.deepEqual([objects, [...paths]], [[], []])
}

async function usableAfterwards(
  repository: TestRepository,
  { source, base }: { source: string; base: string },
): Promise<void> {
  const next = await backup(repository, source)
  await using opened = await open(repository)
  await prune(opened)
  assert.deepEqual(await restored(repository, base, { snapshot: next.snapshot, source }), lookAt(source))
  const history = await readHistory(opened)
  assert.deepEqual(
    [history.unfinished.length, history.rollbacks.length],
    [0, 0],
    'nothing is left over, nothing is suspected',
  )
}

for (const dies of [false, true]) {
  test(`a writer frozen before any storage call${dies ? ', which dies after it,' : ''} leaves no confirmed hole`, async () => {
    using folder = temporaryDirectory()
    const source = path.join(folder.path, 'source')
    sampleTree(source, seededRandom(11))
    const repository = await makeRepository(folder.path)
    await backup(repository, source)
    fs.appendFileSync(path.join(source, 'a/file-0.txt'), 'changed')
    let stops = 0
    for (let at = 1; await freezeAt(folder.path, { at, dies, test: repository }); at += 1) stops += 1
    assert.ok(stops > 15, `only ${stops} calls`)
  })
}
