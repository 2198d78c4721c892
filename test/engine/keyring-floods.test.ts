// Goal: whatever stands beside the newest keyring, many older ones of ours or what somebody has put there, it is the one
// that opens; and where it can't be reached, nothing that it may have sealed is taken for a stranger's and removed.
// Method: 500 generations, floods of small objects, of giants and of both, real objects of all sizes that one may have.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { changeKeyring, prune, type Repository, repairRepository, verifyRepository } from '../../src/engine/index.ts'
import { publishKeyring } from '../../src/engine/repository/keyring-objects.ts'
import { withNewEpoch } from '../../src/engine/repository/open-keys.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { sha256 } from '../harness/garbage.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  lookAt,
  makeRepository,
  open,
  restored,
  sampleTree,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const NOW = '2026-11-23T00:00:00.000Z'
const MIB = 1024 * 1024

const keyOf = ({ kek }: TestRepository) =>
  kek.kind === 'raw' ? ({ kind: 'raw', bytes: kek.key } as const) : ({ kind: 'passphrase', text: kek.text } as const)

const hexOf = (generation: number) => generation.toString(16).padStart(8, '0')

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('keys') && !name.startsWith('.'))
    .sort()
}

/** A repository with a snapshot under the first epoch and one under the last. */
async function backedUpTwice(
  base: string,
  newKeys: (repository: Repository, made: TestRepository) => Promise<unknown>,
): Promise<{ readonly made: TestRepository; readonly source: string; readonly snapshot: string }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(3))
  const made = await makeRepository(base)
  await backup(made, source)
  {
    await using repository = await open(made)
    await newKeys(repository, made)
  }
  fs.writeFileSync(path.join(source, 'later'), 'sealed under the newest epoch')
  const { snapshot } = await backup(made, source)
  return { made, source, snapshot }
}

const newEpoch = ({ store, keys }: Repository, { kek }: TestRepository) =>
  changeKeyring(store, keys, { newEpoch: true, keks: [kek], now: NOW })

/** Each with an epoch more and as many recipients as there may be, as if there had been so many changes. */
async function publishMany({ store, keys }: Repository, folder: string, last: number): Promise<void> {
  const [own] = keys.recipients
  const others = Array.from({ length: 63 }, (_, i) => ({
    ...own!,
    id: i.toString(16).padStart(16, '0'),
    label: 'x'.repeat(1100),
    commitment: '0'.repeat(64),
  }))
  const quick = storeWith(store, {
    put: async (key, bytes) => {
      fs.writeFileSync(path.join(folder, key), bytes as Uint8Array)
      return { created: true } as never
    },
  })
  let { bundle } = keys
  for (let generation = 2; generation <= last; generation += 1) {
    bundle = withNewEpoch(bundle, NOW)
    await publishKeyring(quick, {
      repositoryId: keys.repositoryId.toString('hex'),
      generation,
      previous: null,
      now: NOW,
      recipients: [own!, ...others],
      keyringKey: keys.keyringKey,
      bundle,
    })
  }
}

function plantSmall(folder: string, count: number, generationOf: (i: number) => number): void {
  for (let i = 0; i < count; i += 1)
    fs.writeFileSync(path.join(folder, 'keys', `${hexOf(generationOf(i))}-a-${sha256(String(i))}`), String(i))
}

/** Holes but for their first bytes: they are read as so many zeros and take no room. */
function plantGiants(folder: string, count: number, generationOf: (i: number) => number): void {
  const bytes = Buffer.alloc(MIB)
  for (let i = 0; i < count; i += 1) {
    bytes.writeUInt32LE(i + 1)
    const file = path.join(folder, 'keys', `${hexOf(generationOf(i))}-a-${sha256(bytes)}`)
    fs.writeFileSync(file, bytes.subarray(0, 4))
    fs.truncateSync(file, MIB)
  }
}

test('of 500 generations that are more than is read together, the newest opens, and prune removes nothing of it', async () => {
  using folder = temporaryDirectory()
  const { made, source, snapshot } = await backedUpTwice(folder.path, (repository, { folder: at }) =>
    publishMany(repository, at, 500),
  )
  const stored = fs.readdirSync(path.join(made.folder, 'keys'))
  const bytes = stored.reduce((sum, name) => sum + fs.statSync(path.join(made.folder, 'keys', name)).size, 0)
  assert.ok(bytes > 64 * MIB, `${bytes} bytes of keyrings`)
  const before = filesBelow(made.folder)
  await using repository = await open(made)
  assert.deepEqual([repository.keys.generation, repository.keys.lost], [500, []])
  await prune(repository)
  assert.deepEqual(filesBelow(made.folder), before)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual([problems, hits], [[], []])
  assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
  const rescue = new Store(made.folder, keyOf(made))
  assert.deepEqual([rescue.snapshots().length, rescue.notices], [2, []])
})

const FLOODS: ReadonlyArray<readonly [string, (folder: string) => void]> = [
  ['6,000 small objects of one generation', (folder) => plantSmall(folder, 6000, () => 2 ** 32 - 1)],
  ['11,000 small objects of as many generations', (folder) => plantSmall(folder, 11_000, (i) => i + 3)],
  ['100 giants of one generation', (folder) => plantGiants(folder, 100, () => 2 ** 32 - 1)],
  ['100 giants of as many generations', (folder) => plantGiants(folder, 100, (i) => i + 3)],
  [
    'small objects and giants of one generation',
    (folder) => {
      plantSmall(folder, 6000, () => 2 ** 32 - 1)
      plantGiants(folder, 100, () => 2 ** 32 - 1)
    },
  ],
]

for (const [what, plant] of FLOODS)
  test(`${what} beside the keys keep nobody from the newest keyring`, async () => {
    using folder = temporaryDirectory()
    const { made, snapshot } = await backedUpTwice(folder.path, newEpoch)
    plant(made.folder)
    {
      await using repository = await open(made)
      assert.equal(repository.keys.generation, 2)
      await repository.readPayload(`snapshots/${snapshot}`, ObjectType.SNAPSHOT)
    }
    const rescue = new Store(made.folder, keyOf(made))
    assert.deepEqual(rescue.notices, [])
    assert.ok(rescue.snapshots().some(({ name }) => name === snapshot))
  })

function costOf(folder: string, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + 4096 + fs.statSync(path.join(folder, 'keys', name)).size, 0)
}

test('where the newest keyring is beyond what is read, nothing is a stranger’s, nothing is removed, and no key changes', async () => {
  using folder = temporaryDirectory()
  const { made, source, snapshot } = await backedUpTwice(folder.path, newEpoch)
  const keyrings = fs.readdirSync(path.join(made.folder, 'keys')).toSorted()
  const [first, second] = ['00000001-', '00000002-'].map((of) => keyrings.filter((name) => name.startsWith(of)))
  const newest = second!
  // Between the two: the smaller, older keyring is read, then these, and there is no room for the newest.
  const [low, high] = [first!, newest].map((names) => costOf(made.folder, names))
  const length = Math.floor((low! + high!) / 2) - 4096
  for (let i = 0; i < 2300; i += 1) {
    const text = String(i).padStart(length, ' ')
    fs.writeFileSync(path.join(made.folder, 'keys', `00000003-a-${sha256(text)}`), text)
  }
  plantGiants(made.folder, 60, (i) => i + 2 ** 31)
  // What may be left of one above it.
  const above = `00000003-b-${'0'.repeat(64)}`
  fs.writeFileSync(path.join(made.folder, 'keys', above), 'rotten')
  const before = filesBelow(made.folder)
  {
    await using repository = await open(made)
    assert.equal(repository.keys.generation, 1)
    assert.ok(newest.every((name) => repository.keys.lost.includes(`keys/${name}`)))
    await prune(repository).catch((error: unknown) => assert.ok(isBackupError(error), String(error)))
    await repairRepository(repository)
    assert.deepEqual(filesBelow(made.folder), before)
    const { problems } = await verifyRepository(repository)
    assert.ok(problems.some(({ object }) => object === `keys/${newest[0]}`))
    await assert.rejects(newEpoch(repository, made), failsWith('DAMAGED'))
    const rescue = new Store(made.folder, keyOf(made))
    assert.ok(rescue.remarks.every((line) => !line.includes('has not made it')))
    // Who gives up what can't be read gives up strangers', never the repository's own.
    await assert.rejects(repairRepository(repository, { forgetDamaged: true }), failsWith('DAMAGED'))
  }
  await using after = await open(made)
  assert.deepEqual([after.keys.generation, newest.length], [2, 2])
  assert.deepEqual(after.keys.lost, [`keys/${above}`], 'no record has named it yet')
  assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
})
