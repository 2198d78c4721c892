// Goal: over a store that is far away requests go side by side: the longest chain of them stays short, however many
// objects there are. Method: a store that answers in rounds, all that wait at once; rounds are counted, no time is.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backupFiles, ClientState, type Kek, Repository, readHistory } from '../../src/engine/index.ts'
import { IndexClass, openIndex } from '../../src/engine/snapshot/index.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { farStore } from '../harness/far-store.ts'
import { type MemoryObjects, MemoryStore } from '../harness/memory-store.ts'
import { rawKey } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const SNAPSHOTS = 100
const PACKS = 24
/** One listing, and reads of which 64 are under way at once. */
const INDEX_ROUNDS_MAX = 3
const OPEN_ROUNDS_MAX = 2
const HISTORY_ROUNDS_MAX = 2
const UNCHANGED_ROUNDS_MAX = 10

interface Stage {
  readonly base: string
  readonly source: string
  readonly objects: MemoryObjects
  readonly kek: Kek
}

async function save(
  { base, source, objects, kek }: Stage,
  store: ObjectStore = new MemoryStore(objects),
): Promise<void> {
  await using repository = await Repository.open(store, [kek], { workspace: path.join(base, 'workspace') })
  const state = new ClientState(path.join(base, 'state'), repository.keys.repositoryId)
  await backupFiles(repository, { paths: [source], source: 'test', program: 'test', workers: 0, state })
}

test(`${SNAPSHOTS} snapshots are listed, and their index is opened, in few rounds`, async () => {
  using folder = temporaryDirectory()
  const stage = { base: folder.path, source: path.join(folder.path, 'source'), objects: new Map(), kek: rawKey() }
  fs.mkdirSync(stage.source)
  await using _made = await Repository.create(new MemoryStore(stage.objects), stage.kek, 'test')
  for (let i = 0; i < SNAPSHOTS; i += 1) {
    fs.writeFileSync(path.join(stage.source, `file-${i}`), `content ${i}`.repeat(100))
    await save(stage)
  }
  const far = farStore(new MemoryStore(stage.objects))
  await using repository = await Repository.open(new CheckedStore(far.store), [stage.kek])
  const opened = far.rounds()
  const { snapshots } = await readHistory(repository)
  assert.equal(snapshots.length, SNAPSHOTS)
  const listed = far.rounds()
  const { segments } = await openIndex(repository, IndexClass.DATA)
  assert.equal(segments.length, SNAPSHOTS)
  assert.ok(far.rounds() - listed <= INDEX_ROUNDS_MAX, `${far.rounds() - listed} rounds for the index`)
  assert.ok(listed - opened <= HISTORY_ROUNDS_MAX, `${listed - opened} rounds for the history`)
  assert.ok(opened <= OPEN_ROUNDS_MAX, `${opened} rounds to open`)
})

test('an unchanged source costs few rounds, in however many packs its pages lie', async () => {
  using folder = temporaryDirectory()
  const stage = { base: folder.path, source: path.join(folder.path, 'source'), objects: new Map(), kek: rawKey() }
  fs.mkdirSync(stage.source)
  await using _made = await Repository.create(new MemoryStore(stage.objects), stage.kek, 'test')
  // Each backup stores the pages of its own folder, in a pack of its own.
  for (let i = 0; i < PACKS; i += 1) {
    fs.mkdirSync(path.join(stage.source, `folder-${i}`, 'deep/er'), { recursive: true })
    fs.writeFileSync(path.join(stage.source, `folder-${i}`, 'deep/er/file'), `content ${i}`.repeat(100))
    await save(stage)
  }
  const again = farStore(new MemoryStore(stage.objects))
  await save(stage, new CheckedStore(again.store))
  const read = again.calls.filter((call) => call.startsWith('get packs/'))
  assert.ok(new Set(read).size >= PACKS, 'the pages lie in many packs')
  assert.ok(again.rounds() <= UNCHANGED_ROUNDS_MAX, `${again.rounds()} rounds\n${again.calls.join('\n')}`)
})
