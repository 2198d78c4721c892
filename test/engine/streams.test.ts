// Goal: whatever a receiver of WAL, binlog or oplog has acknowledged is read back, byte for byte, and every byte that is
// not there is named: stopped at any call, answered wrongly, started again, beside another receiver. Method: random
// streams over a store in memory; the receiver as a process that is gone at a planned call; objects hidden and added.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { FrameKind, ObjectSealer, ObjectType, signDocument } from '../../src/engine/crypto/index.ts'
import { changeKeyring } from '../../src/engine/repository/index.ts'
import {
  binlogPosition,
  Closed,
  comparePositions,
  EXTENT_BYTES,
  oplogEnd,
  oplogPosition,
  type Position,
  positionText,
  Standing,
  StreamReader,
  walPosition,
} from '../../src/engine/streams/index.ts'
import { listedRecord } from '../../src/engine/streams/record-key.ts'
import { readRecord, sealRecord } from '../../src/engine/streams/record-object.ts'
import { BackupError, isBackupError } from '../../src/kernel/backup-error.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { Crash, faultyStore } from '../harness/faulty-store.ts'
import { Lie, lyingStore } from '../harness/lying-store.ts'
import { type MemoryObjects, MemoryStore } from '../harness/memory-store.ts'
import { failsWith } from '../harness/refusal.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { storeWith } from '../harness/store-with.ts'
import {
  BINLOG,
  makeObjects,
  OPLOG,
  open,
  partsOf,
  randomBytes,
  readWal,
  receive,
  recordsIn,
  START,
  take,
  told,
  WAL,
  WRITERS,
} from '../harness/stream-stage.ts'

test('what was taken in pieces of any size is read back from and to anywhere', async () => {
  const random = seededRandom(testSeed())
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const bytes = randomBytes(random, 40_000)
  const receiver = await receive(repository)
  assert.equal(receiver.next, undefined)
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() * 3000))
    await take(receiver, START + BigInt(at), piece)
    if (random() < 0.3) await receiver.flush()
    at += piece.length
    if (random() < 0.1) await receiver.beat(Date.now())
  }
  await receiver.flush()
  assert.deepEqual(receiver.acknowledged, walPosition(START + 40_000n))
  assert.deepEqual(receiver.next, receiver.acknowledged)
  for (let i = 0; i < 30; i += 1) {
    const [a, b] = [random(), random()].map((each) => Math.floor(each * 40_001)).sort((x, y) => x - y) as [
      number,
      number,
    ]
    const { bytes: read, holes } = await readWal(repository, START + BigInt(a), START + BigInt(b))
    assert.deepEqual(holes, [])
    assert.ok(read.equals(bytes.subarray(a, b)), `${a} ${b}`)
  }
  const beyond = await readWal(repository, START - 7n, START + 40_007n)
  assert.ok(beyond.bytes.equals(bytes))
  assert.deepEqual(
    beyond.holes.map((each) => each.split(' ').slice(0, -2).join(' ')),
    ['announced start', 'beyond'],
  )
})

test('the record that holds a position is found by one list, also among hundreds of parts', async () => {
  const objects = await makeObjects()
  const lists: string[] = []
  let listed = 0
  const store = storeWith(new MemoryStore(objects), {
    async *list(prefix, options) {
      lists.push(prefix)
      for await (const each of new MemoryStore(objects).list(prefix, options)) {
        listed += 1
        yield each
      }
    },
  })
  await using repository = await open(store)
  const receiver = await receive(repository)
  const lsn = 0x20000000n
  for (let i = 0n; i < 800n; i += 1n) {
    await take(receiver, lsn + i * 3n, Buffer.from([1, 2, Number(i % 251n)]))
    await receiver.flush()
  }
  const reader = new StreamReader(repository, WAL)
  for (const i of [0n, 400n, 719n, 720n, 799n]) {
    lists.length = 0
    listed = 0
    const found = await reader.recordAt(walPosition(lsn + i * 3n + 2n))
    assert.equal(found?.content[Number(i * 3n) + 2 - found.document.from], Number(i % 251n))
    assert.equal(lists.length, 1)
    assert.ok(listed <= 1000, 'within one page')
  }
  assert.equal(await reader.recordAt(walPosition(lsn + 2400n)), undefined)
  assert.equal(await reader.recordAt(walPosition(lsn - 1n)), undefined)
})

test('a receiver that is gone at any call has lost nothing that it acknowledged, and the next one goes on', async () => {
  const bytes = randomBytes(seededRandom(testSeed()), 12_000)
  /** Takes and flushes all that is still to come; tells what is acknowledged. */
  const run = async (store: ObjectStore, onAcknowledged: (to: bigint) => void) => {
    const repository = await open(store)
    const receiver = await receive(repository)
    for (let at = Number(receiver.next ? lsnOf(receiver.next) - START : 0n); at < bytes.length; at += 1500) {
      await take(receiver, START + BigInt(at), bytes.subarray(at, at + 1500))
      await receiver.flush()
      onAcknowledged(lsnOf(receiver.acknowledged!) - START)
      if (at % 4500 === 0) await receiver.beat(1_700_000_000_000 + at)
    }
  }
  const whole = faultyStore(new MemoryStore(await makeObjects()))
  await run(whole.store, () => {})
  assert.ok(whole.calls() > 12, String(whole.calls()))
  for (const mode of ['before', 'after'] as const)
    for (let at = 1; at <= whole.calls(); at += 1) {
      const objects = await makeObjects()
      const faulty = faultyStore(new MemoryStore(objects), { at, mode })
      let acknowledged = 0n
      await assert.rejects(
        run(faulty.store, (to) => {
          acknowledged = to
        }),
        (error) => error instanceof Crash || isBackupError(error, 'STORAGE_FAILED'),
      )
      faulty.assertFired()
      await using repository = await open(new MemoryStore(objects))
      const read = await readWal(repository, START, START + acknowledged)
      assert.deepEqual(read.holes, [], `${mode} ${at}`)
      assert.ok(read.bytes.equals(bytes.subarray(0, Number(acknowledged))), `${mode} ${at}`)
      await run(new MemoryStore(objects), () => {})
      const all = await readWal(repository, START, START + BigInt(bytes.length))
      assert.deepEqual(all, { bytes, holes: [] }, `${mode} ${at}, after the next one`)
    }
})

function lsnOf({ extent, offset }: Position): bigint {
  return (extent << 24n) + BigInt(offset)
}

test('an answer that is lost, refused or untrue is asked for again, and stores the same once', async () => {
  const bytes = randomBytes(seededRandom(testSeed()), 9000)
  for (const lie of [Lie.REFUSED, Lie.LOST, Lie.NOTHING]) {
    for (let at = 1; ; at += 1) {
      const objects = await makeObjects()
      const lying = lyingStore(new MemoryStore(objects), { at, lie })
      let failures = 0
      const again = async <T>(act: () => Promise<T>): Promise<T> => {
        try {
          return await act()
        } catch (error) {
          assert.ok(isBackupError(error, 'STORAGE_FAILED'), `${lie} ${at}: ${String(error)}`)
          failures += 1
          return await act()
        }
      }
      await using repository = await again(() => open(lying.store))
      const receiver = await again(() => receive(repository))
      for (let done = 0; done < bytes.length; done += 1000) {
        await again(() => take(receiver, START + BigInt(done), bytes.subarray(done, done + 1000)))
        await again(() => receiver.flush())
      }
      assert.deepEqual(receiver.acknowledged, walPosition(START + 9000n))
      await using sound = await open(new MemoryStore(objects))
      assert.deepEqual(await readWal(sound, START, START + 9000n), { bytes, holes: [] }, `${lie} ${at}`)
      const data = recordsIn(objects).filter((key) => key.slice(8, 40) === new StreamReader(repository, WAL).id)
      assert.equal(data.length, 9, `${lie} ${at}: nothing stands there twice`)
      if (!lying.hasLied()) break
      assert.equal(failures, 1, `${lie} ${at}`)
    }
  }
})

test('calls that overlap are done in turn: no late answer throws a record away, no beat says what is not stored', async () => {
  const objects = await makeObjects()
  const memory = new MemoryStore(objects)
  const waiting: Array<{ readonly key: string; readonly answer: () => void; readonly refuse: () => void }> = []
  let isGated = false
  let arrived = () => {}
  const store = storeWith(memory, {
    put: async (key, bytes, options) => {
      if (!isGated) return await memory.put(key, bytes, options)
      const isAnswered = await new Promise<boolean>((resolve) => {
        waiting.push({ key, answer: () => resolve(true), refuse: () => resolve(false) })
        arrived()
      })
      if (!isAnswered) throw new BackupError('STORAGE_FAILED', 'The link is down.', {})
      await memory.put(key, bytes, options)
    },
  })
  const arrives = async () => {
    while (waiting.length === 0) await new Promise<void>((resolve) => (arrived = resolve))
    return waiting.shift()!
  }
  await using repository = await open(store)
  const receiver = await receive(repository)
  const bytes = Buffer.concat([1, 2, 3, 4].map((each) => Buffer.alloc(1000, each)))
  const taken = (i: number) => take(receiver, START + BigInt(i * 1000), bytes.subarray(i * 1000, (i + 1) * 1000))
  await taken(0)
  isGated = true
  const first = receiver.flush()
  const put = await arrives()
  const [beat, second, third] = [receiver.beat(1_700_000_000_000), taken(1), receiver.flush()]
  await Promise.resolve()
  put.answer()
  await first
  const said = await arrives()
  assert.equal(waiting.length, 0, 'nothing is put twice, and nothing beside another')
  said.answer()
  await beat
  await second
  isGated = false
  await using other = await open(memory)
  const again = await receive(other, { writer: WRITERS[1] })
  assert.deepEqual(again.acknowledged, walPosition(START + 1000n), 'the beat says no more than is stored')
  const failing = await arrives()
  failing.refuse()
  await assert.rejects(third, failsWith('STORAGE_FAILED'))
  assert.deepEqual(receiver.acknowledged, walPosition(START + 1000n))
  await Promise.all([taken(2), receiver.flush(), taken(3), receiver.flush()])
  assert.deepEqual(receiver.acknowledged, walPosition(START + 4000n))
  assert.deepEqual(await readWal(repository, START, START + 4000n), { bytes, holes: [] })
})

test('a full extent of many parts is folded into one record, which says that it is whole', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  const lsn = 5n << 24n
  const bytes = Buffer.alloc(EXTENT_BYTES, 'wal')
  const piece = EXTENT_BYTES / 16
  for (let at = 0; at < EXTENT_BYTES; at += piece) {
    await take(receiver, lsn + BigInt(at), bytes.subarray(at, at + piece))
    await receiver.flush()
  }
  const found = await new StreamReader(repository, WAL).recordAt(walPosition(lsn + 77n))
  assert.deepEqual([found?.document.from, found?.document.to, found?.document.closed], [0, EXTENT_BYTES, Closed.FULL])
  assert.equal(found?.document.prefix, createHash('sha256').update(bytes).digest('hex'))
  await take(receiver, lsn + BigInt(EXTENT_BYTES), Buffer.from('next'))
  await receiver.flush()
  const next = await new StreamReader(repository, WAL).recordAt(walPosition(lsn + BigInt(EXTENT_BYTES)))
  assert.deepEqual(next?.document.before, {
    extent: '0000000000000005',
    to: EXTENT_BYTES,
    prefix: found?.document.prefix,
  })
  const again = await receive(repository, { writer: WRITERS[1] })
  assert.deepEqual(again.next, { extent: 6n, offset: 4 })
})

test('bytes that come again are left out; other bytes in their place are STREAM_FORKED, wherever they are', async () => {
  const bytes = randomBytes(seededRandom(testSeed()), 20_000)
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  await take(receiver, START, bytes.subarray(0, 15_000))
  await receiver.flush()
  const before = recordsIn(objects)
  await take(receiver, START, bytes.subarray(0, 15_000))
  await take(receiver, START + 300n, bytes.subarray(300, 9000))
  await receiver.flush()
  assert.deepEqual(recordsIn(objects), before)
  for (const at of [0, 4999, 5000, 14_999]) {
    const other = Buffer.from(bytes)
    other[at]! ^= 1
    await assert.rejects(take(receiver, START, other), failsWith('STREAM_FORKED'), String(at))
  }
  await take(receiver, START + 3000n, bytes.subarray(3000))
  await receiver.flush()
  assert.deepEqual(await readWal(repository, START, START + 20_000n), { bytes, holes: [] })
  // The same of whoever starts there, with the extent before closed.
  const next = await receive(repository, { writer: WRITERS[1] })
  await take(next, START, bytes)
  const other = Buffer.from(bytes)
  other[6000]! ^= 1
  await assert.rejects(
    take(next, START, other),
    failsWith('STREAM_FORKED', { position: positionText(walPosition(START)) }),
  )
  assert.deepEqual(await readWal(repository, START, START + 20_000n), { bytes, holes: [] })
})

test('two receivers of one stream do each other no harm; with other bytes both are told', async () => {
  const random = seededRandom(testSeed())
  const bytes = randomBytes(random, 20_000)
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const both = [await receive(repository), await receive(repository, { writer: WRITERS[1] })]
  const done = [0, 0]
  while (done.some((each) => each < bytes.length)) {
    const i = random() < 0.5 ? 0 : 1
    const piece = bytes.subarray(done[i], done[i]! + 1 + Math.floor(random() * 2000))
    if (piece.length === 0) continue
    await take(both[i]!, START + BigInt(done[i]!), piece)
    if (random() < 0.6) await both[i]!.flush()
    done[i]! += piece.length
  }
  for (const receiver of both) await receiver.flush()
  assert.equal(await both[0]!.beat(Date.now()), true, 'it is told of the other one')
  assert.deepEqual(await readWal(repository, START, START + 20_000n), { bytes, holes: [] })
  const data = recordsIn(objects).filter((key) => key.slice(8, 40) === new StreamReader(repository, WAL).id)
  for (const hidden of data) {
    const store = new MemoryStore(new Map([...objects].filter(([key]) => key !== hidden)))
    await using lacking = await open(store)
    const read = await readWal(lacking, START, START + 20_000n)
    if (read.holes.length === 0) assert.ok(read.bytes.equals(bytes), 'the other one has it')
    else
      assert.ok(
        read.holes.every((each) => /^(lost|announced|beyond) /.test(each)),
        read.holes.join(),
      )
  }
  await take(both[0]!, START + 20_000n, Buffer.from('one'))
  await take(both[1]!, START + 20_000n, Buffer.from('other'))
  await both[0]!.flush()
  await both[1]!.flush()
  for (const receiver of both) await assert.rejects(receiver.beat(Date.now()), failsWith('STREAM_FORKED'))
  await assert.rejects(readWal(repository, START, START + 20_010n), failsWith('STREAM_FORKED'))
})

test('whatever is hidden is never left out in silence: lost, damaged and announced are told apart', async () => {
  const bytes = randomBytes(seededRandom(testSeed()), 30_000)
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  for (let at = 0; at < 30_000; at += 3000) {
    await take(receiver, START + BigInt(at), bytes.subarray(at, at + 3000))
    await receiver.flush()
  }
  await receiver.announceGap('slot-lost')
  await take(receiver, START + 40_000n, bytes.subarray(0, 3000))
  await receiver.beat(Date.now())
  const end = START + 43_000n
  const gap = `announced slot-lost ${positionText(walPosition(START + 30_000n))} ${positionText(walPosition(START + 40_000n))}`
  assert.deepEqual((await readWal(repository, START, end)).holes, [gap])
  const id = new StreamReader(repository, WAL).id
  for (const hidden of recordsIn(objects).filter((key) => key.slice(8, 40) === id)) {
    const kept = new Map([...objects].filter(([key]) => key !== hidden))
    await using lacking = await open(new MemoryStore(kept))
    const { holes } = await readWal(lacking, START, end)
    assert.ok(
      holes.some((each) => each.startsWith('lost ')),
      `${hidden}: ${holes.join()}`,
    )
    kept.set(hidden, {
      ...objects.get(hidden)!,
      bytes: Uint8Array.from(objects.get(hidden)!.bytes, (byte) => byte ^ 1),
    })
    await using damaged = await open(new MemoryStore(kept))
    const said = await readWal(damaged, START, end)
    // Of the last one nothing follows in its extent: a beat alone has seen it.
    assert.ok(
      said.holes.some((each) => /^(damaged|lost) /.test(each)),
      said.holes.join(),
    )
  }
  const furthest = recordsIn(objects).filter((key) => key.startsWith(`streams/${id}/00000000000016b4-`))
  const tail = new Map([...objects].filter(([key]) => !furthest.slice(0, 4).includes(key)))
  await using cut = await open(new MemoryStore(tail))
  await assert.rejects(receive(cut), failsWith('ROLLBACK_SUSPECTED'))
  const accepting = await receive(cut, { acceptsRollback: true })
  assert.ok(accepting.next, 'somebody accepted that')
})

test('strangers in a stream are passed over, also where they come first', async () => {
  const bytes = randomBytes(seededRandom(testSeed()), 9000)
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  await take(receiver, START, bytes)
  await receiver.flush()
  const { id } = new StreamReader(repository, WAL)
  const junk = Buffer.from('junk')
  const name = createHash('sha256').update(junk).digest('hex')
  const at = { bytes: junk, modifiedMs: Date.now() }
  for (const extent of ['00000000000016b3', '00000000000016b4', '000000000000ffff', 'ffffffffffffffff'])
    for (const place of ['00000000-00000000', 'ffffffff-00000000', 'fffffffe-00000000', 'feffffff-00000007'])
      objects.set(`streams/${id}/${extent}-${place}-${name}`, at)
  objects.set(`streams/${id}/odd`, at)
  const read = await readWal(repository, START, START + 9000n)
  assert.deepEqual(read, { bytes, holes: [] })
  const found = await new StreamReader(repository, WAL).recordAt(walPosition(START + 100n))
  assert.ok(found)
  const again = await receive(repository, { writer: WRITERS[1] })
  assert.deepEqual(again.next, walPosition(START + 9000n))
})

test('a server of another system, or one that was put back, is refused; so is one to which more was acknowledged', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const first = await receive(repository)
  await take(first, START, Buffer.alloc(100))
  await first.flush()
  const receiver = await receive(repository)
  const flush = walPosition(START + 100n)
  const server = { system: WAL.system, isPrimary: true, flush, acknowledged: flush }
  receiver.meet(server)
  receiver.meet({ ...server, isPrimary: false, flush: walPosition(START) })
  assert.throws(() => receiver.meet({ ...server, system: '1' }), failsWith('STREAM_FORKED'))
  assert.throws(() => receiver.meet({ ...server, flush: walPosition(START) }), failsWith('STREAM_FORKED'))
  const ahead = walPosition(START + 101n)
  assert.throws(() => receiver.meet({ ...server, flush: ahead, acknowledged: ahead }), failsWith('ROLLBACK_SUSPECTED'))
})

test('a branch is known before its bytes, stays as it was first said, and takes nothing after it was left', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const history = Buffer.from('1\t0/16B374D8\tno recovery target specified\n')
  const identity = { ...WAL, branch: '2' }
  const branch = {
    parent: { branch: '1', extent: '00000000000016b3', to: 77, prefix: null },
    facts: { walSegmentBytes: 16_777_216 },
    content: history,
  }
  const child = await receive(repository, { identity, branch })
  assert.equal(recordsIn(objects).length, 1, 'and nothing else')
  await take(child, START, Buffer.alloc(9))
  await child.flush()
  await receive(repository, { identity, branch })
  await receive(repository, { identity })
  assert.equal(recordsIn(objects).length, 2)
  const other = { ...branch, content: Buffer.from('1\t0/1\tother\n') }
  await assert.rejects(receive(repository, { identity, branch: other }), failsWith('STREAM_FORKED'))
  await child.close(Closed.SWITCH)
  await assert.rejects(take(child, START + 9n, Buffer.alloc(1)), failsWith('STREAM_FORKED'))
  const late = await receive(repository, { identity })
  await assert.rejects(take(late, START + 9n, Buffer.alloc(1)), failsWith('STREAM_FORKED', { closed: Closed.SWITCH }))
})

test('binary logs follow one another file by file, and a missing file is LOST', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository, { identity: BINLOG })
  const takeFile = async (file: number, bytes: Buffer) => {
    await receiver.take({ from: binlogPosition(file, 0n), to: binlogPosition(file, BigInt(bytes.length)), bytes })
    await receiver.flush()
    await receiver.close(Closed.ROTATE)
  }
  for (const file of [7, 8, 9]) await takeFile(file, Buffer.alloc(500 + file, file))
  const range = [binlogPosition(7, 0n), binlogPosition(9, 509n)] as const
  const whole = told(await partsOf(repository, ...range, BINLOG))
  assert.deepEqual(whole.holes, [])
  assert.equal(whole.bytes.length, 507 + 508 + 509)
  const hidden = new Map([...objects].filter(([key]) => !key.includes('/0000000800000000-')))
  await using lacking = await open(new MemoryStore(hidden))
  const { holes } = told(await partsOf(lacking, ...range, BINLOG))
  assert.deepEqual(holes, ['lost 0000000700000000-000001fb 0000000800000000-000001fc'])
  const again = await receive(repository, { identity: BINLOG, writer: WRITERS[1] })
  assert.equal(again.next, undefined, 'another file has to begin')
})

test('an oplog is cut into windows; quiet ones leave no hole, a hidden one does', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository, { identity: OPLOG })
  const seconds = [640, 641, 650, 700, 710, 9000, 9001, 9090]
  let from = oplogPosition(640, 1)
  for (const each of seconds) {
    const to = oplogEnd(each, 1)
    if (comparePositions({ extent: to.extent, offset: 0 }, from) > 0) from = { extent: to.extent, offset: 0 }
    await receiver.take({ from, to, bytes: Buffer.from(`op ${each};`) })
    if (each % 2 === 0) await receiver.flush()
    from = to
  }
  await receiver.flush()
  const range = [oplogPosition(640, 1), oplogEnd(9090, 1)] as const
  const { bytes, holes } = told(await partsOf(repository, ...range, OPLOG))
  assert.deepEqual(holes, [])
  assert.equal(bytes.toString(), seconds.map((each) => `op ${each};`).join(''))
  const inside = told(await partsOf(repository, oplogPosition(700, 1), oplogPosition(9001, 0), OPLOG))
  assert.match(inside.bytes.toString(), /op 700;.*op 9000;/)
  const window = `/${(9000n >> 6n).toString(16).padStart(16, '0')}-`
  const hidden = new Map([...objects].filter(([key]) => !key.includes(window)))
  await using lacking = await open(new MemoryStore(hidden))
  const said = told(await partsOf(lacking, ...range, OPLOG))
  assert.match(said.holes.join(), /^lost [^,]*$/)
  const again = await receive(repository, { identity: OPLOG, writer: WRITERS[1] })
  assert.deepEqual(again.next, oplogEnd(9090, 1))
})

test('that something certainly never was is said above all that anybody has seen, and of no hole', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const at = (offset: number) => walPosition(START + BigInt(offset))
  const standing = async (offset: number, among: MemoryObjects, known: readonly Position[] = []) => {
    await using opened = await open(new MemoryStore(among))
    return await new StreamReader(opened, WAL).standingOf(at(offset), { known })
  }
  assert.equal(await standing(0, objects), Standing.UNKNOWN, 'of no stream')
  const receiver = await receive(repository)
  await take(receiver, START, Buffer.alloc(100))
  await receiver.flush()
  await receiver.announceGap('slot-lost')
  await take(receiver, START + 200n, Buffer.alloc(100))
  await receiver.beat(1_700_000_000_000)
  const stand = async (among: MemoryObjects) => {
    const standings: Standing[] = []
    for (const offset of [0, 99, 100, 199, 200, 299, 300, 20_000]) standings.push(await standing(offset, among))
    return standings
  }
  const { STORED, ABSENT, UNKNOWN } = Standing
  assert.deepEqual(await stand(objects), [STORED, STORED, UNKNOWN, UNKNOWN, STORED, STORED, ABSENT, ABSENT])
  assert.equal(await standing(300, objects, [at(301)]), UNKNOWN, 'a base backup ends behind it')
  const { id } = new StreamReader(repository, WAL)
  const tail = recordsIn(objects).find((key) => key.startsWith(`streams/${id}/`))!
  const hidden = new Map([...objects].filter(([key]) => key !== tail))
  assert.deepEqual((await stand(hidden)).slice(4), [UNKNOWN, UNKNOWN, ABSENT, ABSENT], 'a beat has seen it')
  hidden.set(tail, { ...objects.get(tail)!, bytes: Uint8Array.from(objects.get(tail)!.bytes, (byte) => byte ^ 1) })
  assert.deepEqual((await stand(hidden)).slice(4), [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN], 'it may say more')
  const parent = { branch: WAL.branch, extent: '00000000000016b3', to: EXTENT_BYTES - 4000, prefix: null }
  const branch = { parent, facts: {}, content: new Uint8Array(0) }
  await receive(repository, { identity: { ...WAL, branch: '2' }, branch })
  assert.deepEqual((await stand(objects)).slice(6), [UNKNOWN, ABSENT], 'another branch left it further on')
})

test('a hole is LOST where only a record behind it says so, in its extent or in the next one', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  for (let at = 0n; at < 6000n; at += 1000n) {
    await take(receiver, START + at, Buffer.alloc(1000, Number(at)))
    await receiver.flush()
  }
  const { id } = new StreamReader(repository, WAL)
  const records = recordsIn(objects).filter((key) => key.startsWith(`streams/${id}/`))
  for (const from of [2000n, 4000n]) {
    const place = positionText(walPosition(START + from)).slice(-8)
    const hidden = records.find((key) => key.includes(`-${place}-`))!
    const kept = new Map([...objects].filter(([key]) => key !== hidden && !key.includes('/0000000100000000-')))
    await using lacking = await open(new MemoryStore(kept))
    const end = START + from + 500n
    const { holes } = await readWal(lacking, START, end)
    assert.deepEqual(holes, [`lost ${[START + from, end].map((each) => positionText(walPosition(each))).join(' ')}`])
  }
})

test('beats of a clock that was wrong hide no later ones: whatever one has seen is missed', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  await take(receiver, START, Buffer.alloc(1000, 1))
  for (let i = 0; i < 9; i += 1) await receiver.beat(4_000_000_000_000 + i * 300_000)
  await take(receiver, START + 1000n, Buffer.alloc(1000, 2))
  await receiver.beat(1_700_000_000_000)
  const { id } = new StreamReader(repository, WAL)
  const [last] = recordsIn(objects).filter((key) => key.startsWith(`streams/${id}/`))
  objects.delete(last!)
  await assert.rejects(receive(repository), failsWith('ROLLBACK_SUSPECTED'))
  assert.match((await readWal(repository, START, START + 2000n)).holes.join(), /^lost /)
})

test('a branch that was left at the end of a full extent stays left for whoever starts there', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  await take(receiver, START, Buffer.alloc(5000))
  await receiver.close(Closed.SWITCH)
  const parent = { branch: WAL.branch, extent: '00000000000016b3', to: EXTENT_BYTES, prefix: null }
  const branch = { parent, facts: {}, content: new Uint8Array(0) }
  await receive(repository, { identity: { ...WAL, branch: '2' }, branch })
  const late = await receive(repository)
  await assert.rejects(
    take(late, START + 5000n, Buffer.alloc(1)),
    failsWith('STREAM_FORKED', { closed: Closed.SWITCH }),
  )
})

test('a record of a later version is named, and the rest is read; whoever would write beside it is stopped', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  for (const at of [0, 1000, 2000]) {
    await take(receiver, START + BigInt(at), Buffer.alloc(1000, at / 1000))
    await receiver.flush()
  }
  const place = positionText(walPosition(START + 1000n)).slice(-8)
  const key = recordsIn(objects).find((each) => each.includes(`-${place}-`))!
  const { document, content } = await readRecord(repository, listedRecord({ key, bytes: 0 })!)
  const { keys } = repository
  const writer = keys.writer(WRITERS[0])
  const unknown = { ...document, closed: 'merged', codec: 'none' }
  const signed = signDocument(unknown, { purpose: '11', repositoryId: keys.repositoryId, signer: writer })
  const sealer = new ObjectSealer(ObjectType.STREAM, keys.scope())
  const pieces: Buffer[] = [sealer.header]
  const emit = (piece: Uint8Array) => pieces.push(Buffer.from(piece))
  sealer.sealFrame([signed, content], { kind: FrameKind.PAYLOAD, final: true, emit })
  const sealed = Buffer.concat(pieces)
  const later = { key: `${key.slice(0, -64)}${createHash('sha256').update(sealed).digest('hex')}`, bytes: sealed }
  objects.delete(key)
  objects.set(later.key, { bytes: later.bytes, modifiedMs: Date.now() })
  const { bytes, holes } = await readWal(repository, START, START + 3000n)
  assert.ok(bytes.equals(Buffer.concat([Buffer.alloc(1000, 0), Buffer.alloc(1000, 2)])))
  assert.deepEqual(holes, [`later ${[1000n, 2000n].map((at) => positionText(walPosition(START + at))).join(' ')}`])
  await assert.rejects(receive(repository), failsWith('FEATURE_UNSUPPORTED', { object: later.key }))
})

test('of records that nobody needs each is held against the rest, and each of a rival against what came here', async () => {
  const objects = await makeObjects()
  await using repository = await open(new MemoryStore(objects))
  const receiver = await receive(repository)
  const rival = await receive(repository, { writer: WRITERS[1] })
  for (const at of [0n, 1000n, 2000n]) {
    await take(receiver, START + at, Buffer.alloc(1000))
    await receiver.flush()
  }
  for (const at of [0n, 1000n, 2000n, 3000n]) {
    await take(rival, START + at, Buffer.alloc(1000, at < 1000n ? 1 : 0))
    await rival.flush()
  }
  await assert.rejects(receiver.beat(Date.now()), failsWith('STREAM_FORKED'), 'the one that reaches furthest is equal')
  for (const key of recordsIn(objects)) {
    const record = listedRecord({ key, bytes: 0 })!
    const { document } = await readRecord(repository, record)
    if (document.kind === 'stream' && document.writer === WRITERS[1].toString('hex')) objects.delete(key)
  }
  await receiver.close(Closed.SWITCH)
  const whole = await readWal(repository, START, START + 3000n)
  assert.deepEqual(whole, { bytes: Buffer.alloc(3000), holes: [] })
  const found = await new StreamReader(repository, WAL).recordAt(walPosition(START + 2500n))
  assert.equal(found?.content.length, 3000)
  const other = { ...found!.document, from: found!.document.from + 1000, bytes: 2000, closed: null }
  const forged = sealRecord(
    repository,
    { ...other, prefix: 'ab'.repeat(32) },
    {
      content: Buffer.alloc(2000, 7),
      writer: repository.keys.writer(WRITERS[1]),
    },
  )
  objects.set(forged.key, { bytes: forged.bytes, modifiedMs: Date.now() })
  await assert.rejects(readWal(repository, START, START + 3000n), failsWith('STREAM_FORKED'))
})

test('after a change of keys a quiet stream is sealed anew, and records that are known are read no more', async () => {
  const objects = await makeObjects()
  const reads: string[] = []
  const memory = new MemoryStore(objects)
  const store = storeWith(memory, {
    get: async (key, options) => {
      reads.push(key)
      return await memory.get(key, options)
    },
  })
  await using repository = await open(store)
  const receiver = await receive(repository)
  for (const at of [0n, 1000n, 2000n]) {
    await take(receiver, START + at, Buffer.alloc(1000))
    await receiver.flush()
  }
  const again = await receive(repository)
  await again.beat(1_700_000_000_000)
  reads.length = 0
  await again.beat(1_700_000_300_000)
  assert.deepEqual(reads, [])
  const before = recordsIn(objects)
  await changeKeyring(memory, repository.keys, { newEpoch: true, keks: [], now: new Date().toISOString() })
  await again.renewKeys()
  const added = recordsIn(objects).filter((key) => !before.includes(key))
  assert.equal(added.length, 1)
  const { content } = await readRecord(repository, listedRecord({ key: added[0]!, bytes: 0 })!)
  assert.equal(content.length, 3000)
  await again.renewKeys()
  assert.equal(recordsIn(objects).length, before.length + 1)
})

test('a receiver puts, gets and lists alone', async () => {
  const objects = await makeObjects()
  const refuse = () => assert.fail('it was asked for more')
  const store = storeWith(new MemoryStore(objects), {
    delete: refuse,
    nowMs: refuse,
    prepare: refuse,
    capacity: refuse,
  })
  await using repository = await open(new CheckedStore(store))
  const receiver = await receive(repository)
  await take(receiver, START, Buffer.alloc(9000))
  await receiver.beat(Date.now())
  await receiver.renewKeys()
  assert.ok(recordsIn(objects).length > 3)
  assert.deepEqual(
    [...objects.keys()].filter((key) => !/^(config|keys|streams)\//.test(key)),
    [],
  )
})
