// Goal: a worker thread that dies fails its run, with nothing half-done left to rely on; what was stored before is
// whole, and the next run succeeds. Method: end the worker when the n-th message goes to it, in a backup, a
// verification and a prune that each have enough to do for two threads.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { forgetSnapshots, prune, readHistory, verifyRepository } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { endingAt } from '../harness/ending-worker.ts'
import { backup, lookAt, makeRepository, open, restored, type TestRepository, verified } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
  readonly snapshot: string
  readonly tree: Map<string, string>
}

async function stage(base: string, bigBytes: number): Promise<Stage> {
  const source = path.join(base, 'source')
  for (let i = 0; i < 40; i += 1) {
    fs.mkdirSync(path.join(source, `d${i}`), { recursive: true })
    for (let k = 0; k < 20; k += 1) fs.writeFileSync(path.join(source, `d${i}`, `f${k}`), randomBytes(60_000))
  }
  fs.writeFileSync(path.join(source, 'big'), randomBytes(bigBytes))
  const made = await makeRepository(base)
  const { snapshot } = await backup(made, source, { packBytes: 4 * MIB })
  return { base, source, made, snapshot, tree: lookAt(source) }
}

async function assertWhole({ base, made, snapshot, source, tree }: Stage): Promise<void> {
  assert.ok((await verified(made)).includes(snapshot))
  assert.deepEqual(await restored(made, base, { snapshot, source }), tree)
}

test('a backup whose worker dies fails, and leaves no snapshot', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path, 24 * MIB)
  let deaths = 0
  for (const at of [1, 2, 5, 12, 25]) {
    using ending = endingAt(at)
    const before = fs.readdirSync(path.join(made.made.folder, 'snapshots')).length
    const outcome = await backup(made.made, made.source, {
      type: 'FULL',
      workers: 1,
      packBytes: MIB,
      source: `other ${at}`,
    }).then(
      () => 'committed',
      (error: unknown) => error,
    )
    if (ending.ended() === 0) continue
    deaths += 1
    assert.ok(
      isBackupError(outcome, 'WORKER_LOST'),
      `the worker died at message ${at}, and the run says ${String(outcome)}`,
    )
    assert.equal(fs.readdirSync(path.join(made.made.folder, 'snapshots')).length, before)
  }
  assert.ok(deaths >= 3, `only ${deaths} deaths`)
  await assertWhole(made)
  const next = await backup(made.made, made.source, { type: 'FULL', workers: 1 })
  assert.deepEqual(await restored(made.made, folder.path, { snapshot: next.snapshot, source: made.source }), made.tree)
})

test('a verification whose worker dies says so and is not called clean; a prune deletes nothing that is needed', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path, 96 * MIB)
  {
    await using repository = await open(made.made)
    // How to verify, and the first pack: more may never come where the thread is slow to start.
    using ending = endingAt(2)
    const outcome = await verifyRepository(repository, { readShare: 1 }).then(
      (result) => result,
      (error: unknown) => error,
    )
    assert.ok(ending.ended() > 0, 'verification had a worker')
    assert.ok(isBackupError(outcome, 'WORKER_LOST'), `a verification without its worker: ${String(outcome)}`)
  }
  for (let i = 0; i < 40; i += 2) fs.rmSync(path.join(made.source, `d${i}`), { recursive: true })
  const second = await backup(made.made, made.source)
  const kept = { ...made, snapshot: second.snapshot, tree: lookAt(made.source) }
  await using repository = await open(made.made)
  await forgetSnapshots(repository, await readHistory(repository), { names: [made.snapshot], by: 'test' })
  {
    using ending = endingAt(1)
    const outcome = await prune(repository).then(
      (result) => result,
      (error: unknown) => error,
    )
    assert.ok(ending.ended() > 0, `prune had a worker (${JSON.stringify(outcome)})`)
    assert.ok(isBackupError(outcome, 'WORKER_LOST'), `a prune without its worker: ${String(outcome)}`)
  }
  await assertWhole(kept)
  await prune(repository)
  await assertWhole(kept)
})
