// Goal: of one scheduled run one snapshot counts, however often and by whomever it is run. Method: two backups with the
// same run id, the first frozen before (or killed at) its n-th storage call for every n while the second runs from
// beginning to end; then one snapshot counts, it restores whole, and prune leaves no other. The same on a store that
// can't create if absent.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { forgetSnapshots, prune, readHistory, repairRepository, verifyRepository } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { faultyStore } from '../harness/faulty-store.ts'
import { freezing } from '../harness/freezing-store.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backedUpSample,
  backup,
  localStore,
  lookAt,
  open,
  restored,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RUN = 'clinic-daily.2026-11-23t02-00'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

interface Stage {
  readonly base: string
  readonly source: string
  readonly repository: TestRepository
  /** The same repository, as another machine sees it. */
  readonly elsewhere: TestRepository
}

async function makeStage(base: string): Promise<Stage> {
  const { source, repository } = await backedUpSample(base, 31)
  fs.appendFileSync(path.join(source, 'a/file-0.txt'), 'changed')
  return { base, source, repository, elsewhere: { ...repository, stateFolder: path.join(base, 'elsewhere') } }
}

/** The repository in a copy of its stage, and the same as another machine sees it. */
function copied({ base, source, repository }: Stage, to: string): Stage {
  fs.cpSync(base, to, { recursive: true, preserveTimestamps: true })
  const copy = { ...repository, folder: path.join(to, 'repository'), stateFolder: path.join(to, 'state') }
  return { base: to, source, repository: copy, elsewhere: { ...copy, stateFolder: path.join(to, 'elsewhere') } }
}

const plain = (folder: string): ObjectStore => localStore(folder)
const withoutClaims = (folder: string): ObjectStore => {
  const inner = localStore(folder)
  return storeWith(inner, { capabilities: { ...inner.capabilities, createIfAbsent: false } })
}

/** Exactly one snapshot of the run counts and restores whole. Returns its name. */
async function assertOnce({ base, source, repository }: Stage, why: string): Promise<string> {
  await verified(repository)
  const found = await countingNames(repository)
  assert.equal(found.length, 1, why)
  assert.deepEqual(rescued(repository), found, `${why}: the rescue reader`)
  assert.deepEqual(await restored(repository, base, { snapshot: found[0]!, source }), lookAt(source), why)
  return found[0]!
}

async function countingNames(repository: TestRepository): Promise<string[]> {
  await using opened = await open(repository)
  const { snapshots, rollbacks } = await readHistory(opened)
  assert.deepEqual(rollbacks, [])
  return snapshots.filter(({ document }) => document.runId === RUN).map(({ name }) => name)
}

/** What the rescue reader lists of the run. */
function rescued({ folder, kek }: TestRepository): string[] {
  assert.ok(kek.kind === 'raw')
  const store = new Store(folder, { kind: 'raw', bytes: kek.key })
  return store
    .snapshots()
    .filter(({ body, state }) => state === 'complete' && body.runId?.startsWith(RUN))
    .map(({ name }) => name)
}

async function pruned(repository: TestRepository): Promise<void> {
  await using opened = await open(repository)
  await prune(opened)
  await prune(opened)
}

/** Returns false when the first backup made fewer calls. */
async function frozenAt(
  template: Stage,
  plan: { at: number; dies: boolean; makeStore: (folder: string) => ObjectStore },
): Promise<boolean> {
  using folder = temporaryDirectory()
  const stage = copied(template, folder.path)
  const { store, frozen, wake } = freezing(plan.makeStore(stage.repository.folder), plan.at, plan.dies)
  const first = backup(stage.repository, stage.source, { store, runId: RUN, type: 'FULL' }).then(
    (result) => result,
    (error: unknown) => error,
  )
  if ((await Promise.race([frozen.then(() => 'frozen' as const), first])) !== 'frozen') return false
  const second = await backup(stage.elsewhere, stage.source, {
    store: plan.makeStore(stage.repository.folder),
    runId: RUN,
    type: 'FULL',
  })
  wake()
  const outcome = await first
  const why = `frozen before call ${plan.at}`
  const counting = await assertOnce(stage, why)
  assert.ok(
    second.isRepeat || second.snapshot === counting || plan.makeStore === withoutClaims,
    `${why}: what was committed and claimed stays`,
  )
  if (!plan.dies)
    assert.equal(
      (outcome as { snapshot?: string }).snapshot,
      counting,
      `${why}: the first learns which snapshot counts (${String(outcome)})`,
    )
  const stored = () => fs.readdirSync(path.join(stage.repository.folder, 'snapshots')).length
  if (plan.makeStore === plain && !plan.dies) assert.equal(stored(), 2, `${why}: the first took its own back`)
  await pruned(stage.repository)
  assert.equal(await assertOnce(stage, `${why}, after prune`), counting)
  if (plan.makeStore === plain) assert.equal(stored(), 2, `${why}: prune leaves no second snapshot of the run`)
  return true
}

for (const [what, makeStore] of [
  ['', plain],
  [' on a store that can not create if absent', withoutClaims],
] as const) {
  for (const dies of [false, true]) {
    test(`a run beside one that sleeps anywhere${dies ? ' and dies' : ''} counts once${what}`, async () => {
      using folder = temporaryDirectory()
      const stage = await makeStage(folder.path)
      let stops = 0
      const step = makeStore === plain || isLong ? 1 : 2
      for (let at = 1; await frozenAt(stage, { at, dies, makeStore }); at += step) stops += step
      assert.ok(stops > 15, `only ${stops} calls`)
    })
  }
}

test('a run that was stopped anywhere and run again counts once', async () => {
  using template = temporaryDirectory()
  const made = await makeStage(template.path)
  let stops = 0
  for (const mode of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      using folder = temporaryDirectory()
      const stage = copied(made, folder.path)
      const faulty = faultyStore(localStore(stage.repository.folder), { at, mode })
      await backup(stage.repository, stage.source, { store: faulty.store, runId: RUN, type: 'FULL' }).catch(() => {})
      if (!faulty.hasFired()) break
      stops += 1
      const again = await backup(stage.elsewhere, stage.source, { runId: RUN, type: 'FULL' })
      assert.equal(again.snapshot, await assertOnce(stage, `stopped at call ${at} (${mode})`))
    }
  }
  assert.ok(stops > 20, `only ${stops} stops`)
  assert.equal(fs.readdirSync(path.join(made.repository.folder, 'snapshots')).length, 1)
})

test('a run whose snapshot was forgotten does not come back', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  // Sleeps at the PUT of its snapshot, and dies after it: nothing tells that it was too late.
  for (const dies of [false, true]) {
    const before = fs.readdirSync(path.join(stage.repository.folder, 'snapshots')).length
    const sleeper = sleepingAtSnapshot(localStore(stage.repository.folder), dies)
    const first = backup(stage.repository, stage.source, {
      store: sleeper.store,
      runId: `${RUN}.${dies}`,
      type: 'FULL',
    }).then(
      () => 'committed',
      (error: unknown) => error,
    )
    await sleeper.frozen
    const second = await backup(stage.elsewhere, stage.source, { runId: `${RUN}.${dies}`, type: 'FULL' })
    await using opened = await open(stage.repository)
    await forgetSnapshots(opened, await readHistory(opened), { names: [second.snapshot], by: 'test' })
    sleeper.wake()
    const outcome = await first
    if (!dies) assert.ok(isBackupError(outcome, 'ALREADY_EXISTS'), String(outcome))
    const { snapshots } = await readHistory(opened)
    assert.equal(snapshots.filter(({ document }) => document.runId === `${RUN}.${dies}`).length, 0)
    assert.deepEqual(rescued(stage.repository), [])
    await assert.rejects(
      backup(stage.repository, stage.source, { runId: `${RUN}.${dies}` }),
      failsWith('ALREADY_EXISTS'),
    )
    await pruned(stage.repository)
    assert.equal(fs.readdirSync(path.join(stage.repository.folder, 'snapshots')).length, before)
    await verified(stage.repository)
  }
})

/** Waits before the PUT of a snapshot; with `dies`, every call after that PUT fails. */
function sleepingAtSnapshot(
  inner: ObjectStore,
  dies: boolean,
): { store: ObjectStore; frozen: Promise<void>; wake: () => void } {
  const frozen = Promise.withResolvers<void>()
  const woken = Promise.withResolvers<void>()
  let isGone = false
  const store = storeWith(inner, {
    put: async (key, body, options) => {
      if (isGone) throw new Error('gone')
      if (key.startsWith('snapshots/')) {
        // The claim must be older than the snapshot by more than the clock's grain.
        frozen.resolve()
        await woken.promise
        await new Promise((resolve) => setTimeout(resolve, 20))
        isGone = dies
      }
      return inner.put(key, body, options)
    },
    list: (prefix, options) => {
      if (isGone) throw new Error('gone')
      return inner.list(prefix, options)
    },
  })
  return { store, frozen: frozen.promise, wake: () => woken.resolve() }
}

test('a claim of another run, or a damaged one, decides nothing and is named; repair takes it away', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const first = await backup(stage.repository, stage.source, { runId: RUN })
  await backup(stage.repository, stage.source, { runId: 'other' })
  const claims = path.join(stage.repository.folder, 'commits')
  fs.copyFileSync(path.join(claims, 'other'), path.join(claims, RUN))
  await using opened = await open(stage.repository)
  const found = await verifyRepository(opened)
  assert.deepEqual(
    found.problems.map(({ object }) => object),
    [`commits/${RUN}`],
  )
  assert.equal((await backup(stage.elsewhere, stage.source, { runId: RUN })).snapshot, first.snapshot)
  const { documentsRemoved } = await repairRepository(opened)
  assert.deepEqual(documentsRemoved, [`commits/${RUN}`])
  assert.deepEqual((await verifyRepository(opened)).problems, [])
  assert.deepEqual(await countingNames(stage.repository), [first.snapshot])
})

test('a run id that is no storage key is refused', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  for (const runId of ['', '.hidden', 'UPPER', 'a/b', 'x'.repeat(129)])
    await assert.rejects(backup(stage.repository, stage.source, { runId }), failsWith('USAGE'))
})
