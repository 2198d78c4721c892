// Goal: a pruner that sleeps anywhere, while another one prunes, a writer backs up and the clock passes every deadline,
// loses nothing that is kept. Method: packs that have to be rewritten; freeze a prune before its n-th storage call, for
// every n (some, chosen by the seed, in the short form); let a second prune (and a backup) run from beginning to end,
// also a day later; wake the first, or let it die with that one call done. Then every byte is verified and every
// snapshot restored.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { freezing, withClock } from '../harness/freezing-store.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DAY_MS = 25 * 3600 * 1000
const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
  readonly kept: string
  readonly tree: Map<string, string>
  /** What was in the files that only the forgotten snapshot had. */
  readonly gone: ReadonlyMap<number, Buffer>
}

/** One snapshot that needs about half of each pack; the one that needed all of them is forgotten. */
async function makeStage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  fs.mkdirSync(source)
  for (let i = 0; i < 12; i += 1) fs.writeFileSync(path.join(source, `f${i}`), randomBytes(90_000))
  const made = await makeRepository(base)
  const first = await backup(made, source)
  const gone = new Map([0, 2, 4, 6, 8, 10].map((i) => [i, fs.readFileSync(path.join(source, `f${i}`))]))
  for (const i of gone.keys()) fs.rmSync(path.join(source, `f${i}`))
  const second = await backup(made, source)
  await using repository = await open(made)
  await forgetSnapshots(repository, await readHistory(repository), { names: [first.snapshot], by: 'test' })
  return { base, source, made, kept: second.snapshot, tree: lookAt(source), gone }
}

function copied(stage: Stage, to: string): Stage {
  fs.cpSync(stage.base, to, { recursive: true, preserveTimestamps: true })
  return {
    ...stage,
    base: to,
    made: { ...stage.made, folder: path.join(to, 'repository'), stateFolder: path.join(to, 'state') },
  }
}

async function pruned(made: TestRepository, aheadMs = 0): Promise<void> {
  await using repository = await open(made, withClock(localStore(made.folder), aheadMs))
  await prune(repository)
}

/** Returns false when the prune made fewer calls. */
async function frozenAt(template: Stage, plan: { at: number; dies: boolean; withBackup: boolean }): Promise<boolean> {
  using folder = temporaryDirectory()
  const stage = copied(template, folder.path)
  const sleeper = freezing(localStore(stage.made.folder), plan.at, plan.dies)
  const first = open(stage.made, sleeper.store)
    .then((repository) => prune(repository))
    .then(
      (result) => result,
      (error: unknown) => error,
    )
  if ((await Promise.race([sleeper.frozen.then(() => 'frozen' as const), first])) !== 'frozen') return false
  const why = `frozen before call ${plan.at}${plan.withBackup ? ', with a backup' : ''}`
  const made = plan.withBackup ? [(await backup(stage.made, stage.source, { type: 'FULL' })).snapshot] : []
  await pruned(stage.made)
  await pruned(stage.made, DAY_MS)
  sleeper.wake()
  await first
  await check(stage, [stage.kept, ...made], why)
  await pruned(stage.made)
  await pruned(stage.made, DAY_MS)
  await check(stage, [stage.kept, ...made], `${why}, pruned again`)
  return true
}

async function check(stage: Stage, names: readonly string[], why: string): Promise<void> {
  const present = await verified(stage.made).catch((error: unknown) => assert.fail(`${why}: ${String(error)}`))
  for (const snapshot of names) {
    assert.ok(present.includes(snapshot), why)
    assert.deepEqual(await restored(stage.made, stage.base, { snapshot, source: stage.source }), stage.tree, why)
  }
  await using repository = await open(stage.made)
  assert.deepEqual((await readHistory(repository)).rollbacks, [], why)
}

for (const dies of [false, true]) {
  test(`a pruner frozen anywhere${dies ? ', which dies after that call,' : ''} while another one works loses nothing`, async () => {
    using folder = temporaryDirectory()
    const stage = await makeStage(folder.path)
    const random = seededRandom(testSeed())
    let last = 0
    const step = () => (isLong ? 1 : 1 + Math.floor(random() * 4))
    for (let at = step(); await frozenAt(stage, { at, dies, withBackup: random() < 0.5 }); at += step()) last = at
    assert.ok(last > 25, `only ${last} calls`)
  })
}

test('an index segment that a sleeping pruner writes after its packs went leads nobody to them', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await using repository = await open(stage.made)
  const stale: Buffer[] = []
  for await (const { key } of repository.store.list('index/data/'))
    stale.push(await repository.readPayload(key, ObjectType.INDEX_DATA))
  await pruned(stage.made)
  for (const payload of stale)
    await repository.writePayload(payload, { type: ObjectType.INDEX_DATA, folder: 'index/data' })
  await check(stage, [stage.kept], 'with a stale segment')
  // What only the packs that went had is stored anew, not taken for known.
  for (let i = 0; i < 12; i += 2) fs.writeFileSync(path.join(stage.source, `f${i}`), stage.gone.get(i)!)
  const { snapshot, document } = await backup(stage.made, stage.source)
  assert.ok(document.summary.bytesAdded > 6 * 90_000)
  assert.deepEqual(await restored(stage.made, stage.base, { snapshot, source: stage.source }), lookAt(stage.source))
  await pruned(stage.made)
  await verified(stage.made)
})
