// Goal: whoever changes the keys while somebody else does loses nothing that was sealed meanwhile. Method: a change
// waits right before it publishes its keyring; another publishes one of the same generation, and a backup is made with
// it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { changeKeyring, repairRepository } from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { failsWith } from '../harness/refusal.ts'
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
import { stoppingAt } from '../harness/stopping-store.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** Names are random: of so many pairs some are in either order. */
const PAIRS = 8
const NOW = '2026-11-24T12:00:00.000Z'

async function rotated(made: TestRepository, store: ObjectStore = localStore(made.folder)): Promise<void> {
  await using repository = await open(made, store)
  await changeKeyring(store, repository.keys, { newEpoch: true, keks: [made.kek], now: NOW })
}

test('of two changes of the keys at once one is told, and what was sealed between them stays readable', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(3))
  const snapshots: string[] = []
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const stopped = stoppingAt(localStore(made.folder), 'keys/')
    const late = rotated(made, stopped.store)
    await stopped.reached
    await rotated(made)
    snapshots.push((await backup(made, source, { source: `${pair}` })).snapshot)
    stopped.go()
    await assert.rejects(late, failsWith('REPOSITORY_LOCKED'))
    snapshots.push((await backup(made, source, { source: `${pair}` })).snapshot)
  }
  await rotated(made)
  snapshots.push((await backup(made, source, { source: 'after' })).snapshot)
  assert.deepEqual((await verified(made)).sort(), snapshots.sort())
  assert.ok(made.kek.kind === 'raw')
  const rescue = new Store(made.folder, { kind: 'raw', bytes: made.kek.key })
  assert.deepEqual(
    rescue
      .snapshots()
      .map(({ name }) => name)
      .sort(),
    snapshots.sort(),
  )
  assert.deepEqual(rescue.notices, [])
})

test('one of two keyrings of one generation that can not be read counts as lost, and nothing of it goes unasked', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(3))
  const stopped = stoppingAt(localStore(made.folder), 'keys/')
  const late = rotated(made, stopped.store)
  await stopped.reached
  await rotated(made)
  const { snapshot } = await backup(made, source)
  stopped.go()
  await assert.rejects(late, failsWith('REPOSITORY_LOCKED'))
  const whole = path.join(folder.path, 'whole')
  fs.cpSync(made.folder, whole, { recursive: true })
  const names = fs.readdirSync(path.join(made.folder, 'keys')).filter((name) => name.startsWith('00000002'))
  // The lower name counts.
  const rival = names
    .map((name) => name.slice(-64))
    .sort()
    .at(-1)!
  const copies = names.filter((name) => name.endsWith(rival)).sort()
  assert.deepEqual([names.length, copies.length], [4, 2])
  for (const name of copies) fs.truncateSync(path.join(made.folder, 'keys', name), 40)
  const lost = copies.map((name) => `keys/${name}`)
  {
    await using repository = await open(made)
    assert.deepEqual(repository.keys.lost.toSorted(), lost)
    const { documentsLost } = await repairRepository(repository)
    // What was sealed under its epoch is named, too, where that is not the one in force.
    assert.deepEqual(documentsLost.filter((key) => key.startsWith('keys/')).toSorted(), lost)
  }
  await assert.rejects(rotated(made), failsWith('DAMAGED'))
  assert.ok(made.kek.kind === 'raw')
  const { remarks } = new Store(made.folder, { kind: 'raw', bytes: made.kek.key })
  assert.ok(
    remarks.some((line) => line.includes('of the same time')),
    remarks.join(),
  )
  for (const name of copies) fs.copyFileSync(path.join(whole, 'keys', name), path.join(made.folder, 'keys', name))
  assert.deepEqual(await verified(made), [snapshot])
})
