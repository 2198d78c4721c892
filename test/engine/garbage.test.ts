// Goal: whatever stands in a repository's folder without its key locks nothing: every command opens, works and says what
// it found; repair never multiplies it; the rescue reader reads on. Method: plant it in every folder of a repository
// that holds an object of every kind, then use the repository.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import {
  changeKeyring,
  forgetSnapshots,
  parseKek,
  prune,
  RecordKind,
  Repository,
  readHistory,
  repairRepository,
  verifyRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { everyKind } from '../harness/every-kind.ts'
import {
  plantForeignNames,
  plantHashed,
  plantKeyrings,
  plantObjectsOf,
  plantOddFiles,
  sha256,
} from '../harness/garbage.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024

const mkfifo = (file: string) => void execFileSync('mkfifo', [file])

const keyOf = ({ kek }: TestRepository) =>
  kek.kind === 'raw' ? ({ kind: 'raw', bytes: kek.key } as const) : ({ kind: 'passphrase', text: kek.text } as const)

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

/** Every kind of work, each of which has to end as if the garbage were not there. */
async function useAll(base: string, made: TestRepository, source: string): Promise<void> {
  fs.writeFileSync(path.join(source, 'new'), `new ${Math.random()}`)
  const { snapshot } = await backup(made, source)
  assert.deepEqual(await restored(made, base, { snapshot, source }), lookAt(source))
  await using repository = await open(made)
  const pin = { record: RecordKind.PIN, subject: snapshot, by: 'test', value: { reason: '' } }
  await writeRecord(repository, pin)
  const history = await readHistory(repository)
  assert.deepEqual(history.rollbacks, [])
  const oldest = history.snapshots.find(
    ({ name }) => !history.records.some(({ document }) => document.subject === name),
  )
  if (oldest) await forgetSnapshots(repository, history, { names: [oldest.name], by: 'test' })
  await prune(repository)
  await repairRepository(repository)
  await prune(repository)
  const { hits, problems } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual(hits, [])
  assert.ok(!problems.some(({ what }) => what.includes('missing')), JSON.stringify(problems))
  const store = new Store(made.folder, keyOf(made))
  assert.ok(store.snapshots().some(({ name }) => name === snapshot))
}

async function otherRepository(base: string, made: TestRepository): Promise<TestRepository> {
  const folder = path.join(base, 'other')
  const other = { folder, kek: made.kek, stateFolder: path.join(base, 'other-state') }
  await using _other = await Repository.create(localStore(folder), made.kek, 'test')
  sampleTree(path.join(base, 'other-source'), seededRandom(5))
  await backup(other, path.join(base, 'other-source'))
  return other
}

const PLANTS: ReadonlyArray<readonly [string, (base: string, made: TestRepository) => Promise<void> | void]> = [
  ['objects that hash to their names and are nothing', (_, made) => plantHashed(made.folder)],
  ['foreign names, and folders in the place of objects', (_, made) => plantForeignNames(made.folder)],
  ['pipes, links and sparse giants', (_, made) => plantOddFiles(made.folder, mkfifo)],
  [
    "another repository's objects, made with the same key",
    async (base, made) => plantObjectsOf(await otherRepository(base, made), made.folder),
  ],
  [
    'keyrings that nobody signed',
    async (_, made) => {
      await using repository = await open(made)
      plantKeyrings(made.folder, repository.config.repositoryId, { n: 2 ** 20, p: 4 })
    },
  ],
]

for (const [what, plant] of PLANTS) {
  test(`${what} stop nothing, are named, and are never multiplied`, async () => {
    using folder = temporaryDirectory()
    const { made, source } = await everyKind(folder.path, sampleTree)
    const before = filesBelow(made.folder)
    await plant(folder.path, made)
    const planted = filesBelow(made.folder).filter((file) => !before.includes(file))
    {
      await using repository = await open(made)
      const { problems, notices } = await verifyRepository(repository, { readShare: 1 })
      const named = new Set([...problems, ...notices].map(({ object }) => object))
      const inFolders = planted.filter((file) => !/^(packs|parity)\//.test(file))
      assert.deepEqual(
        inFolders.filter((file) => !named.has(file)),
        [],
        'each is named',
      )
    }
    await useAll(folder.path, made, source)
    const copies = (file: string) => filesBelow(made.folder).filter((each) => each.endsWith(file.slice(-64))).length
    for (const file of planted) {
      const was = planted.filter((each) => each.endsWith(file.slice(-64))).length
      assert.ok(copies(file) <= was, `${file} was multiplied`)
    }
  })
}

test('missing and damaged copies of configuration and keys are written again, from what is signed here alone', async () => {
  using folder = temporaryDirectory()
  const { made } = await everyKind(folder.path, sampleTree)
  const whole = ['config', 'keys'].flatMap((each) =>
    filesBelow(path.join(made.folder, each)).map((file) => `${each}/${file}`),
  )
  plantHashed(made.folder)
  plantObjectsOf(await otherRepository(folder.path, made), made.folder)
  for (const file of whole.filter((each) => /[bc]-/.test(each.slice(0, -64))))
    if (file.startsWith('keys')) fs.rmSync(path.join(made.folder, file))
    else fs.writeFileSync(path.join(made.folder, file), 'rot')
  const garbage = filesBelow(made.folder).length
  await using repository = await open(made)
  const { copiesRestored } = await repairRepository(repository)
  assert.deepEqual(copiesRestored.toSorted(), whole.filter((each) => /[bc]-/.test(each.slice(0, -64))).toSorted())
  assert.ok(filesBelow(made.folder).length <= garbage + copiesRestored.length)
})

test('with both copies of the newest keyring damaged the one below opens, and says so', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(3))
  const made = await makeRepository(folder.path)
  const { snapshot } = await backup(made, source)
  {
    await using repository = await open(made)
    await changeKeyring(repository.store, repository.keys, {
      newEpoch: true,
      keks: [made.kek],
      now: '2026-11-23T00:00:00.000Z',
    })
  }
  const newest = fs.readdirSync(path.join(made.folder, 'keys')).filter((name) => name.startsWith('00000002'))
  for (const name of newest) fs.truncateSync(path.join(made.folder, 'keys', name), 40)
  await using repository = await open(made)
  assert.equal(repository.keys.generation, 1)
  assert.deepEqual(repository.keys.lost.toSorted(), newest.map((name) => `keys/${name}`).toSorted())
  const { problems } = await verifyRepository(repository)
  assert.deepEqual(
    problems.map(({ what }) => what),
    newest.map(() => 'is damaged, and may have been the newest keyring'),
  )
  assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
  const rescue = new Store(made.folder, keyOf(made))
  assert.equal(rescue.snapshots().length, 1)
  assert.ok(rescue.remarks.some((line) => line.includes('newer keyring')))
  // Nobody gives them up unasked.
  const { documentsLost } = await repairRepository(repository)
  assert.deepEqual(documentsLost.toSorted(), newest.map((name) => `keys/${name}`).toSorted())
  await repairRepository(repository, { forgetDamaged: true })
  await using after = await open(made)
  assert.deepEqual(after.keys.lost, [])
})

test('packs that somebody has put there are named by verify, and are no damage', async () => {
  using folder = temporaryDirectory()
  const { made } = await everyKind(folder.path, sampleTree)
  const keys = ['x', 'y'.repeat(5000), ''].map((bytes) => {
    const name = sha256(bytes)
    fs.mkdirSync(path.join(made.folder, 'packs', name.slice(0, 2)), { recursive: true })
    fs.writeFileSync(path.join(made.folder, 'packs', name.slice(0, 2), name), bytes)
    return `packs/${name.slice(0, 2)}/${name}`
  })
  await using repository = await open(made)
  const { problems, notices } = await verifyRepository(repository)
  assert.deepEqual(problems, [])
  const strange = notices.filter(({ object, isStranger }) => isStranger && object.startsWith('packs/'))
  assert.deepEqual(strange.map(({ object }) => object).toSorted(), keys.toSorted())
})

test('a lost keyring that is given up takes with it what it alone opened, and verify finds nothing more', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await everyKind(folder.path, sampleTree)
  const newest = fs.readdirSync(path.join(made.folder, 'keys')).filter((name) => name.startsWith('00000002'))
  for (const name of newest) fs.truncateSync(path.join(made.folder, 'keys', name), 40)
  {
    await using repository = await open(made)
    assert.equal(repository.keys.lost.length, newest.length)
    const before = filesBelow(made.folder)
    await repairRepository(repository)
    const left = new Set(filesBelow(made.folder))
    assert.deepEqual(
      before.filter((file) => !left.has(file)),
      [],
      'nothing goes unasked',
    )
    await repairRepository(repository, { forgetDamaged: true })
  }
  await using after = await open(made)
  const { problems, hits } = await verifyRepository(after, { readShare: 1 })
  assert.deepEqual([problems, hits], [[], []])
  // By one that remembers nothing of what is lost.
  const { snapshot } = await backup({ ...made, stateFolder: path.join(folder.path, 'other-state') }, source)
  assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
})

test('a client that has seen the newest keyring is told, whether it was taken away or only damaged', async () => {
  for (const spoil of [fs.rmSync, (file: string) => fs.writeFileSync(file, '')]) {
    using folder = temporaryDirectory()
    const source = path.join(folder.path, 'source')
    sampleTree(source, seededRandom(3))
    const made = await makeRepository(folder.path)
    await backup(made, source)
    {
      await using repository = await open(made)
      await changeKeyring(repository.store, repository.keys, {
        newEpoch: true,
        keks: [made.kek],
        now: '2026-11-23T00:00:00.000Z',
      })
    }
    {
      await using repository = await open(made)
      stateOf(made, repository).remember({ keyGeneration: 2, deleteGeneration: 0, writers: {} })
    }
    for (const name of fs.readdirSync(path.join(made.folder, 'keys')))
      if (name.startsWith('00000002')) spoil(path.join(made.folder, 'keys', name))
    const suspected = (error: unknown) => isBackupError(error, 'ROLLBACK_SUSPECTED')
    await assert.rejects(async () => {
      await using repository = await Repository.open(localStore(made.folder), [made.kek], {
        memory: (id) => ({
          heads: () => (id ? { keyGeneration: 2, deleteGeneration: 0, writers: {} } : undefined),
          remember: () => {},
        }),
      })
      await changeKeyring(repository.store, repository.keys, {
        newEpoch: true,
        keks: [made.kek],
        now: '2026-11-23T00:00:00.000Z',
      })
    }, suspected)
    await assert.rejects(backup(made, source), suspected)
  }
})

test('a key that was removed is refused, although older keyrings that it opens are there', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const kek = parseKek(`hex:${'0123456789abcdef'.repeat(4)}`, 'test')
  for (const change of [{ add: { kek, label: 'new' } }, {}]) {
    await using repository = await open({ ...made, kek: 'add' in change ? made.kek : kek })
    const remove = repository.keys.recipients[0]!.id
    await changeKeyring(repository.store, repository.keys, {
      ...('add' in change ? change : { remove }),
      keks: [made.kek, kek],
      now: '2026-11-23T00:00:00.000Z',
    })
  }
  await assert.rejects(open(made), (error) => isBackupError(error, 'KEY_WRONG'))
  assert.throws(() => new Store(made.folder, keyOf(made)), /this key does not open/)
  await using _repository = await open({ ...made, kek })
  assert.ok(new Store(made.folder, keyOf({ ...made, kek })))
})

test('keyrings that nobody signed cost a passphrase little, and a wrong one no more than a bound', async () => {
  using folder = temporaryDirectory()
  const kek = parseKek('passphrase:correct horse battery staple', 'test')
  const made = { folder: path.join(folder.path, 'repository'), kek, stateFolder: path.join(folder.path, 'state') }
  await using created = await Repository.create(localStore(made.folder), kek, 'test')
  plantKeyrings(made.folder, created.config.repositoryId, { n: 2 ** 19, p: 8 })
  const spent = async (run: () => unknown) => {
    const { user } = process.cpuUsage()
    await run()
    return (process.cpuUsage().user - user) / 1e6
  }
  const usual = await spent(() => kek.kind === 'passphrase' && open({ ...made }))
  assert.ok(usual < 3, `opening took ${usual} s`)
  assert.ok((await spent(() => new Store(made.folder, keyOf(made)))) < 3)
  const wrong = parseKek('passphrase:wrong horse battery staples', 'test')
  const refused = await spent(() =>
    assert.rejects(open({ ...made, kek: wrong }), (error) => isBackupError(error, 'KEY_WRONG')),
  )
  assert.ok(refused < 20, `refusing took ${refused} s`)
})

test('thousands of strange objects beside the keys cost little, and of a giant under the name of a pack little is read', async () => {
  using folder = temporaryDirectory()
  const { made } = await everyKind(folder.path, sampleTree)
  const bytes = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 1000; i += 1) {
    bytes.writeUInt32LE(i + 1)
    const file = path.join(made.folder, 'keys', `00000001-a-${sha256(bytes)}`)
    // The rest is a hole, which is read as so many zeros and takes no room.
    fs.writeFileSync(file, bytes.subarray(0, 4))
    fs.truncateSync(file, bytes.length)
  }
  const name = sha256('giant')
  fs.mkdirSync(path.join(made.folder, 'packs', name.slice(0, 2)), { recursive: true })
  fs.writeFileSync(path.join(made.folder, 'packs', name.slice(0, 2), name), '')
  fs.truncateSync(path.join(made.folder, 'packs', name.slice(0, 2), name), 2 ** 40)
  let bytesRead = 0
  const inner = localStore(made.folder)
  const counting = storeWith(inner, {
    get: async (key, options) => {
      const read = await inner.get(key, options)
      bytesRead += read.length
      return read
    },
  })
  await using repository = await Repository.open(counting, [made.kek])
  assert.ok(bytesRead < 70 * MIB, `${bytesRead} bytes read to open`)
  const { foreign, packsDamaged } = await repairRepository(repository)
  assert.ok(bytesRead < 300 * MIB, `${bytesRead} bytes read to open and repair`)
  assert.deepEqual(packsDamaged, [])
  assert.ok(foreign.includes(`packs/${name.slice(0, 2)}/${name}`))
  assert.ok(new Store(made.folder, keyOf(made)).snapshots().length > 0)
})

test('a planted configuration of another version or of another repository does not hide the one that is whole', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const names = fs.readdirSync(path.join(made.folder, 'config'))
  const bytes = fs.readFileSync(path.join(made.folder, 'config', names[0]!))
  for (const text of ['"version":"v1-rc2"', '"hash":"sha-256"'])
    for (const changed of [text.replace(/-/g, '_'), text.replace(/"$/, '9"')]) {
      assert.ok(bytes.includes(text))
      const other = Buffer.from(bytes.toString('latin1').replace(text, changed), 'latin1')
      if (other.length !== bytes.length) other.writeUInt32LE(bytes.readUInt32LE(0) + other.length - bytes.length)
      fs.writeFileSync(path.join(made.folder, 'config', `a-${sha256(other)}`), other)
    }
  for (const name of names.slice(1)) fs.rmSync(path.join(made.folder, 'config', name))
  await using repository = await open(made)
  assert.equal(repository.configName, names[0]!.slice(-64))
  assert.ok(new Store(made.folder, keyOf(made)))
})
