// Goal: streams live beside snapshots: who deletes, mends or gives up leaves them alone, verify finds what is wrong with
// them and nothing else, a copy holds the same bytes under its own keys, and the rescue reader gets the server's files
// back from records alone. Method: a repository with snapshots and streams; objects hidden, damaged and added.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FrameKind, ObjectSealer, ObjectType, signDocument } from '../../src/engine/crypto/index.ts'
import {
  copySnapshots,
  forgetSnapshots,
  parseKek,
  prune,
  Repository,
  readHistory,
  repairRepository,
  repositoryStatistics,
  verifyRepository,
} from '../../src/engine/index.ts'
import {
  binlogPosition,
  Closed,
  oplogEnd,
  oplogPosition,
  type Position,
  type StreamIdentity,
  StreamKind,
  StreamReader,
  StreamReceiver,
  walPosition,
} from '../../src/engine/streams/index.ts'
import { type ListedRecord, listedRecord } from '../../src/engine/streams/record-key.ts'
import { readRecord } from '../../src/engine/streams/record-object.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  rawKey,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')
const SYSTEM = '7312345678901234567'
const WAL: StreamIdentity = { kind: StreamKind.POSTGRESQL_WAL, system: SYSTEM, branch: '2' }
const BINLOG: StreamIdentity = {
  kind: StreamKind.MYSQL_BINLOG,
  system: 'b5c1a1a0-0000-11ee-8000-000000000001',
  branch: '0',
}
const OPLOG: StreamIdentity = { kind: StreamKind.MONGODB_OPLOG, system: '5f0000000000000000000001', branch: '0' }
const SEGMENT_BYTES = 1024 * 1024
/** Six segments of 1 MiB before the end of an extent. */
const START = (0x1ffn << 24n) + BigInt(10 * SEGMENT_BYTES)
const HISTORY = '1\t1/FE000000\tno recovery target specified\n'

interface Stage {
  readonly base: string
  readonly made: TestRepository
  readonly snapshots: readonly string[]
  readonly wal: Buffer
}

async function makeStage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(3))
  const made = await makeRepository(base)
  const first = (await backup(made, source)).snapshot
  fs.rmSync(path.join(source, 'chunked.bin'))
  const second = (await backup(made, source)).snapshot
  await using repository = await open(made)
  return { base, made, snapshots: [first, second], wal: await receiveAll(repository) }
}

/** Some WAL over the end of an extent, two binary logs, three windows of an oplog. */
async function receiveAll(repository: Repository): Promise<Buffer> {
  const random = seededRandom(9)
  const wal = Buffer.alloc(8 * SEGMENT_BYTES)
  for (let at = 0; at < wal.length; at += 4) wal.writeUInt32LE(Math.floor(random() * 1000), at)
  const receive = (identity: StreamIdentity, branch?: Parameters<typeof StreamReceiver.open>[1]['branch']) =>
    StreamReceiver.open(repository, {
      identity,
      source: 'clinic',
      writer: Buffer.alloc(16, 1),
      ...(branch && { branch }),
    })
  const parent = { branch: '1', extent: '00000000000001fe', to: 0, prefix: null }
  const facts = { walSegmentBytes: SEGMENT_BYTES }
  const walReceiver = await receive(WAL, { parent, facts, content: Buffer.from(HISTORY) })
  for (let at = 0; at < wal.length; at += 1_500_000) {
    const bytes = wal.subarray(at, at + 1_500_000)
    const [from, to] = [START + BigInt(at), START + BigInt(at + bytes.length)].map(walPosition) as [Position, Position]
    await walReceiver.take({ from, to, bytes })
    await walReceiver.flush()
  }
  await walReceiver.beat(Date.now())
  const binlog = await receive(BINLOG)
  for (const file of [7, 8]) {
    const bytes = Buffer.from(`binlog ${file}`)
    for (const [i, byte] of bytes.entries()) {
      const [from, to] = [binlogPosition(file, BigInt(i)), binlogPosition(file, BigInt(i + 1))]
      await binlog.take({ from, to, bytes: Buffer.of(byte) })
      if (file === 8) await binlog.flush()
    }
    await binlog.close(Closed.ROTATE)
  }
  const oplog = await receive(OPLOG)
  let from = oplogPosition(640, 1)
  for (const seconds of [640, 650, 700, 900]) {
    const to = oplogEnd(seconds, 1)
    if (to.extent > from.extent) from = { extent: to.extent, offset: 0 }
    await oplog.take({ from, to, bytes: Buffer.from(`op ${seconds};`) })
    from = to
  }
  await oplog.beat(Date.now())
  return wal
}

function recordsIn(folder: string): string[] {
  const root = path.join(folder, 'streams')
  return fs
    .readdirSync(root)
    .flatMap((id) => fs.readdirSync(path.join(root, id)).map((name) => `streams/${id}/${name}`))
    .sort()
}

async function readWal(repository: Repository): Promise<Buffer> {
  const pieces: Buffer[] = []
  const end = walPosition(START + BigInt(8 * SEGMENT_BYTES))
  for await (const part of new StreamReader(repository, WAL).readRange(walPosition(START), end)) {
    assert.equal(part.kind, 'bytes')
    if (part.kind === 'bytes') pieces.push(part.content)
  }
  return Buffer.concat(pieces)
}

/** Of a verification of every byte. */
async function faults(made: TestRepository, readShare = 1): Promise<string[]> {
  await using repository = await open(made)
  const { problems, hits } = await verifyRepository(repository, { readShare })
  assert.deepEqual(hits, [])
  return problems.map(({ object, what }) => `${object} ${what}`)
}

test('forget and repair leave every record, prune those that no other holds; statistics count them, and none is foreign', async () => {
  using folder = temporaryDirectory()
  const { made, snapshots, wal } = await makeStage(folder.path)
  const before = recordsIn(made.folder)
  await using repository = await open(made)
  await forgetSnapshots(repository, await readHistory(repository), { names: [snapshots[0]!], by: 'test' })
  const { packsDeleted, streamRecordsDeleted } = await prune(repository)
  assert.deepEqual([packsDeleted > 0, streamRecordsDeleted], [true, 0])
  const repaired = await repairRepository(repository, { forgetDamaged: true })
  assert.deepEqual([repaired.foreign, repaired.documentsRemoved], [[], []])
  assert.equal((await repositoryStatistics(repository)).objects['streams']?.count, before.length)
  const { notices, streamRecords } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual([notices, streamRecords], [[], before.length])
  assert.deepEqual(recordsIn(made.folder), before)
  assert.ok((await readWal(repository)).equals(wal))
  const old = (Date.now() - 25 * 3600 * 1000) / 1000
  for (const key of before) fs.utimesSync(path.join(made.folder, key), old, old)
  const { bytesFreed, ...would } = await prune(repository, { dryRun: true })
  assert.deepEqual([would.streamRecordsDeleted, bytesFreed > 0, recordsIn(made.folder)], [8, true, before])
  assert.equal((await prune(repository)).streamRecordsDeleted, 8, 'the parts of a binary log that is written as one')
  assert.equal(recordsIn(made.folder).length, before.length - 8)
  assert.deepEqual(await faults(made), [])
  assert.ok((await readWal(repository)).equals(wal))
  const junk = Buffer.from('of nobody here')
  const name = createHash('sha256').update(junk).digest('hex')
  const strange = before.at(-1)!.replace(/[0-9a-f]{64}$/, name)
  fs.writeFileSync(path.join(made.folder, strange), junk)
  const beside = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual(
    [beside.problems, beside.notices.map(({ object, isStranger }) => [object, isStranger])],
    [[], [[strange, true]]],
  )
})

test('verify names a record that is damaged, moved or hidden, and what of its stream is lost; a gap is no damage', async () => {
  using folder = temporaryDirectory()
  const { made } = await makeStage(folder.path)
  assert.deepEqual(await faults(made), [])
  {
    await using repository = await open(made)
    const receiver = await StreamReceiver.open(repository, {
      identity: WAL,
      source: 'clinic',
      writer: Buffer.alloc(16, 2),
    })
    await receiver.announceGap('slot-lost')
    const from = walPosition(START + BigInt(20 * SEGMENT_BYTES))
    await receiver.take({ from, to: { ...from, offset: from.offset + 100 }, bytes: Buffer.alloc(100) })
    await receiver.beat(Date.now())
  }
  assert.deepEqual(await faults(made), [], 'it was announced')
  await using repository = await open(made)
  const { id } = new StreamReader(repository, WAL)
  const records = recordsIn(made.folder)
  const data = records.filter((key) => key.startsWith(`streams/${id}/`))
  assert.ok(data.length > 6)
  for (const key of data) {
    const file = path.join(made.folder, key)
    const bytes = fs.readFileSync(file)
    fs.rmSync(file)
    assert.match((await faults(made, 0)).join(), new RegExp(`^streams/${id} lacks bytes`), `hidden ${key}`)
    const rotten = Buffer.from(bytes)
    rotten[rotten.length - 20]! ^= 1
    fs.writeFileSync(file, rotten)
    assert.match((await faults(made)).join(), new RegExp(`${key} An object does not have the SHA-256`), key)
    fs.rmSync(file)
    const moved = file.replace(/([0-9a-f]{8})-([0-9a-f]{64})$/, '00000001-$2')
    fs.writeFileSync(moved, bytes)
    assert.match((await faults(made, 0)).join(), /does not belong to its key/, key)
    fs.rmSync(moved)
    fs.writeFileSync(file, bytes)
  }
  for (const key of data.slice(0, 2))
    fs.renameSync(path.join(made.folder, key), path.join(folder.path, path.basename(key)))
  assert.match((await faults(made, 0)).join(), /lacks bytes that were stored behind/, 'a beat has seen more')
})

test('whoever deletes and knows no streams is told to stop; a repository of the first version takes none', async () => {
  using folder = temporaryDirectory()
  const { made } = await makeStage(folder.path)
  await using repository = await open(made)
  assert.deepEqual(repository.config.features, { read: [], write: [], delete: ['streams'] })
  const first = path.join(import.meta.dirname, '../fixtures/formats/v1-rc')
  const place = path.join(folder.path, 'first')
  fs.cpSync(path.join(first, 'repository'), place, { recursive: true })
  const keks = [parseKek(fs.readFileSync(path.join(first, 'key'), 'utf8').trim(), 'test key')]
  await using old = await Repository.open(localStore(place), keks)
  const options = { identity: WAL, source: 'clinic', writer: Buffer.alloc(16, 1) }
  await assert.rejects(StreamReceiver.open(old, options), failsWith('UPGRADE_REQUIRED'))
  const copied = await copySnapshots(repository, old, { snapshots: [], state: stateOf(made, old) })
  assert.deepEqual(
    copied.streams.problems.map(({ key, error }) => [key, error.code]),
    [['streams', 'UPGRADE_REQUIRED']],
  )
  assert.equal(fs.existsSync(path.join(place, 'streams')), false)
})

test('verify tells two servers that wrote one log', async () => {
  using folder = temporaryDirectory()
  const { made } = await makeStage(folder.path)
  await using repository = await open(made)
  const from = walPosition(START + BigInt(8 * SEGMENT_BYTES))
  const both = await Promise.all(
    [3, 4].map((writer) =>
      StreamReceiver.open(repository, { identity: WAL, source: 'clinic', writer: Buffer.alloc(16, writer) }),
    ),
  )
  for (const [i, receiver] of both.entries()) {
    await receiver.take({ from, to: { ...from, offset: from.offset + 9 }, bytes: Buffer.alloc(9, i) })
    await receiver.flush()
  }
  assert.match((await faults(made, 0)).join(), /holds other bytes than another record/)
})

test('a copy holds every stream under its own ids and keys; again it brings what is new alone', async () => {
  using folder = temporaryDirectory()
  const { base, made, wal } = await makeStage(folder.path)
  const second = { folder: path.join(base, 'second'), kek: rawKey(), stateFolder: path.join(base, 'second-state') }
  await using to = await Repository.create(localStore(second.folder), second.kek, 'test')
  await using from = await open(made)
  const copy = async () =>
    (await copySnapshots(from, to, { snapshots: (await readHistory(from)).snapshots, state: stateOf(second, to) }))
      .streams
  const first = await copy()
  assert.deepEqual(first.problems, [])
  assert.ok(first.records >= 10, String(first.records))
  assert.deepEqual(await faults(second), [])
  assert.ok((await readWal(to)).equals(wal))
  const idsOf = (each: string) => new Set(recordsIn(each).map((key) => key.slice(8, 40)))
  assert.ok([...idsOf(made.folder)].every((id) => !idsOf(second.folder).has(id)))
  const before = recordsIn(second.folder)
  assert.deepEqual(await copy(), { records: 0, bytes: 0, problems: [] })
  const receiver = await StreamReceiver.open(from, { identity: WAL, source: 'clinic', writer: Buffer.alloc(16, 3) })
  const at = receiver.next!
  await receiver.take({ from: at, to: { ...at, offset: at.offset + 5 }, bytes: Buffer.from('newer') })
  await receiver.flush()
  assert.deepEqual(await copy(), { records: 1, bytes: 5, problems: [] })
  assert.equal(recordsIn(second.folder).length, before.length + 1)
  // That nothing more comes is brought too, where all bytes are there.
  const left = await StreamReceiver.open(from, {
    identity: { ...WAL, branch: '9' },
    source: 'clinic',
    writer: Buffer.alloc(16, 3),
  })
  await left.take({ from: { ...at, offset: 0 }, to: { ...at, offset: 9 }, bytes: Buffer.alloc(9) })
  await left.flush()
  assert.equal((await copy()).records, 2)
  await left.close('switch')
  assert.equal((await copy()).records, 1)
  assert.equal((await copy()).records, 0)
  // At the copy somebody receives other bytes: they stay, and it is said.
  const there = await StreamReceiver.open(to, { identity: WAL, source: 'clinic', writer: Buffer.alloc(16, 4) })
  const next = there.next!
  await there.take({ from: next, to: { ...next, offset: next.offset + 3 }, bytes: Buffer.from('abc') })
  await there.flush()
  await receiver.take({ from: next, to: { ...next, offset: next.offset + 3 }, bytes: Buffer.from('xyz') })
  await receiver.flush()
  const forked = await copy()
  assert.deepEqual(
    forked.problems.map(({ error }) => error.code),
    ['STREAM_FORKED'],
  )
})

test('the rescue reader lists streams and writes the files of the server, from records alone', async () => {
  using folder = temporaryDirectory()
  const { base, made, wal } = await makeStage(folder.path)
  const keyFile = path.join(base, 'key')
  assert.equal(made.kek.kind, 'raw')
  fs.writeFileSync(keyFile, `hex:${(made.kek as { readonly key: Buffer }).key.toString('hex')}`, { mode: 0o600 })
  const rescue = (...args: readonly string[]) =>
    spawnSync(process.execPath, [RESCUE, ...args, '--repo', made.folder, '--key-file', keyFile], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
  const { stdout, status, stderr } = rescue('streams')
  assert.equal(status, 0, stderr)
  const ids = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.split(/\s+/)[1], line.split(/\s+/)[0]!]),
  )
  assert.deepEqual(Object.keys(ids).sort(), [
    StreamKind.MONGODB_OPLOG,
    StreamKind.MYSQL_BINLOG,
    StreamKind.POSTGRESQL_WAL,
  ])
  const write = (kind: string) => {
    const target = path.join(base, `rescued-${kind}`)
    const ran = rescue('stream', ids[kind]!.slice(0, 12), '--target', target)
    return { ...ran, target, files: fs.readdirSync(target).sort() }
  }
  const segments = write(StreamKind.POSTGRESQL_WAL)
  assert.equal(segments.status, 0, segments.stderr)
  assert.deepEqual(segments.files, [
    '00000002.history',
    ...['00000FFA', '00000FFB', '00000FFC', '00000FFD', '00000FFE', '00000FFF'].map(
      (each) => `0000000200000001${each}`,
    ),
    '000000020000000200000000',
    '000000020000000200000001',
  ])
  const joined = Buffer.concat(segments.files.slice(1).map((name) => fs.readFileSync(path.join(segments.target, name))))
  assert.ok(joined.equals(wal))
  assert.equal(fs.readFileSync(path.join(segments.target, '00000002.history'), 'utf8'), HISTORY)
  const binlogs = write(StreamKind.MYSQL_BINLOG)
  assert.deepEqual(binlogs.files, ['binlog.000007', 'binlog.000008'])
  assert.equal(fs.readFileSync(path.join(binlogs.target, 'binlog.000008'), 'utf8'), 'binlog 8')
  const oplog = write(StreamKind.MONGODB_OPLOG)
  assert.equal(fs.readFileSync(path.join(oplog.target, 'oplog.bson'), 'utf8'), 'op 640;op 650;op 700;op 900;')
  // A segment with a hole has another name: a server would take it for the end of the log.
  const [victim] = recordsIn(made.folder).filter(
    (key) => key.includes('/00000000000001ff-ff') && key.startsWith(`streams/${ids[StreamKind.POSTGRESQL_WAL]}`),
  )
  fs.rmSync(path.join(made.folder, victim!))
  const holed = write(StreamKind.POSTGRESQL_WAL)
  assert.equal(holed.status, 1)
  assert.match(holed.stderr, /hole/)
  assert.ok(
    holed.files.some((name) => name.endsWith('.hole')),
    holed.files.join(),
  )
})

/** Puts a record beside `like` that says and holds something else. */
async function plant(
  { repository, folder }: { readonly repository: Repository; readonly folder: string },
  like: ListedRecord,
  {
    content,
    ...members
  }: { readonly content: Buffer; readonly from: number; readonly to: number; readonly codec?: string },
): Promise<void> {
  const { document } = await readRecord(repository, like)
  const { keys } = repository
  const facts = { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  const body = { ...document, codec: 'none', prefix: '0'.repeat(64), ...facts, ...members }
  const signer = keys.writer(Buffer.from(document.writer, 'hex'))
  const signed = signDocument(body, { purpose: '11', repositoryId: keys.repositoryId, signer })
  const pieces: Buffer[] = []
  const sealer = new ObjectSealer(ObjectType.STREAM, keys.scope())
  pieces.push(sealer.header)
  const emit = (piece: Uint8Array) => pieces.push(Buffer.from(piece))
  sealer.sealFrame([signed, content], { kind: FrameKind.PAYLOAD, final: true, emit })
  const bytes = Buffer.concat(pieces)
  const hex = (value: number) => value.toString(16).padStart(8, '0')
  const places = `${hex(2 ** 32 - 1 - members.to)}-${hex(members.from)}`
  const name = `${like.key.slice(0, -83)}-${places}-${createHash('sha256').update(bytes).digest('hex')}`
  assert.ok(listedRecord({ key: name, bytes: bytes.length }), name)
  fs.writeFileSync(path.join(folder, name), bytes)
}

test('the rescue reader gives back what lies around a record of other bytes, and one of a later version', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  await using repository = await open(made)
  const receiver = await StreamReceiver.open(repository, {
    ...{ identity: BINLOG, source: 'clinic', writer: Buffer.alloc(16, 1) },
  })
  for (const [i, byte] of Buffer.from('binlog 8').entries()) {
    const [from, to] = [binlogPosition(8, BigInt(i)), binlogPosition(8, BigInt(i + 1))]
    await receiver.take({ from, to, bytes: Buffer.of(byte) })
    await receiver.flush()
  }
  const records = recordsIn(made.folder).flatMap((key) => listedRecord({ key, bytes: 0 }) ?? [])
  const at = (from: number) => records.find((each) => each.from === from && each.to === from + 1)!
  // It reaches further than the true one there, so it is tried first.
  await plant({ repository, folder: made.folder }, at(2), { from: 2, to: 5, content: Buffer.from('xyz') })
  await plant({ repository, folder: made.folder }, at(6), { from: 6, to: 7, codec: 'lz9', content: Buffer.from(' ') })
  fs.rmSync(path.join(made.folder, at(6).key))
  const keyFile = path.join(folder.path, 'key')
  const { key } = made.kek as { readonly key: Buffer }
  fs.writeFileSync(keyFile, `hex:${key.toString('hex')}`, { mode: 0o600 })
  const id = at(2).key.split('/')[1]!
  const target = path.join(folder.path, 'rescued')
  const args = ['stream', id, '--target', target, '--repo', made.folder, '--key-file', keyFile]
  const { status, stderr } = spawnSync(process.execPath, [RESCUE, ...args], {
    ...{ encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  })
  assert.equal(status, 1)
  assert.match(stderr, /of a later version/)
  assert.match(stderr, /other bytes/)
  assert.deepEqual(fs.readdirSync(target), ['binlog.000008.hole'])
  assert.equal(fs.readFileSync(path.join(target, 'binlog.000008.hole'), 'latin1'), 'binlog\u00008')
})
