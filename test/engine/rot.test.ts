// Goal: a bit that rots in any object is named with the paths that it hits, stops no backup, and repair leads back to a
// repository that is whole. Method: a repository with an object of every kind; one byte of each is flipped (a copy of
// the repository each time), then the day goes on: verify, backup, repair, backup, prune, verify, restore.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  dropDamage,
  findSnapshot,
  forgetSnapshots,
  prune,
  RecordKind,
  Repository,
  readHistory,
  repairRepository,
  restoreSnapshot,
  verifyRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import { packKey } from '../../src/engine/repository/index.ts'
import { IndexClass, openIndex } from '../../src/engine/snapshot/index.ts'
import { copied, everyKind, flip, objectsOf, type Stage } from '../harness/every-kind.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** With what this machine remembers, or as a machine that has never been here. */
function openWith({ made }: Stage, hasMemory: boolean): Promise<Repository> {
  const state = (id: Buffer) => stateOf(made, { keys: { repositoryId: id } } as unknown as Repository)
  return Repository.open(localStore(made.folder), [made.kek], hasMemory ? { memory: state } : {})
}

async function repaired(stage: Stage, hasMemory: boolean): Promise<readonly string[]> {
  await using repository = await openWith(stage, hasMemory)
  const { documentsLost } = await repairRepository(repository, { forgetDamaged: true })
  using writer = stateOf(stage.made, repository).claimWriter()
  await dropDamage(repository, writer.id)
  return documentsLost
}

async function assertWhole(stage: Stage, name: string): Promise<void> {
  await using repository = await openWith(stage, true)
  const { problems } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual(problems, [], `${name}: after repair nothing is left to find`)
  const { document } = findSnapshot(await readHistory(repository), 'latest')
  const target = path.join(stage.base, 'back')
  const { issueCount } = await restoreSnapshot(repository, document, { target, subtree: stage.source })
  assert.equal(issueCount, 0, name)
  assert.deepEqual(lookAt(target), lookAt(stage.source), name)
}

async function pruned(stage: Stage): Promise<void> {
  await using repository = await openWith(stage, true)
  await prune(repository)
}

test('one flipped byte in any object: named, no backup stopped, and repair leads back', async () => {
  using folder = temporaryDirectory()
  const template = await everyKind(folder.path, sampleTree)
  const random = seededRandom(testSeed())
  const kinds = new Set<string>()
  for (const [number, name] of objectsOf(template).entries()) {
    using place = temporaryDirectory()
    const stage = copied(template, place.path)
    flip(stage, name, random())
    kinds.add(name.slice(0, name.indexOf('/')))
    await using repository = await openWith(stage, true)
    const { problems } = await verifyRepository(repository, { readShare: 1 })
    assert.ok(
      problems.some(({ object }) => object === name),
      `${name} is named: ${JSON.stringify(problems)}`,
    )
    assert.deepEqual((await readHistory(repository)).rollbacks, [], `${name}: damage is no rollback`)
    await backup(stage.made, stage.source)
    const lost = await repaired(stage, number % 2 === 0)
    assert.deepEqual(
      lost,
      /^(snapshots|records|audit)\//.test(name) ? [name] : [],
      'only what has no other copy is given up',
    )
    await backup(stage.made, stage.source)
    await pruned(stage)
    await assertWhole(stage, name)
  }
  assert.deepEqual([...kinds].sort(), [
    'audit',
    'checkpoints',
    'commits',
    'config',
    'confirms',
    'deletes',
    'index',
    'keys',
    'packs',
    'records',
    'snapshots',
  ])
})

test('without being asked, repair gives up no snapshot and no record', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, sampleTree)
  const [snapshot, record] = [
    objectsOf(stage).find((name) => name.startsWith('snapshots/'))!,
    objectsOf(stage).find((name) => name.startsWith('records/'))!,
  ]
  for (const name of [snapshot, record]) flip(stage, name, 0.5)
  await using repository = await openWith(stage, true)
  const { documentsLost } = await repairRepository(repository)
  assert.deepEqual([...documentsLost].sort(), [record, snapshot])
  assert.ok([snapshot, record].every((name) => fs.existsSync(path.join(stage.made.folder, name))))
  await assert.rejects(prune(repository), failsWith('DAMAGED'))
})

test('a hold whose record rots holds everything until it is lifted', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, sampleTree)
  await using repository = await openWith(stage, true)
  const history = await readHistory(repository)
  const hold = history.allRecords.find(({ document }) => document.record === RecordKind.HOLD)!
  flip(stage, `records/${hold.name}`, 0.7)
  await repairRepository(repository, { forgetDamaged: true })
  const after = await readHistory(repository)
  for (const { name } of after.snapshots)
    await assert.rejects(
      forgetSnapshots(repository, after, { names: [name], by: 'test' }),
      failsWith('SNAPSHOT_PROTECTED'),
    )
  await writeRecord(repository, { record: RecordKind.HOLD, subject: 'case', by: 'test', value: null })
  const free = await readHistory(repository)
  await forgetSnapshots(repository, free, { names: [free.snapshots.at(-1)!.name], by: 'test' })
})

test('what is no object of a repository is named, and a session that can not be read is an open writer for a day', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, sampleTree)
  const put = (name: string): void => {
    fs.mkdirSync(path.dirname(path.join(stage.made.folder, name)), { recursive: true })
    fs.writeFileSync(path.join(stage.made.folder, name), 'x')
  }
  const session = `sessions/${'a'.repeat(64)}`
  const foreign = ['readme.txt', `packs/00/${'b'.repeat(64)}`, 'snapshots/short', session]
  for (const name of foreign) put(name)
  await using repository = await openWith(stage, true)
  const named = async () => (await verifyRepository(repository)).notices.map(({ object }) => object).sort()
  assert.deepEqual(await named(), [...foreign].sort())
  assert.ok(!(await repairRepository(repository)).documentsRemoved.includes(session))
  const old = new Date(Date.now() - 25 * 3600 * 1000)
  fs.utimesSync(path.join(stage.made.folder, session), old, old)
  assert.ok((await repairRepository(repository)).documentsRemoved.includes(session))
  // Repair leaves a stranger alone, so it must not keep prune from its work for ever.
  await pruned(stage)
})

test('where a page of a wide directory is lost, the rest of it is kept by prune and restored', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  const contentOf = (name: string) => (Number.parseInt(name, 10) % 50 === 0 ? `content ${name}` : '')
  for (let i = 0; i < 9000; i += 1)
    fs.writeFileSync(path.join(source, `${i}${'-'.repeat(200)}`), contentOf(`${i}${'-'.repeat(200)}`))
  const made = await makeRepository(folder.path)
  const stage = { base: folder.path, source, made }
  const wide = await backup(made, source)
  // The next snapshot has nothing in common with it: nothing heals it.
  for (const name of fs.readdirSync(source)) fs.rmSync(path.join(source, name))
  fs.writeFileSync(path.join(source, 'other'), 'other')
  await backup(made, source)
  await flipMetadata(made)
  await repaired(stage, true)
  await backup(made, source)
  await pruned(stage)
  await using repository = await openWith(stage, true)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual(problems, [])
  assert.deepEqual(
    hits.map(({ snapshot }) => snapshot),
    [wide.snapshot],
  )
  const result = await restoreSnapshot(repository, wide.document, {
    target: path.join(folder.path, 'back'),
    subtree: source,
  })
  assert.ok(result.issueCount > 0, 'what is lost is named')
  const back = fs.readdirSync(path.join(folder.path, 'back'))
  assert.ok(back.length > 2000 && back.length < 9000, `${back.length} entries came back`)
  for (const name of back) assert.equal(fs.readFileSync(path.join(folder.path, 'back', name), 'utf8'), contentOf(name))
})

/** The first segment of the largest pack of metadata: pages; what leads to them stands at the end. */
async function flipMetadata(made: TestRepository): Promise<void> {
  await using repository = await open(made)
  const { index } = await openIndex(repository, IndexClass.META)
  const largest = [...index.packs].sort((a, b) => b.bytes - a.bytes)[0]!
  assert.ok(largest.segmentCount >= 3, `${largest.segmentCount} segments`)
  const file = path.join(made.folder, packKey(largest.name))
  const bytes = fs.readFileSync(file)
  bytes[200]! ^= 1
  fs.writeFileSync(file, bytes)
}
