// Goal: the rescue reader heeds what documents say as the engine does: what is under a pin or hold in force counts,
// whatever `forget` says; what another signed than it names, what lacks a member and what only a later version knows
// decides nothing. Method: a repository of the engine with documents of every kind; both are asked which snapshots there
// are, and what they say of the rest.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { putRecord, RecordKind, readHistory, type SnapshotEntry, writeRecord } from '../../src/engine/index.ts'
import { makeRepository, open, saveSources, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const HOUR_MS = 3_600_000
const HOLD = { snapshot: null, source: null, reason: 'case 7', until: null }

interface Seen {
  readonly names: readonly string[]
  readonly remarks: readonly string[]
  /** What is damaged. */
  readonly notices: readonly string[]
}

function rescued({ folder, kek }: TestRepository): Seen {
  assert.ok(kek.kind === 'raw')
  const store = new Store(folder, { kind: 'raw', bytes: kek.key })
  const names = store.snapshots().map(({ name }) => name)
  return { names, remarks: store.remarks, notices: store.notices }
}

async function decide(made: TestRepository, record: string, change: { subject: string; value: object | null }) {
  await using repository = await open(made)
  await writeRecord(repository, { record, by: 'test', ...change } as Parameters<typeof writeRecord>[1])
}

/** The record is there, and the objects too: a forget that was stopped, or (finished) one whose objects are back. */
async function putForget(made: TestRepository, isRemoved: boolean): Promise<void> {
  await using repository = await open(made)
  const { snapshots } = await readHistory(repository)
  const named = snapshots.map(({ name, document: { writer, sequence } }) => ({ name, writer, sequence }))
  const record = { record: RecordKind.FORGET, subject: named[0]!.name, at: new Date().toISOString(), by: 'test' }
  await putRecord(repository, { ...record, generation: 1, value: { snapshots: named } })
  if (isRemoved) await putRecord(repository, { ...record, generation: 2, value: { snapshots: named, removed: true } })
}

async function counted(made: TestRepository): Promise<string[]> {
  await using repository = await open(made)
  return (await readHistory(repository)).snapshots.map(({ name }) => name)
}

for (const isRemoved of [false, true])
  test(`a snapshot under a pin or hold in force counts, whatever a forget says${isRemoved ? ' that is finished' : ''}`, async () => {
    using folder = temporaryDirectory()
    const made = await makeRepository(folder.path)
    const { sources, snapshots } = await saveSources(made, folder.path, [1, 2, 3, 4, 5, 6])
    const [pinned, held, ofSource, ended, lifted] = snapshots as [string, string, string, string, string, string]
    const at = (ms: number) => new Date(Date.now() + ms).toISOString()
    const source = path.basename(sources[2]!)
    await decide(made, RecordKind.PIN, { subject: pinned, value: { reason: '' } })
    await decide(made, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: held, until: at(HOUR_MS) } })
    await decide(made, RecordKind.HOLD, { subject: 'h2', value: { ...HOLD, source } })
    await decide(made, RecordKind.HOLD, { subject: 'h3', value: { ...HOLD, snapshot: ended, until: at(-HOUR_MS) } })
    await decide(made, RecordKind.PIN, { subject: lifted, value: { reason: '' } })
    await decide(made, RecordKind.PIN, { subject: lifted, value: null })
    await putForget(made, isRemoved)
    const seen = rescued(made)
    assert.deepEqual(seen.names, [pinned, held, ofSource])
    assert.deepEqual(seen.names, await counted(made), 'as the engine says')
    const back = seen.remarks.filter((remark) => /that were forgotten and removed are back: 3/.test(remark))
    assert.equal(back.length, isRemoved ? 1 : 0, seen.remarks.join('\n'))
  })

test('a hold on everything keeps everything, and an end that is no time never comes', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const { snapshots } = await saveSources(made, folder.path, [1, 2])
  await decide(made, RecordKind.HOLD, { subject: 'all', value: { ...HOLD, until: 'the end' } })
  await putForget(made, true)
  assert.deepEqual([rescued(made).names, await counted(made)], [snapshots, snapshots])
})

interface Written {
  readonly document: object
  readonly folder: string
  readonly type: ObjectType
  readonly prefix?: string
  /** The maintenance key's where it is absent. */
  readonly by?: Buffer
}

const OTHER = Buffer.alloc(16, 9)
const POINT = { folder: 'snapshots', type: ObjectType.SNAPSHOT } as const
const ENTRY = { folder: 'deletes', type: ObjectType.DELETE, prefix: '0000000000000001-' } as const
const TOMBSTONE = { kind: 'tombstone', generation: 1, previous: [], packs: [], indexes: [], marked: {} }

/** What is put beside the one snapshot that is there, by what becomes of it. */
const BESIDE: Readonly<
  Record<'DAMAGED' | 'FEATURE_UNSUPPORTED' | 'nothing', Readonly<Record<string, (sound: SnapshotEntry) => Written>>>
> = {
  DAMAGED: {
    'a snapshot that another signed': ({ document }) => ({
      ...POINT,
      document: { ...document, sequence: 2 },
      by: OTHER,
    }),
    'a checkpoint that another signed': ({ document }) => ({
      document: { ...document, kind: 'checkpoint', complete: false },
      folder: 'checkpoints',
      type: ObjectType.CHECKPOINT,
      by: OTHER,
    }),
    'a snapshot without a member that is required': ({ document: { owners: _without, ...document } }) => ({
      ...POINT,
      document,
      by: Buffer.from(document.writer, 'hex'),
    }),
    'a snapshot with a member of another type': ({ document }) => ({
      ...POINT,
      document: { ...document, tree: 7 },
      by: Buffer.from(document.writer, 'hex'),
    }),
    'a confirmation in the place of a snapshot': ({ name }) => ({
      ...POINT,
      document: { kind: 'confirm', snapshot: name, deleteGeneration: 0 },
      by: OTHER,
    }),
    'a forget that a writer signed': ({ name, document: { writer, sequence } }) => ({
      document: {
        kind: 'record',
        record: 'forget',
        subject: name,
        generation: 1,
        at: '',
        by: '',
        value: { snapshots: [{ name, writer, sequence }] },
      },
      folder: 'records',
      type: ObjectType.RECORD,
      by: OTHER,
    }),
    'an entry of the delete log that a writer signed': () => ({ ...ENTRY, document: TOMBSTONE, by: OTHER }),
    'a retraction that another signed than it names': ({ name, document: { writer } }) => ({
      document: { kind: 'retract', snapshot: name, writer, sequence: 1 },
      folder: 'confirms',
      type: ObjectType.CONFIRM,
      by: OTHER,
    }),
  },
  FEATURE_UNSUPPORTED: {
    'a snapshot of a later kind': ({ document }) => ({ ...POINT, document: { ...document, kind: 'group' }, by: OTHER }),
    'an entry of the delete log of a later kind': () => ({ ...ENTRY, document: { ...TOMBSTONE, kind: 'expired' } }),
  },
  nothing: {
    "a retraction of another writer's snapshot": ({ name }) => ({
      document: { kind: 'retract', snapshot: name, writer: OTHER.toString('hex'), sequence: 1 },
      folder: 'confirms',
      type: ObjectType.CONFIRM,
      by: OTHER,
    }),
    "a confirmation of another writer's snapshot": ({ name }) => ({
      document: { kind: 'confirm', snapshot: name, deleteGeneration: 0 },
      folder: 'confirms',
      type: ObjectType.CONFIRM,
      by: OTHER,
    }),
  },
}

test('what is not what its place says decides nothing, for either reader, and is told by both alike', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const { snapshots } = await saveSources(made, folder.path, [1])
  // Nobody has confirmed it since: what takes it back would count.
  await put(made, { ...ENTRY, document: TOMBSTONE })
  for (const [code, cases] of Object.entries(BESIDE))
    for (const [what, write] of Object.entries(cases)) {
      const sound = await newest(made)
      const key = await put(made, write(sound))
      await using repository = await open(made)
      const history = await readHistory(repository)
      const problem = history.problems.find((each) => each.key === key)
      assert.equal(problem?.error.code ?? 'nothing', code, what)
      assert.deepEqual(
        history.snapshots.map(({ name }) => name),
        snapshots,
        what,
      )
      const { names, notices, remarks } = rescued(made)
      const isTold = (lines: readonly string[]) =>
        lines.some((line) => line.startsWith(key.replace(/^deletes\/.*/, 'deletes/')))
      assert.deepEqual(names, snapshots, `${what}: the rescue reader`)
      assert.deepEqual([isTold(notices), isTold(remarks)], [code === 'DAMAGED', code === 'FEATURE_UNSUPPORTED'], what)
      fs.rmSync(path.join(made.folder, key))
    }
})

async function newest(made: TestRepository): Promise<SnapshotEntry> {
  await using repository = await open(made)
  return (await readHistory(repository)).snapshots.at(-1)!
}

/** Gives its key. */
async function put(made: TestRepository, { document, by, ...options }: Written): Promise<string> {
  await using repository = await open(made)
  const signer = by ? repository.keys.writer(by) : repository.keys.maintenance
  const name = await repository.writeDocument(document, { ...options, signer })
  return `${options.folder}/${options.prefix ?? ''}${name}`
}
