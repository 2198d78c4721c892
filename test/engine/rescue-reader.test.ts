// Goal: the rescue reader heeds what the format says beyond the way from a snapshot to its bytes: required features,
// signatures, key versions, kinds of objects. Method: a repository of the engine, changed in one place each; the
// reader's own rooms are asked.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { RescueError } from '../../rescue/bytes.ts'
import { Places } from '../../rescue/places.ts'
import { Store } from '../../rescue/store.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { sealPayload } from '../../src/engine/index.ts'
import { newConfig, type RepositoryConfig, writeConfig } from '../../src/engine/repository/config.ts'
import { changeKeyring } from '../../src/engine/repository/keyring.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  rawKey,
  sampleTree,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

async function backedUp(base: string): Promise<TestRepository> {
  sampleTree(path.join(base, 'source'), seededRandom(71))
  const made = await makeRepository(base)
  await backup(made, path.join(base, 'source'))
  return made
}

function rescue({ folder, kek }: TestRepository): Store {
  assert.ok(kek.kind === 'raw')
  return new Store(folder, { kind: 'raw', bytes: kek.key })
}

async function configured(made: TestRepository, change: Partial<RepositoryConfig>): Promise<void> {
  await using repository = await open(made)
  fs.rmSync(path.join(made.folder, 'config'), { recursive: true })
  await writeConfig(
    localStore(made.folder),
    { ...newConfig(repository.config.repositoryId, repository.config.createdAt), ...change },
    repository.keys.maintenance,
  )
}

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

test('what is required to read, and not known, is named; what is required to write or delete only is none of its business', async () => {
  for (const [change, named] of [
    [{ features: { read: ['isolate'], write: [], delete: [] } }, /isolate/],
    [{ aead: 'aes-512' }, /aes-512/],
    [{ hash: 'md5' }, /md5/],
    [{ kdf: 'none' }, /none/],
  ] as const) {
    using folder = temporaryDirectory()
    const made = await backedUp(folder.path)
    await configured(made, change as Partial<RepositoryConfig>)
    assert.throws(
      () => rescue(made),
      (error) => error instanceof RescueError && named.test(error.message) && error.exitCode === 1,
    )
  }
  using folder = temporaryDirectory()
  const made = await backedUp(folder.path)
  await configured(made, { features: { read: [], write: ['isolate'], delete: ['isolate'] } })
  assert.equal(rescue(made).snapshots().length, 1)
})

test('a configuration that was changed without the key is refused; one damaged copy is not needed', async () => {
  using folder = temporaryDirectory()
  const made = await backedUp(folder.path)
  const config = path.join(made.folder, 'config')
  const [first, ...others] = fs.readdirSync(config).map((name) => path.join(config, name))
  fs.writeFileSync(first!, 'rot')
  assert.equal(rescue(made).snapshots().length, 1)
  const forged = Buffer.from(
    fs.readFileSync(others[0]!).toString('latin1').replace('"createdAt":"2', '"createdAt":"1'),
    'latin1',
  )
  for (const file of fs.readdirSync(config)) fs.rmSync(path.join(config, file))
  fs.writeFileSync(path.join(config, `a-${sha(forged).toString('hex')}`), forged)
  assert.throws(() => rescue(made), /a signature does not verify/)
})

test('where no copy of the newest keyring can be read, the one before it opens and that is said; a wrong key stays wrong', async () => {
  using folder = temporaryDirectory()
  const made = await backedUp(folder.path)
  await using repository = await open(made)
  await changeKeyring(localStore(made.folder), repository.keys, {
    keks: [made.kek],
    now: new Date(0).toISOString(),
    add: { kek: rawKey(), label: 'second' },
  })
  const keys = path.join(made.folder, 'keys')
  const newest = fs.readdirSync(keys).filter((name) => name.startsWith('00000002-'))
  assert.equal(newest.length, 2)
  assert.throws(
    () => rescue({ ...made, kek: rawKey() }),
    (error) => error instanceof RescueError && error.exitCode === 12,
  )
  for (const name of newest) fs.writeFileSync(path.join(keys, name), 'rot')
  const store = rescue(made)
  assert.deepEqual([store.snapshots().length, store.notices.length], [1, 2])
})

test('a blob is looked up under the id key that its index segment names', () => {
  const keys = new Map([
    [1, randomBytes(32)],
    [2, randomBytes(32)],
  ])
  const id = randomBytes(32)
  const lookup = (version: number) => sha(Buffer.concat([keys.get(version)!, Buffer.alloc(32), id])).subarray(0, 16)
  const segment = (version: number, pack: number) =>
    Buffer.concat([
      Buffer.from([1, version, 0, 0, 0, 0, 1]),
      Buffer.alloc(32, pack),
      Buffer.from([100, 1, 40, 1]),
      lookup(version),
      Buffer.from([20]),
    ])
  const places = new Places(keys)
  places.addSegment(segment(1, 7))
  assert.deepEqual(
    places.of(id).map(({ pack }) => pack),
    ['07'.repeat(32)],
  )
  places.addSegment(segment(2, 8))
  assert.deepEqual(
    places.of(id).map(({ pack }) => pack.slice(0, 2)),
    ['07', '08'],
  )
  assert.throws(
    () => places.addSegment(Buffer.concat([Buffer.from([1, 3]), segment(2, 9).subarray(2)])),
    /id key 3 is of a later version/,
  )
})

test('an object of another type is no pack, and files of an application are counted', async () => {
  using folder = temporaryDirectory()
  const made = await backedUp(folder.path)
  await using repository = await open(made)
  const planted = sealPayload(ObjectType.INDEX_DATA, repository.keys.scope(), Buffer.from('planted'))
  const name = sha(planted).toString('hex')
  fs.mkdirSync(path.join(made.folder, 'packs', name.slice(0, 2)), { recursive: true })
  fs.writeFileSync(path.join(made.folder, 'packs', name.slice(0, 2), name), planted)
  fs.mkdirSync(path.join(made.folder, 'user/ab', 'ab'.repeat(32)), { recursive: true })
  const store = rescue(made)
  assert.throws(() => store.readPack(name, () => {}), /a pack is of another type/)
  assert.equal(store.userFiles(), 1)
})
