// Goal: records go only where others hold the same bytes, and whoever looks, copies or removes meanwhile finds nothing
// wrong. Method: streams in memory whose records are made old; every call stopped; pruners that sleep, lists that are old.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  binlogPosition,
  Closed,
  copyStreams,
  readBranch,
  removeRedundant,
  StreamReader,
  surveyStreams,
} from '../../src/engine/streams/index.ts'
import { parseRecordKey } from '../../src/engine/streams/record-key.ts'
import { type RecordDraft, readRecord, sealRecord } from '../../src/engine/streams/record-object.ts'
import { turn } from '../../src/kernel/clock.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { faultyStore } from '../harness/faulty-store.ts'
import { type MemoryObjects, MemoryStore } from '../harness/memory-store.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { storeWith } from '../harness/store-with.ts'
import {
  aged,
  BINLOG,
  DAY_MS,
  makeObjects,
  open,
  randomBytes,
  readFolded,
  readWal,
  receive,
  receiveFolded,
  recordsIn,
  removed,
  START,
  take,
  WAL,
  WRITERS,
} from '../harness/stream-stage.ts'

test('what a fold holds goes after a day: stopped anywhere, by two at once, all of it is still read', async () => {
  const young = await makeObjects()
  await using repository = await open(new MemoryStore(young))
  await receiveFolded(repository)
  await receiveFolded(repository, WRITERS[1]).catch(() => {})
  const whole = await readFolded(repository)
  assert.equal(whole.length, 2)
  assert.equal(await removed(young), 0, 'whoever listed them before may be reading them')
  const objects = aged(young)
  const dry = await removeRedundant(repository, { nowMs: Date.now() + DAY_MS * 2, dryRun: true })
  const whether = faultyStore(new MemoryStore(objects))
  const count = await removed(objects, whether.store)
  assert.ok(count > 30, String(count))
  assert.deepEqual([dry.records, recordsIn(young).length - recordsIn(objects).length], [count, count])
  for (const at of [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144].filter((each) => each <= whether.calls())) {
    const left = aged(young)
    await removed(
      left,
      faultyStore(new MemoryStore(left), { at, mode: at % 2 === 0 ? 'after' : 'before' }).store,
    ).catch(() => {})
    await using stopped = await open(new MemoryStore(left))
    assert.deepEqual(await readFolded(stopped), whole, String(at))
    await removed(left)
    assert.deepEqual(await readFolded(stopped), whole, `${at}, and again`)
  }
  const both = aged(young)
  await Promise.all([removed(both), removed(both)])
  for (const each of [both, objects]) {
    await using left = await open(new MemoryStore(each))
    assert.deepEqual(await readFolded(left), whole)
  }
})

test('of records that say more, hold other bytes or can not be replaced none goes', async () => {
  const random = seededRandom(testSeed())
  const young = await makeObjects()
  await using repository = await open(new MemoryStore(young))
  await receiveFolded(repository)
  const whole = await readFolded(repository)
  for (const key of recordsIn(young).filter((_, i) => i % 4 === 0)) {
    const objects = aged(young)
    objects.set(key, { ...objects.get(key)!, bytes: Uint8Array.from(objects.get(key)!.bytes, (byte) => byte ^ 1) })
    await using rotten = await open(new MemoryStore(objects))
    const before = await readFolded(rotten)
    await removed(objects)
    assert.deepEqual(await readFolded(rotten), before, `${key} is rotten`)
  }
  for (let run = 0; run < 8; run += 1) {
    const objects = new Map(young)
    for (let round = 0; round < 4; round += 1) {
      for (const [key, each] of aged(objects, () => random() < 0.4)) objects.set(key, each)
      await removed(objects)
      await using mixed = await open(new MemoryStore(objects))
      assert.deepEqual(await readFolded(mixed), whole)
    }
  }
  const objects = aged(young)
  await removed(objects)
  await using after = await open(new MemoryStore(objects))
  const again = await receive(after, { identity: BINLOG, writer: WRITERS[1] })
  assert.equal(again.next, undefined, 'that the file has ended is still known')
  const { beat } = await readBranch(after, BINLOG)
  assert.equal(beat?.to, 60, 'and how far somebody had come')
  assert.deepEqual((await surveyStreams(after, { readShare: 1 })).findings, [])
  // Another server's bytes in the places of a file.
  const [one, other] = [
    await receive(after, { identity: BINLOG }),
    await receive(after, { identity: BINLOG, writer: WRITERS[1] }),
  ]
  for (let at = 0; at < 12; at += 1)
    for (const [i, receiver] of [one, other].entries()) {
      await receiver.take({
        from: binlogPosition(8, BigInt(at)),
        to: binlogPosition(8, BigInt(at + 1)),
        bytes: Buffer.of(i),
      })
      await receiver.flush()
    }
  await one.close(Closed.ROTATE)
  const all = aged(objects)
  const inFile = (each: MemoryObjects) => recordsIn(each).filter((key) => key.includes('/0000000800000000-'))
  assert.equal(inFile(all).length, 25)
  await removed(all)
  assert.equal(inFile(all).length, 13, 'the fold, and what it does not hold')
})

test('of equal folds one stays, whoever has seen which of them grow old; the one that says that a file has ended', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  await receiveFolded(repository)
  const inFile = () => recordsIn(objects).filter((key) => key.includes('/0000000700000000-'))
  const parts = inFile().slice(1)
  const fold = parseRecordKey(inFile()[0]!)!
  const { document, content } = await readRecord(repository, fold)
  assert.equal(document.kind === 'stream' && document.closed, Closed.ROTATE)
  const young = aged(objects, (key) => parts.includes(key))
  assert.equal(recordsIn(young).filter((key) => parts.includes(key)).length, 12)
  await removed(young)
  assert.equal(recordsIn(young).filter((key) => parts.includes(key)).length, 12, 'what holds them is young')
  // The same bytes from others, who have not seen the end of the file.
  for (let i = 0; i < 6; i += 1) {
    const open = sealRecord(repository, { ...document, closed: null } as RecordDraft, {
      content,
      writer: repository.keys.writer(WRITERS[1]),
    })
    objects.set(open.key, { bytes: open.bytes, modifiedMs: Date.now() })
  }
  for (const key of parts) objects.delete(key)
  for (const [key, each] of aged(objects)) objects.set(key, each)
  const unclosed = inFile().filter((key) => key !== fold.key)
  const others = new Map([...objects].filter(([key]) => key !== fold.key))
  for (const [among, left] of [
    [others, unclosed[0]],
    [objects, fold.key],
  ] as const) {
    // One has listed when the first of them was young, sleeps, and wakes up when another has been here.
    const sleeping = sleepingAtDelete(
      storeWith(new MemoryStore(among), {
        async *list(prefix, options) {
          for await (const each of new MemoryStore(among).list(prefix, options))
            yield each.key === left ? { ...each, modifiedMs: Date.now() } : each
        },
      }),
    )
    const slept = removed(among, sleeping.store)
    await sleeping.reached
    await removed(among)
    sleeping.go()
    await slept
    const inFileOf = recordsIn(among).filter((key) => key.includes('/0000000700000000-'))
    assert.deepEqual(inFileOf, [left])
  }
  const again = await receive(repository, { identity: BINLOG, writer: WRITERS[1] })
  assert.equal(again.next, undefined, 'that the file has ended is still known')
})

/** A store whose first removal waits until `go`. */
function sleepingAtDelete(inner: ObjectStore) {
  const reached = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  const store = storeWith(inner, {
    delete: async (key, options) => {
      reached.resolve()
      await going.promise
      await inner.delete(key, options)
    },
  })
  return { store, reached: reached.promise, go: () => going.resolve() }
}

test('a copy that is stopped at any call lacks something and holds nothing wrong; the next one brings the rest', async () => {
  await using from = await open(new MemoryStore(await makeObjects()))
  await receiveFolded(from)
  const wal = await receive(from)
  await take(wal, START, Buffer.alloc(9000, 'wal'))
  await wal.beat(1_700_000_000_000)
  const whole = await readFolded(from)
  const copy = async (store: ObjectStore) => {
    await using to = await open(store)
    return await copyStreams({ from, to, signer: to.keys.writer(WRITERS[1]) })
  }
  const counted = faultyStore(new MemoryStore(await makeObjects()))
  assert.deepEqual((await copy(counted.store)).problems, [])
  for (let at = 1; at <= counted.calls(); at += 1) {
    const objects = await makeObjects()
    const faulty = faultyStore(new MemoryStore(objects), { at, mode: at % 2 === 0 ? 'after' : 'before' })
    await assert.rejects(copy(faulty.store))
    faulty.assertFired()
    await using to = await open(new MemoryStore(objects))
    assert.deepEqual((await surveyStreams(to, { readShare: 1 })).findings, [], String(at))
    await copy(new MemoryStore(objects))
    assert.deepEqual(await readFolded(to), whole, String(at))
    assert.deepEqual((await readWal(to, START, START + 9000n)).holes, [], String(at))
    const { records } = await copy(new MemoryStore(objects))
    assert.equal(records, 0, `${at}: nothing comes twice`)
  }
})

test('who looks at streams while receivers store and a pruner removes finds nothing wrong', async () => {
  const random = seededRandom(testSeed())
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const bytes = randomBytes(random, 12_000)
  let isDone = false
  const storing = (async () => {
    const receiver = await receive(repository)
    for (let at = 0; at < bytes.length; at += 100) {
      await take(receiver, START + BigInt(at), bytes.subarray(at, at + 100))
      await receiver.flush()
      if (random() < 0.3) await receiver.beat(1_700_000_000_000 + at * 60_000)
      if (random() < 0.1) await turn()
    }
    await receiveFolded(repository)
  })().finally(() => {
    isDone = true
  })
  let looks = 0
  for (; !isDone; looks += 1) {
    assert.deepEqual((await surveyStreams(repository, { readShare: random() < 0.3 ? 1 : 0 })).findings, [])
    await removeRedundant(repository, { nowMs: Date.now() + DAY_MS * 2 })
    // All of this store answers at once: nothing else would have its turn.
    await turn()
  }
  await storing
  assert.ok(looks > 2, String(looks))
  assert.deepEqual(await readWal(repository, START, START + 12_000n), { bytes, holes: [] })
})

test('a list that was begun before a beat and ends behind it makes nothing look lost', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  await take(receiver, START, Buffer.alloc(100))
  await receiver.flush()
  const earlier = new Map(objects)
  await take(receiver, START + 100n, Buffer.alloc(100))
  await receiver.beat(1_700_000_000_000)
  const { id } = new StreamReader(repository, WAL)
  let lists = 0
  const paged = storeWith(new MemoryStore(objects), {
    async *list(prefix, options) {
      lists += 1
      for await (const each of new MemoryStore(objects).list(prefix, options))
        if (lists > 1 || !each.key.startsWith(`streams/${id}/`) || earlier.has(each.key)) yield each
    },
  })
  await using looking = await open(new MemoryStore(objects))
  const seen = new Proxy(looking, {
    get: (target, name) => (name === 'store' ? paged : Reflect.get(target, name, target)),
  })
  assert.deepEqual((await surveyStreams(seen)).findings, [])
  assert.equal(lists, 2, 'it has looked again')
})
