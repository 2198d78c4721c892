// Goal: one order of points, whatever clocks said: what one writer made, and what writers had seen of each other, comes
// first. Method: histories of several writers with clocks that are wrong at times, made at random; the order is held
// against what happened, and against the rescue reader's, which was written from docs/format/v1.md.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { inOrder } from '../../rescue/order.ts'
import type { Snapshot } from '../../rescue/runs.ts'
import { Store } from '../../rescue/store.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { findSnapshot, oddPoints, readHistory, verifyRepository } from '../../src/engine/index.ts'
import { DateDoubt, pointTimes, type SnapshotDocument, type SnapshotEntry } from '../../src/engine/snapshot/index.ts'
import { orderPoints } from '../../src/engine/snapshot/order.ts'
import { isoTime } from '../../src/kernel/clock.ts'
import { backup, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DAY = 86_400_000
const START = Date.parse('2026-05-10T02:00:00Z')
const NOW = START + 100 * DAY

interface Step {
  readonly writer: number
  readonly errorMs: number
  /** Had this writer looked at the others' newest? */
  readonly sees: boolean
  readonly kind: 'snapshot' | 'checkpoint' | 'copy'
}

type Fields = Pick<SnapshotDocument, 'kind' | 'finishedAt' | 'writer' | 'previous' | 'parent' | 'seen'> &
  Partial<Pick<SnapshotDocument, 'sequence' | 'copiedFrom'>>

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const id = (writer: number) => hash(`writer ${writer}`).slice(0, 32)

function entry(name: string, fields: Fields): SnapshotEntry {
  const document = { source: 'test', startedAt: fields.finishedAt, ...fields } as unknown as SnapshotDocument
  return { name, document, modifiedMs: 0 }
}

interface Made {
  readonly entries: SnapshotEntry[]
  /** For each entry, those that are known to have come before it. */
  readonly before: Array<Set<number>>
}

interface Head {
  readonly sequence: number
  readonly name: string | null
  /** What its newest snapshot came after, itself included: others see no more of a writer. */
  readonly shown: ReadonlySet<number>
  /** And with what it has done since. */
  readonly all: ReadonlySet<number>
}

/** A day between two steps; a clock error moves what a step says of its time. */
function historyOf(steps: readonly Step[]): Made {
  const made: Made = { entries: [], before: [] }
  const heads = new Map<number, Head>()
  for (const [i, { writer, errorMs, sees, kind }] of steps.entries()) {
    const own = heads.get(writer) ?? { sequence: 0, name: null, shown: new Set(), all: new Set() }
    const others = [...heads].filter(([other, { sequence }]) => other !== writer && sees && sequence > 0)
    // Of two checkpoints behind one snapshot nothing but the dates tells which came first.
    const mine = kind === 'checkpoint' ? own.shown : own.all
    const known = new Set(kind === 'copy' ? [] : [...mine, ...others.flatMap(([, { shown }]) => [...shown])])
    const name = hash(`entry ${i}`)
    const sequence = own.sequence + 1
    made.before.push(known)
    made.entries.push(
      entry(name, {
        kind: kind === 'checkpoint' ? 'checkpoint' : 'snapshot',
        finishedAt: isoTime(START + i * DAY + errorMs),
        writer: id(writer),
        previous: own.name,
        parent: null,
        seen: Object.fromEntries(others.map(([other, head]) => [id(other), [head.sequence, head.name!] as const])),
        ...(kind !== 'checkpoint' && { sequence }),
        ...(kind === 'copy' && { copiedFrom: { repository: id(99), snapshot: hash(`original ${i}`) } }),
      }),
    )
    const all = new Set([...own.all, ...known, i])
    heads.set(writer, kind === 'checkpoint' ? { ...own, all } : { sequence, name, shown: all, all })
  }
  return made
}

const step = (errors: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({
    writer: fc.nat(3),
    errorMs: errors,
    sees: fc.boolean(),
    kind: fc.constantFrom('snapshot', 'snapshot', 'snapshot', 'checkpoint', 'copy'),
  })
const wrong = fc.constantFrom(0, 0, 0, 3 * DAY, 400 * DAY, 2000 * DAY, -3 * DAY, -400 * DAY)
const orderOf = (entries: readonly SnapshotEntry[]) => orderPoints({ entries, sequenceOf: () => undefined })
const asRescue = ({ name, document }: SnapshotEntry): Snapshot =>
  ({ name, state: 'complete', body: document }) as unknown as Snapshot

test('what came before stays before, whatever the clocks said; the rescue reader says the same', () => {
  fc.assert(
    fc.property(fc.array(step(wrong), { maxLength: 40 }), (steps) => {
      const { entries, before } = historyOf(steps)
      const order = orderOf(entries)
      const rank = new Map(order.map(({ entry: { name } }, i) => [name, i]))
      assert.equal(rank.size, entries.length)
      for (const [i, known] of before.entries()) {
        for (const former of known)
          assert.ok(rank.get(entries[former]!.name)! < rank.get(entries[i]!.name)!, `${former} before ${i}`)
      }
      assert.deepEqual(
        inOrder(entries.map(asRescue), new Map()).map(({ name }) => name),
        order.map(({ entry: { name } }) => name),
      )
      for (const [i, { atMs }] of order.slice(1).entries()) assert.ok(order[i]!.atMs <= atMs)
    }),
    { numRuns: 500 },
  )
})

test('with right clocks the dates are the order, and nothing is odd', () => {
  fc.assert(
    fc.property(fc.array(step(fc.constant(0)), { maxLength: 40 }), (steps) => {
      const { entries } = historyOf(steps)
      const order = orderOf(entries.toReversed())
      assert.deepEqual(
        order.map(({ entry: { name } }) => name),
        entries.map(({ name }) => name),
      )
      assert.deepEqual(oddPoints(order, NOW), [])
    }),
  )
})

test('one wrong clock moves its own point alone, and counts for the day on which it was made', () => {
  const plan = fc.record({
    length: fc.integer({ min: 3, max: 30 }),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    errorMs: fc.constantFrom(3 * DAY, 400 * DAY, 2000 * DAY, -3 * DAY, -400 * DAY, -20_000 * DAY),
    writers: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(plan, ({ length, at, errorMs, writers }) => {
      // With two points on each side nobody can mistake which of the dates is wrong.
      const odd = 2 + Math.floor(at * length)
      const steps = Array.from({ length: length + 4 }, (_, i): Step => {
        return { writer: i % writers, errorMs: i === odd ? errorMs : 0, sees: true, kind: 'snapshot' }
      })
      const { entries } = historyOf(steps)
      const order = orderOf(entries)
      assert.deepEqual(
        order.map(({ entry: { name } }) => name),
        entries.map(({ name }) => name),
      )
      const times = pointTimes(order, NOW)
      for (const [i, { name }] of entries.entries())
        if (i !== odd) assert.deepEqual(times.get(name), { atMs: START + i * DAY })
      const { atMs, doubt } = times.get(entries[odd]!.name)!
      assert.ok(atMs >= START + (odd - 1) * DAY && atMs < START + (odd + 1) * DAY, isoTime(atMs))
      assert.equal(doubt, errorMs > 0 ? DateDoubt.AHEAD : DateDoubt.BEHIND)
    }),
  )
})

test('a point dated after now is in the future until another follows; a machine that is behind finds them all there', () => {
  const steps = [0, 0, 400 * DAY].map((errorMs): Step => ({ writer: 0, errorMs, sees: true, kind: 'snapshot' }))
  const { entries } = historyOf(steps)
  const order = orderOf(entries)
  assert.deepEqual(
    oddPoints(order, NOW).map(({ snapshot, doubt }) => [snapshot, doubt]),
    [[entries[2]!.name, DateDoubt.FUTURE]],
  )
  const behind = pointTimes(order, Date.parse('1970-01-01T00:00:00Z'))
  assert.deepEqual(
    [...behind.values()].map(({ doubt }) => doubt),
    [DateDoubt.FUTURE, DateDoubt.FUTURE, DateDoubt.FUTURE],
  )
})

/** Commits a copy of a snapshot's document with other fields, as its writer would. */
async function plant(made: TestRepository, like: SnapshotDocument, change: Partial<SnapshotDocument>): Promise<string> {
  await using repository = await open(made)
  const document = { ...like, ...change }
  const signer = repository.keys.writer(Buffer.from(document.writer, 'hex'))
  const checkpoint = document.kind === 'checkpoint'
  return await repository.writeDocument(document, {
    type: checkpoint ? ObjectType.CHECKPOINT : ObjectType.SNAPSHOT,
    folder: checkpoint ? 'checkpoints' : 'snapshots',
    signer,
  })
}

test('"latest", the next parent, verify and the rescue reader follow the order; the odd date is named', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'a'), '1')
  const made = await makeRepository(base.path)
  const first = await backup(made, source)
  const ahead = await plant(made, first.document, {
    startedAt: '2031-01-01T00:00:00.000Z',
    finishedAt: '2031-01-01T00:00:00.000Z',
    sequence: 2,
    previous: first.snapshot,
    parent: first.snapshot,
  })
  fs.writeFileSync(path.join(source, 'b'), '2')
  const last = await backup(made, source)
  assert.equal(last.document.parent, ahead, 'nothing came after it when the backup began')
  await using repository = await open(made)
  const history = await readHistory(repository)
  const names = [first.snapshot, ahead, last.snapshot]
  assert.deepEqual(
    history.snapshots.map(({ name }) => name),
    names,
  )
  assert.equal(findSnapshot(history, 'latest').name, last.snapshot)
  assert.ok(made.kek.kind === 'raw')
  assert.deepEqual(
    new Store(made.folder, { kind: 'raw', bytes: made.kek.key }).snapshots().map(({ name }) => name),
    names,
  )
  const verified = await verifyRepository(repository)
  assert.deepEqual(
    [verified.problems, verified.oddPoints.map(({ snapshot, doubt }) => [snapshot, doubt])],
    [[], [[ahead, DateDoubt.AHEAD]]],
  )
  const next = await backup(made, source)
  assert.equal(next.document.parent, last.snapshot)
})

test('a stale checkpoint of a clock that was ahead is not what the next run goes on from', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  fs.mkdirSync(source)
  const made = await makeRepository(base.path)
  const first = await backup(made, source)
  const checkpoint = { kind: 'checkpoint', complete: false, finishedAt: '2031-01-01T00:00:00.000Z' } as const
  const { sequence: _, ...like } = first.document
  const stale = await plant(made, like, { ...checkpoint, previous: null })
  const fresh = await plant(made, like, {
    ...checkpoint,
    previous: first.snapshot,
    finishedAt: '1999-01-01T00:00:00.000Z',
  })
  await using repository = await open(made)
  const { order } = await readHistory(repository)
  assert.deepEqual(
    order.map(({ entry: { name } }) => name),
    [stale, first.snapshot, fresh],
  )
})
