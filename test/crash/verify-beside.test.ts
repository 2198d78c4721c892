// Goal: a verification never calls damage what another process does meanwhile, and still finds what is damaged. Method:
// a verification that sleeps before its n-th call to the store, or before it reads its first pack, for every n, while a
// forget and a prune run from beginning to end; then the same beside a prune that sleeps in the middle.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { prune, type VerifyResult, verifyRepository } from '../../src/engine/index.ts'
import { freezing } from '../harness/freezing-store.ts'
import { forget, localStore, open, pruned, type TestRepository } from '../harness/repository.ts'
import { callsOfOpening, copyOf, makeStage } from '../harness/stage.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const clean = ({ problems, hits }: VerifyResult) => ({ problems, hits })

async function verifiedAsleep(made: TestRepository, at: number, meanwhile: () => Promise<void>) {
  const { store, frozen, wake } = freezing(localStore(made.folder), at, false)
  const verifying = (async () => {
    await using repository = await open(made, store)
    return await verifyRepository(repository, { readShare: 1 })
  })()
  const wasFrozen = await Promise.race([frozen.then(() => true), verifying.then(() => false)])
  if (wasFrozen) await meanwhile()
  wake()
  return { result: await verifying, wasFrozen }
}

test('a forget and a prune at any moment of a verification are no damage', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(path.join(folder.path, 'stage'))
  const opening = await callsOfOpening(stage.made)
  let moments = 0
  for (let at = opening + 1, isOn = true; isOn; at += 1) {
    const each = copyOf(stage, path.join(folder.path, String(at)))
    const { result, wasFrozen } = await verifiedAsleep(each.made, at, async () => {
      await forget(each.made, each.first)
      await pruned(each.made)
    })
    assert.deepEqual(clean(result), { problems: [], hits: [] }, `asleep before call ${at}`)
    fs.rmSync(each.base, { recursive: true })
    isOn = wasFrozen
    moments += 1
  }
  assert.ok(moments > 20, `${moments} moments`)
})

test('beside a prune that sleeps anywhere nothing is damaged, whatever it does next', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(path.join(folder.path, 'stage'))
  await forget(stage.made, stage.first)
  for (let at = (await callsOfOpening(stage.made)) + 1, isOn = true; isOn; at += 3) {
    const each = copyOf(stage, path.join(folder.path, String(at)))
    const { store, frozen, wake } = freezing(localStore(each.made.folder), at, false)
    const pruning = (async () => {
      await using repository = await open(each.made, store)
      await prune(repository)
    })()
    isOn = await Promise.race([frozen.then(() => true), pruning.then(() => false)])
    {
      await using repository = await open(each.made)
      const result = await verifyRepository(repository, {
        readShare: 1,
        // In the middle of the reading the pruner goes on to its end.
        onProgress: () => wake(),
      })
      assert.deepEqual(clean(result), { problems: [], hits: [] }, `the pruner asleep before call ${at}`)
    }
    wake()
    await pruning
    fs.rmSync(each.base, { recursive: true })
  }
})

test('what is damaged is found beside a prune too', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(path.join(folder.path, 'stage'))
  const packs = fs
    .readdirSync(path.join(stage.made.folder, 'packs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/'))
    .map((name) => path.join(stage.made.folder, 'packs', name))
  const bytes = (file: string) => fs.statSync(file).size
  const [largest = ''] = packs.sort((a, b) => bytes(b) - bytes(a))
  const descriptor = fs.openSync(largest, 'r+')
  fs.writeSync(descriptor, randomBytes(64), 0, 64, 300)
  fs.closeSync(descriptor)
  const { result } = await verifiedAsleep(stage.made, (await callsOfOpening(stage.made)) + 12, async () => {
    await forget(stage.made, stage.first)
  })
  assert.ok(result.problems.some(({ object }) => largest.endsWith(object)))
  assert.ok(result.hits.length > 0)
})
