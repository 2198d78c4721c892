// Goal: the rescue reader heeds pins and holds as the engine does: what is under one in force counts, whatever `forget`
// says. Method: a repository of the engine with records of every kind; both are asked which snapshots there are.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { putRecord, RecordKind, readHistory, writeRecord } from '../../src/engine/index.ts'
import { makeRepository, open, saveSources, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const HOUR_MS = 3_600_000
const HOLD = { snapshot: null, source: null, reason: 'case 7', until: null }

interface Seen {
  readonly names: readonly string[]
  readonly remarks: readonly string[]
}

function rescued({ folder, kek }: TestRepository): Seen {
  assert.ok(kek.kind === 'raw')
  const store = new Store(folder, { kind: 'raw', bytes: kek.key })
  return { names: store.snapshots().map(({ name }) => name), remarks: store.remarks }
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
