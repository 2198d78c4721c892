// Goal: what an operator decided stands in the repository: signed, newest generation first, refused to stale writers,
// kept by everything that deletes or copies. Method: records of known and unknown kinds, two writers at once, foreign
// signatures and damaged bytes on a real folder.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import {
  copySnapshots,
  forgetSnapshots,
  listRecords,
  prune,
  putRecord,
  RecordKind,
  Repository,
  readHistory,
  repairRepository,
  verifyRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { withClock } from '../harness/freezing-store.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const nightly = { record: RecordKind.CONFIGURATION, subject: 'clinic-nightly', by: 'test' }

async function withRepository(run: (repository: Repository, made: TestRepository) => Promise<void>): Promise<void> {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  await using repository = await open(made)
  await run(repository, made)
}

test('the newest generation counts, and a lifted record is listed only when asked for', () =>
  withRepository(async (repository, made) => {
    await writeRecord(repository, { ...nightly, value: { time: '02:00' } })
    const second = await writeRecord(repository, { ...nightly, value: { time: '03:00' } })
    await writeRecord(repository, { ...nightly, subject: 'other', value: { time: '04:00' } })
    await writeRecord(repository, { ...nightly, subject: 'other', value: null })
    // Another process, with nothing but repository and key.
    await using again = await open(made)
    const { records, problems } = await listRecords(again, { record: RecordKind.CONFIGURATION })
    assert.deepEqual(problems, [])
    assert.deepEqual(
      records.map(({ name, document }) => [name, document.subject, document.generation, document.value]),
      [[second.name, 'clinic-nightly', 2, { time: '03:00' }]],
    )
    const lifted = await listRecords(again, { withLifted: true, subject: 'other' })
    assert.deepEqual(
      lifted.records.map(({ document }) => [document.generation, document.value]),
      [[2, null]],
    )
    assert.equal((await listRecords(again, { everyGeneration: true, withLifted: true })).records.length, 4)
  }))

test('a stale writer is refused, a higher generation is taken', () =>
  withRepository(async (repository) => {
    await writeRecord(repository, { ...nightly, value: { time: '02:00' }, generation: 5 })
    for (const generation of [4, 5])
      await assert.rejects(writeRecord(repository, { ...nightly, value: {}, generation }), failsWith('ALREADY_EXISTS'))
    assert.equal((await writeRecord(repository, { ...nightly, value: {}, generation: 9 })).document.generation, 9)
    assert.equal((await writeRecord(repository, { ...nightly, value: {} })).document.generation, 10)
  }))

test('a generation that its owner counts is written without a look at others; the same value may be written twice', () =>
  withRepository(async (repository) => {
    const segment = {
      record: RecordKind.AUDIT,
      subject: 'log/1',
      generation: 1,
      at: '2026-11-23T00:00:00.000Z',
      by: 'test',
      value: { from: 1, to: 9 },
    }
    const names = [await putRecord(repository, segment), await putRecord(repository, segment)]
    const { records } = await listRecords(repository, { record: RecordKind.AUDIT })
    assert.deepEqual(
      records.map(({ name, document }) => [name, document.value]),
      [[names.sort()[0], { from: 1, to: 9 }]],
    )
  }))

test('of writers at once each generation has one, and every one that was told so is there', () =>
  withRepository(async (repository) => {
    const told = await Promise.all(
      Array.from({ length: 4 }, (_, i) => writeRecord(repository, { ...nightly, value: { i } })),
    )
    assert.deepEqual(
      told.map(({ document }) => document.generation).sort(),
      [...new Set(told.map(({ document }) => document.generation))].sort(),
    )
    const { records } = await listRecords(repository, { everyGeneration: true })
    for (const each of told) assert.ok(records.some(({ name }) => name === each.name))
    assert.equal(records.length, told.length)
  }))

test('a writer that sleeps before its PUT while another writes the same generation is refused, and the other stays', () =>
  withRepository(async (repository, made) => {
    const asleep = Promise.withResolvers<void>()
    const woken = Promise.withResolvers<void>()
    const inner = localStore(made.folder)
    const sleeping = storeWith(inner, {
      put: async (key, body, options) => {
        asleep.resolve()
        await woken.promise
        return inner.put(key, body, options)
      },
    })
    await using sleeper = await open(made, sleeping)
    const late = writeRecord(sleeper, { ...nightly, value: { who: 'late' }, generation: 1 }).then(
      () => 'written',
      (error: unknown) => error,
    )
    await asleep.promise
    const first = await writeRecord(repository, { ...nightly, value: { who: 'first' }, generation: 1 })
    woken.resolve()
    assert.ok(isBackupError(await late, 'ALREADY_EXISTS'))
    const { records } = await listRecords(repository, { everyGeneration: true })
    assert.deepEqual(
      records.map(({ name }) => name),
      [first.name],
    )
  }))

test('what another than the maintenance key signed, or what is damaged, counts for nothing and is named', () =>
  withRepository(async (repository, made) => {
    const { name } = await writeRecord(repository, { ...nightly, value: { time: '02:00' } })
    const forged = {
      kind: 'record',
      record: RecordKind.CONFIGURATION,
      subject: nightly.subject,
      generation: 7,
      at: '2026-11-23T00:00:00.000Z',
      by: 'a writer',
      value: { time: 'never' },
    }
    await repository.writeDocument(forged, {
      type: ObjectType.RECORD,
      folder: 'records',
      signer: repository.keys.writer(Buffer.alloc(16, 1)),
    })
    const found = await listRecords(repository)
    assert.deepEqual(
      found.records.map(({ document }) => document.generation),
      [1],
    )
    assert.equal(found.problems.length, 1)
    await assert.rejects(writeRecord(repository, { ...nightly, value: {} }), failsWith('DAMAGED'))
    fs.truncateSync(path.join(made.folder, 'records', name), 200)
    assert.equal((await listRecords(repository)).problems.length, 2)
    assert.equal((await verifyRepository(repository)).problems.length, 2)
  }))

test('a signed document of another shape than its kind is a problem of its own, and keeps no other from being read', () =>
  withRepository(async (repository) => {
    const { name } = await writeRecord(repository, { ...nightly, value: {} })
    const wrong = [
      { kind: 'record', record: 'forget', subject: 'x', generation: 1, at: '', by: '', value: { snapshots: [null] } },
      { kind: 'record', record: 'pin' },
      { kind: 'snapshot', writer: 7 },
    ]
    for (const document of wrong)
      await repository.writeDocument(document, {
        type: ObjectType.RECORD,
        folder: 'records',
        signer: repository.keys.maintenance,
      })
    for (const [folder, type] of [
      ['snapshots', ObjectType.SNAPSHOT],
      ['confirms', ObjectType.CONFIRM],
      ['deletes', ObjectType.DELETE],
    ] as const) {
      await repository.writeDocument(
        { kind: 'record' },
        { type, folder, signer: repository.keys.maintenance, prefix: folder === 'deletes' ? '0000000000000009-' : '' },
      )
    }
    const history = await readHistory(repository)
    assert.deepEqual(
      history.allRecords.map((record) => record.name),
      [name],
    )
    assert.equal(history.problems.length, 6)
    assert.deepEqual(history.rollbacks, [])
    assert.equal((await verifyRepository(repository)).problems.length, 6)
  }))

test('a pin or hold that was set after the list was read still keeps its snapshot, and a clock that runs ahead lifts none', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(5))
  const made = await makeRepository(folder.path)
  const { snapshot } = await backup(made, source)
  await using repository = await open(made)
  const protectedBy = async (record: string, value: Record<string, unknown>, opened = repository) => {
    const before = await readHistory(opened)
    await writeRecord(opened, { record, subject: record === RecordKind.PIN ? snapshot : 'case', by: 'test', value })
    await assert.rejects(
      forgetSnapshots(opened, before, { names: [snapshot], by: 'test' }),
      failsWith('SNAPSHOT_PROTECTED'),
    )
    await writeRecord(opened, {
      record,
      subject: record === RecordKind.PIN ? snapshot : 'case',
      by: 'test',
      value: null,
    })
  }
  const hold = { snapshot, source: null, reason: '', until: null }
  await protectedBy(RecordKind.PIN, { reason: '' })
  await protectedBy(RecordKind.HOLD, hold)
  await protectedBy(RecordKind.HOLD, { ...hold, snapshot: null, source: 'test' })
  await protectedBy(RecordKind.HOLD, { ...hold, snapshot: null, until: new Date(Date.now() + 3600_000).toISOString() })
  await using ahead = await open(made, withClock(localStore(made.folder), 24 * 3600_000))
  await protectedBy(RecordKind.HOLD, { ...hold, until: new Date(Date.now() + 3600_000).toISOString() }, ahead)
  await writeRecord(repository, {
    record: RecordKind.HOLD,
    subject: 'past',
    by: 'test',
    value: { ...hold, until: '2020-01-01T00:00:00.000Z' },
  })
  await forgetSnapshots(repository, await readHistory(repository), { names: [snapshot], by: 'test' })
  assert.deepEqual((await readHistory(repository)).snapshots, [])
})

test('a kind that is not known yet outlives verify, forget, prune, repair and copy', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(5))
  const made = await makeRepository(folder.path)
  await backup(made, source)
  await using repository = await open(made)
  const kept = await writeRecord(repository, {
    record: 'later-kind',
    subject: 'a subject, with ünïcode',
    by: 'test',
    value: { deep: { list: [1, 'two', null] } },
  })
  assert.deepEqual((await verifyRepository(repository)).problems, [])
  await prune(repository)
  await repairRepository(repository)
  const second: TestRepository = {
    folder: path.join(folder.path, 'second'),
    kek: made.kek,
    stateFolder: path.join(folder.path, 'second-state'),
  }
  await using to = await Repository.create(localStore(second.folder), second.kek, 'test')
  const theirs = await writeRecord(to, { record: 'later-kind', subject: 'theirs', by: 'test', value: {} })
  await copySnapshots(repository, to, {
    snapshots: (await readHistory(repository)).snapshots,
    state: stateOf(second, to),
  })
  assert.deepEqual((await listRecords(repository, { record: 'later-kind' })).records, [kept])
  assert.deepEqual(
    (await listRecords(to)).records,
    [theirs],
    'what a kind of later making is about, copy does not know: it brings none',
  )
})

test('kinds, subjects and values that the format does not take are refused', () =>
  withRepository(async (repository) => {
    const refused = [
      { record: 'Upper' },
      { record: '' },
      { record: 'x'.repeat(33) },
      { subject: '' },
      { subject: 'é'.repeat(257) },
      { generation: 0 },
      { generation: 1.5 },
      { value: { text: 'x'.repeat(16 * 1024 * 1024) } },
    ]
    for (const wrong of refused)
      await assert.rejects(writeRecord(repository, { ...nightly, value: {}, ...wrong }), failsWith('USAGE'))
    const large = { text: 'x'.repeat(3 * 1024 * 1024) }
    await writeRecord(repository, { ...nightly, value: large })
    assert.deepEqual((await listRecords(repository)).records[0]!.document.value, large)
  }))
