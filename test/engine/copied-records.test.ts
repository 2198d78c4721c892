// Goal: a copy is as good as what it was made from: what was decided goes along, is kept up to date, never takes back
// what somebody decided at the copy itself, and each finished copy is noted where it came from. Method: two
// repositories with other keys on real folders; the copy stopped at every call that writes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  ClientState,
  type CopyResult,
  copySnapshots,
  forgetSnapshots,
  lastCopies,
  listRecords,
  protections,
  RecordKind,
  Repository,
  readHistory,
  repairRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import { removeSnapshots } from '../../src/engine/maintenance/forget.ts'
import { RecordFolder, readRecords } from '../../src/engine/snapshot/index.ts'
import { BackupError, isBackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import {
  backup,
  forget,
  localStore,
  makeRepository,
  open,
  rawKey,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { stoppingAt } from '../harness/stopping-store.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

interface Pair {
  readonly base: string
  readonly first: TestRepository
  readonly second: TestRepository
  readonly source: string
  readonly snapshots: readonly string[]
}

const HOLD = { snapshot: null, source: null, reason: 'case 7', until: null }

/** Two snapshots in the first, nothing in the second, which has a key of its own. */
async function pairIn(base: string): Promise<Pair> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(11))
  const first = await makeRepository(base)
  const snapshots = [(await backup(first, source)).snapshot, (await backup(first, source)).snapshot]
  const second = { folder: path.join(base, 'second'), kek: rawKey(), stateFolder: path.join(base, 'second-state') }
  await using _made = await Repository.create(localStore(second.folder), second.kek, 'test')
  return { base, first, second, source, snapshots }
}

async function copied({ first, second }: Pair, store: ObjectStore = localStore(second.folder)): Promise<CopyResult> {
  await using from = await open(first)
  await using to = await open(second, store)
  const { snapshots } = await readHistory(from)
  return await copySnapshots(from, to, { snapshots, state: stateOf(second, to), by: 'maria' })
}

async function decide(
  at: TestRepository,
  record: string,
  change: { readonly subject: string; readonly value: Readonly<Record<string, unknown>> | null },
): Promise<void> {
  await using repository = await open(at)
  await writeRecord(repository, { record, by: 'maria', ...change })
}

/** Of each snapshot at the copy: what it is a copy of, and why it is kept. */
async function keptAt(second: TestRepository): Promise<Map<string, string | undefined>> {
  await using repository = await open(second)
  const history = await readHistory(repository)
  const why = protections(history, Date.now())
  return new Map(history.snapshots.map(({ name, document }) => [document.copiedFrom!.snapshot, why.get(name)]))
}

test('pins and holds go along under the names that the copies have, and forget there honours them', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const [older, newer] = pair.snapshots as [string, string]
  await decide(pair.first, RecordKind.PIN, { subject: older, value: { reason: 'the good one' } })
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: newer } })
  const result = await copied(pair)
  assert.deepEqual([result.copied.length, result.records.brought, result.records.problems], [2, 2, []])
  fs.rmSync(pair.first.folder, { recursive: true })
  assert.deepEqual(
    await keptAt(pair.second),
    new Map([
      [older, 'pin'],
      [newer, 'hold h1'],
    ]),
  )
  await using repository = await open(pair.second)
  const history = await readHistory(repository)
  for (const name of result.copied)
    await assert.rejects(forgetSnapshots(repository, history, { names: [name], by: 'test' }), (error) =>
      isBackupError(error, 'SNAPSHOT_PROTECTED'),
    )
})

test('a second copy brings what was changed and lifted since, and nothing twice', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const [older, newer] = pair.snapshots as [string, string]
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: older } })
  await decide(pair.first, RecordKind.HOLD, { subject: 'h2', value: { ...HOLD, source: 'test' } })
  await copied(pair)
  assert.equal((await copied(pair)).records.brought, 0)
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: newer } })
  await decide(pair.first, RecordKind.HOLD, { subject: 'h2', value: null })
  await decide(pair.first, RecordKind.PIN, { subject: newer, value: { reason: '' } })
  await decide(pair.first, RecordKind.PIN, { subject: newer, value: null })
  assert.equal((await copied(pair)).records.brought, 2)
  assert.deepEqual(
    await keptAt(pair.second),
    new Map([
      [older, undefined],
      [newer, 'hold h1'],
    ]),
  )
  assert.equal((await copied(pair)).records.brought, 0)
})

test('what was decided at the copy stays, unless a protection comes', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, source: 'test' } })
  await decide(pair.first, RecordKind.HOLD, { subject: 'h2', value: { ...HOLD, source: 'test' } })
  await decide(pair.first, RecordKind.CONFIGURATION, { subject: 'c1', value: { name: 'a', tenant: 't' } })
  await copied(pair)
  await decide(pair.second, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, source: 'test', reason: 'theirs' } })
  await decide(pair.second, RecordKind.HOLD, { subject: 'h2', value: null })
  await decide(pair.second, RecordKind.CONFIGURATION, { subject: 'c1', value: { name: 'theirs', tenant: 't' } })
  assert.equal((await copied(pair)).records.brought, 0, 'lifted there stays lifted while nothing changes')
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: null })
  await decide(pair.first, RecordKind.HOLD, { subject: 'h2', value: { ...HOLD, source: 'test', reason: 'again' } })
  await decide(pair.first, RecordKind.CONFIGURATION, { subject: 'c1', value: null })
  const { brought, left } = (await copied(pair)).records
  assert.deepEqual([brought, left], [1, 2])
  await using to = await open(pair.second)
  const { records } = await listRecords(to)
  assert.deepEqual(
    records.map(({ document }) => [document.subject, document.value?.['reason'] ?? document.value?.['name']]),
    [
      ['c1', 'theirs'],
      ['h1', 'theirs'],
      ['h2', 'again'],
    ],
  )
})

test('a hold is there before its snapshot: stopped at any call, nothing that is held can be forgotten', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const [older, newer] = pair.snapshots as [string, string]
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: newer } })
  await decide(pair.first, RecordKind.PIN, { subject: older, value: { reason: '' } })
  const expected = new Map([
    [older, 'pin'],
    [newer, 'hold h1'],
  ])
  for (let calls = 1; ; calls += 1) {
    const at = (name: string) => path.join(folder.path, `${name}-${calls}`)
    const second = { ...pair.second, folder: at('stop'), stateFolder: at('state') }
    fs.cpSync(pair.second.folder, second.folder, { recursive: true })
    const isDone = await copied({ ...pair, second }, stopping(localStore(second.folder), calls)).then(
      () => true,
      () => false,
    )
    const seen = await keptAt(second)
    for (const [name, why] of seen) assert.equal(why, expected.get(name), `stopped at call ${calls}`)
    if (isDone) break
    await copied({ ...pair, second })
    assert.deepEqual(await keptAt(second), expected, `gone on after ${calls}`)
    fs.rmSync(second.folder, { recursive: true })
    assert.ok(calls < 200)
  }
})

/** Fails for good from the call number `calls` on that writes. */
function stopping(store: ObjectStore, calls: number): ObjectStore {
  let left = calls
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (['put', 'putFile', 'delete'].includes(String(name))) left -= 1
        if (left <= 0 && typeof name === 'string') throw new BackupError('STORAGE_FAILED', 'stopped')
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
}

test('each finished copy is noted where it came from, one record a copy; where that takes none, the copy is as good', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  await copied(pair)
  const { snapshot } = await backup(pair.first, pair.source)
  assert.equal((await copied(pair)).isNoted, true)
  await using from = await open(pair.first)
  await using to = await open(pair.second)
  const history = await readHistory(from)
  const [noted, ...others] = lastCopies(history)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [noted?.repository, noted?.location, noted?.by, noted?.snapshots, noted?.newest?.snapshot],
    [to.keys.repositoryId.toString('hex'), localStore(pair.second.folder).location, 'maria', 3, snapshot],
  )
  assert.equal(history.allRecords.length, 1)
  assert.deepEqual(history.rollbacks, [])
  assert.deepEqual((await readHistory(to)).records, [])

  await using closed = await open(pair.first, stopping(localStore(pair.first.folder), 1))
  const state = stateOf(pair.second, to)
  const result = await copySnapshots(closed, to, { snapshots: history.snapshots, state, by: 'maria' })
  assert.deepEqual([result.present, result.isNoted], [3, false])
})

test('what was forgotten at the copy stays away until it is named; what never was good there comes again', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const [older, newer] = pair.snapshots as [string, string]
  const [goneThere] = (await copied(pair)).copied as [string, string]
  await forget(pair.second, goneThere)
  const again = await copied(pair)
  assert.deepEqual([again.copied, again.present, again.forgotten], [[], 1, 1])
  assert.deepEqual([...(await keptAt(pair.second)).keys()], [newer])
  await using from = await open(pair.first)
  await using to = await open(pair.second)
  const { snapshots } = await readHistory(from)
  const named = { snapshots: snapshots.filter(({ name }) => name === older), withForgotten: true }
  const brought = await copySnapshots(from, to, { ...named, state: stateOf(pair.second, to) })
  assert.deepEqual([brought.copied.length, brought.forgotten], [1, 0])
  assert.deepEqual(new Set((await keptAt(pair.second)).keys()), new Set([older, newer]))
  assert.deepEqual((await readHistory(to)).rollbacks, [])
  // As prune does with a copy that was never finished: nobody decided anything.
  const history = await readHistory(to)
  const doomed = history.snapshots.filter(({ document }) => document.copiedFrom?.snapshot === newer)
  await removeSnapshots(to, history, { doomed, by: 'prune' })
  const last = await copied(pair)
  assert.deepEqual([last.copied.length, last.present, last.forgotten], [1, 1, 0])
})

test('copied back, by whatever way, nothing is stored again; what was let go stays away, and what was given up comes', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const { base, first, second, snapshots } = pair
  const [older, newer] = snapshots as [string, string]
  const third = { folder: path.join(base, 'third'), kek: rawKey(), stateFolder: path.join(base, 'third-state') }
  await using _made = await Repository.create(localStore(third.folder), third.kek, 'test')
  await decide(first, RecordKind.PIN, { subject: older, value: { reason: 'the good one' } })
  const ways = [
    [first, second],
    [second, third],
    [third, first],
    [second, first],
    [first, third],
    [third, second],
  ] as const
  for (const [i, [from, to]] of ways.entries()) {
    const { copied: made, present, records } = await copied({ ...pair, first: from, second: to })
    assert.deepEqual([made.length, present], i < 2 ? [2, 0] : [0, 2], `way ${i}`)
    // The second copy's pin is not known as the first's own any more, and whoever doubts protects.
    assert.ok(records.brought <= 1, `way ${i}`)
  }
  {
    await using from = await open(third)
    const origins = (await readHistory(from)).snapshots.map(({ document }) => document.copiedFrom?.origin?.snapshot)
    assert.deepEqual(origins, [older, newer])
    await using back = await open(second)
    assert.deepEqual(
      lastCopies(await readHistory(back)).map((each) => each.snapshots),
      [2, 2],
    )
  }
  // Lifted where it was decided: what was brought from there does not bring it back.
  await decide(first, RecordKind.PIN, { subject: older, value: null })
  await copied({ ...pair, first: second, second: first })
  await forget(first, older)
  const again = await copied({ ...pair, first: second, second: first })
  assert.deepEqual([again.copied, again.present, again.forgotten], [[], 1, 1])
  fs.truncateSync(path.join(first.folder, 'snapshots', newer), 40)
  {
    await using repository = await open(first)
    await repairRepository(repository, { forgetDamaged: true })
  }
  const last = await copied({ ...pair, first: third, second: first })
  assert.deepEqual([last.copied.length, last.present, last.forgotten], [1, 0, 1])
  assert.equal((await copied({ ...pair, first: second, second: first })).present, 1)
})

test('a copy whose numbers are given up while it commits takes them back and takes others', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  const { second, source } = pair
  const { snapshot: rotten } = await backup({ ...second, stateFolder: path.join(folder.path, 'other-state') }, source)
  fs.truncateSync(path.join(second.folder, 'snapshots', rotten), 40)
  const stopped = stoppingAt(localStore(second.folder), 'snapshots/')
  const copying = copied(pair, stopped.store)
  await stopped.reached
  {
    await using repository = await open(second)
    await repairRepository(repository, { forgetDamaged: true })
  }
  stopped.go()
  // The first of the two had the number; the second stays.
  const { copied: again, present } = await copying
  assert.deepEqual([again.length, present], [1, 1])
  const look = async () => {
    const memory = (id: Buffer) => new ClientState(second.stateFolder, id)
    await using repository = await Repository.open(localStore(second.folder), [second.kek], { memory })
    return await readHistory(repository)
  }
  const { snapshots, rollbacks } = await look()
  assert.deepEqual([snapshots.length, rollbacks], [2, []])
  assert.equal(new Set(snapshots.map(({ document }) => document.copiedFrom?.snapshot)).size, 2)
  // None of their numbers is among the accepted: a copy that goes is missed.
  for (const { name, document } of snapshots.toReversed()) {
    fs.rmSync(path.join(second.folder, 'snapshots', name))
    const missing = (await look()).suspicions.snapshots
    assert.ok(
      missing.some(({ sequence }) => sequence === document.sequence),
      String(document.sequence),
    )
  }
})

const NOTHING_ACCEPTED = { snapshots: [], records: [], keyring: null, generations: [], entries: [], back: [] }

test('records of kinds that are not to be brought stay in both repositories as they are', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  for (const at of [pair.first, pair.second])
    for (const record of ['later-kind', RecordKind.ROLLBACK, RecordKind.ERASURE])
      await decide(at, record, { subject: 'x', value: { ...NOTHING_ACCEPTED, of: at.folder } })
  const standing = async (at: TestRepository) => {
    await using repository = await open(at)
    const { entries } = await readRecords(repository, RecordFolder.DECISIONS)
    return entries
      .filter(({ document }) => document.record !== RecordKind.COPY)
      .map(({ name }) => name)
      .sort()
  }
  const before = [await standing(pair.first), await standing(pair.second)]
  assert.deepEqual(
    before.map((names) => names.length),
    [3, 3],
  )
  assert.equal((await copied(pair)).records.brought, 0)
  assert.deepEqual([await standing(pair.first), await standing(pair.second)], before)
})

test('the reader of the page alone lists and restores what was copied, records and all', async () => {
  using folder = temporaryDirectory()
  const pair = await pairIn(folder.path)
  await decide(pair.first, RecordKind.HOLD, { subject: 'h1', value: { ...HOLD, snapshot: pair.snapshots[1]! } })
  await copied(pair)
  await copied(pair)
  const { kek } = pair.second
  const env = { ...process.env, BACKUP_ENCRYPTION_KEY: kek.kind === 'raw' ? kek.key.toString('hex') : '' }
  const rescue = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')
  const ran = spawnSync(process.execPath, [rescue, 'verify', '--repo', pair.second.folder], { env, encoding: 'utf8' })
  assert.equal(ran.status, 0, ran.stderr)
})
