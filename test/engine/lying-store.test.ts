// Goal: whatever a store of another machine answers wrongly, once and at whatever call, costs nothing that was committed
// and makes no damage: the work ends well, or with the error of a store that fails. Method: each work over a store that
// tells one lie, for each lie at some of the calls (chosen by the seed; the long form at all of them); then the honest
// store is verified byte by byte, and what was committed is restored.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import {
  changeKeyring,
  copySnapshots,
  dropDamage,
  forgetSnapshots,
  prune,
  Repository,
  readHistory,
  repairRepository,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { backup, faults, makeStage, open, restored, type Stage, stateFor } from '../harness/far-stage.ts'
import { Lie, lyingStore } from '../harness/lying-store.ts'
import { type MemoryObjects, MemoryStore } from '../harness/memory-store.ts'
import { lookAt } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'
/** Calls from one lie to the next. */
const STEP_MAX = 60
const FIRST_MAX = 8

interface Ready extends Stage {
  /** Both are committed; the first may be forgotten. */
  readonly first: string
  readonly second: string
  /** What the second gives back. */
  readonly expected: ReadonlyMap<string, string>
}

type Change = (store: ObjectStore) => ObjectStore

/** Rejects with what the store says, or resolves with what is wrong: nothing. */
type Work = (ready: Ready, lying: Change) => Promise<readonly string[]>

const none = (_: unknown): readonly string[] => []

const WORKS: Readonly<Record<string, Work>> = {
  backup: (ready, lying) => backup(ready, lying).then(none),
  verify: faults,
  restore: async (ready, lying) => {
    const back = await restored(ready, ready.second, lying)
    // A file whose bytes did not come is named with the store's failure, not as damaged.
    if (back instanceof Map) assert.deepEqual(back, ready.expected)
    return back instanceof Map ? [] : back.filter((each) => each.includes('DAMAGED'))
  },
  'forget and prune': async ({ first, ...ready }, lying) => {
    await using repository = await open(ready, lying)
    await forgetSnapshots(repository, await readHistory(repository), { names: [first], by: 'test' })
    await prune(repository)
    return []
  },
  repair: async (ready, lying) => {
    await using repository = await open(ready, lying)
    const { packs } = await repairAll(repository, ready)
    return packs.map((each) => `gave up ${each}`)
  },
  'key rotation': async (ready, lying) => {
    await using repository = await open(ready, lying)
    const now = '2026-11-23T00:00:00.000Z'
    await changeKeyring(repository.store, repository.keys, { newEpoch: true, keks: [ready.kek], now })
    return []
  },
  'copy from it': (ready, lying) => copied(ready, { from: lying }),
  'copy into it': (ready, lying) => copied(ready, { to: lying }),
}

/** Whatever comes of it, what is in the target is whole. */
async function copied(
  ready: Ready,
  lying: { readonly from?: Change; readonly to?: Change },
): Promise<readonly string[]> {
  const objects: MemoryObjects = new Map()
  const target = { ...ready, base: path.join(ready.base, 'copy'), objects, connect: () => new MemoryStore(objects) }
  await using _made = await Repository.create(target.connect(), ready.kek, 'test')
  const copying = async () => {
    await using from = await open(ready, lying.from)
    await using to = await open(target, lying.to)
    const { snapshots } = await readHistory(from)
    await copySnapshots(from, to, { snapshots, state: stateFor(target, to) })
  }
  const [result] = await Promise.allSettled([copying()])
  assert.deepEqual(await faults(target), [])
  if (result.status === 'rejected') throw result.reason
  return []
}

async function repairAll(repository: Awaited<ReturnType<typeof open>>, ready: Ready) {
  await repairRepository(repository)
  using writer = stateFor(ready, repository).claimWriter()
  return await dropDamage(repository, writer.id)
}

/** Two snapshots, of which the second has neither all nor only what the first has. */
async function makeReady(base: string): Promise<Ready> {
  const stage = await makeStage(base)
  const first = await backup(stage)
  fs.rmSync(path.join(stage.source, 'b/c'), { recursive: true })
  fs.writeFileSync(path.join(stage.source, 'a/new.txt'), 'new'.repeat(5000))
  const second = await backup(stage)
  return { ...stage, first, second, expected: lookAt(stage.source) }
}

/** The same with objects and memory of its own. */
function copyOf(ready: Ready, base: string): Ready {
  const objects: MemoryObjects = new Map(ready.objects)
  fs.cpSync(path.join(ready.base, 'state'), path.join(base, 'state'), { recursive: true })
  return { ...ready, base, objects, connect: () => new MemoryStore(objects) }
}

/** False when the work got to its end before the lie. */
async function lieOnce(ready: Ready, work: Work, plan: { readonly at: number; readonly lie: Lie }): Promise<boolean> {
  using folder = temporaryDirectory()
  const mine = copyOf(ready, folder.path)
  let hasLied = () => false
  const lying: Change = (inner) => {
    const made = lyingStore(inner, plan)
    hasLied = made.hasLied
    return made.store
  }
  const where = `${plan.lie} at call ${plan.at}`
  try {
    assert.deepEqual(await work(mine, lying), [], where)
  } catch (error) {
    if (!isBackupError(error)) throw error
    assert.ok(['STORAGE_FAILED', 'STORAGE_LATE'].includes(error.code), `${where}: ${error.code} ${error.stack}`)
  }
  if (!hasLied()) return false
  assert.deepEqual(await faults(mine), [], where)
  return true
}

const folder = temporaryDirectory()
const random = seededRandom(testSeed())
let ready: Ready

before(async () => {
  ready = await makeReady(folder.path)
})

after(() => folder[Symbol.dispose]())

for (const [name, work] of Object.entries(WORKS)) {
  test(`a lie of the store at any call costs nothing and makes no damage: ${name}`, async () => {
    let lies = 0
    for (const lie of Object.values(Lie)) {
      const step = () => (isLong ? 1 : 1 + Math.floor(random() * STEP_MAX))
      const first = isLong ? 1 : 1 + Math.floor(random() * FIRST_MAX)
      for (let at = first; await lieOnce(ready, work, { at, lie }); at += step()) lies += 1
    }
    assert.ok(lies > 0, 'some lie was told')
  })
}
