// Goal: places, ids and keys of stream records are what the format says, at every edge; a record is taken for what it is
// or refused by name, and nothing is decoded before it is authenticated. Method: vectors and random places; records that
// were sealed soundly, and then with one member changed, moved, cut, or made by others.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { MemoryStore } from '../../../test/harness/memory-store.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { rawKey } from '../../../test/harness/repository.ts'
import { seededRandom, testSeed } from '../../../test/harness/seeded-random.ts'
import { FrameKind, ObjectSealer, ObjectType, signDocument } from '../crypto/index.ts'
import { Repository } from '../repository/index.ts'
import {
  binlogPlace,
  binlogPosition,
  comparePositions,
  EXTENT_BYTES,
  oplogEnd,
  oplogPosition,
  parsePosition,
  positionText,
  StreamKind,
  settled,
  walLsn,
  walPosition,
} from './position.ts'
import type { StreamDocument } from './record-document.ts'
import {
  type ListedRecord,
  listedRecord,
  parseRecordKey,
  prefixAround,
  prefixesFrom,
  recordPrefix,
} from './record-key.ts'
import { type RecordDraft, readRecord, readRecordHead, sealRecord } from './record-object.ts'
import { directoryExtent, directoryId, isIdentity, streamId } from './stream-identity.ts'

const WAL = { kind: StreamKind.POSTGRESQL_WAL, system: '7312345678901234567', branch: '2~1' } as const

test('places go there and back at every edge of an extent, and stand in the order of the stream', () => {
  for (const lsn of [0n, 1n, 0xffffffn, 0x1000000n, 0x1ffffffn, 0xff000000n, 0x100000000n, 2n ** 64n - 1n])
    assert.equal(walLsn(walPosition(lsn)), lsn)
  assert.deepEqual(walPosition(0x16b374d848n), { extent: 0x16b3n, offset: 0x74d848 })
  for (const [file, byte] of [
    [0, 0n],
    [1, 0xffffffn],
    [1, 0x1000000n],
    [2 ** 32 - 1, 2n ** 56n - 1n],
  ] as const)
    assert.deepEqual(binlogPlace(binlogPosition(file, byte)), { file, byte })
  const rising = [...[binlogPosition(1, 2n ** 56n - 1n), binlogPosition(2, 0n), binlogPosition(2, 0x1000000n)]]
  assert.deepEqual([...rising].sort(comparePositions), rising, 'a file ends before the next begins')
  assert.deepEqual(oplogPosition(64, 0), { extent: 1n, offset: 0 })
  assert.deepEqual(oplogPosition(127, 1), { extent: 1n, offset: 63 * 2 ** 26 + 1 })
  assert.deepEqual(oplogEnd(2 ** 32 - 1, 2 ** 31), { extent: 2n ** 26n - 1n, offset: 2 ** 32 - 1 }, 'it still fits')
  assert.deepEqual(settled(StreamKind.POSTGRESQL_WAL, { extent: 4n, offset: EXTENT_BYTES }), { extent: 5n, offset: 0 })
  const position = { extent: 2n ** 64n - 1n, offset: 7 }
  assert.equal(positionText(position), 'ffffffffffffffff-00000007')
  assert.deepEqual(parsePosition(positionText(position)), position)
  for (const odd of ['', '1-2', `${'F'.repeat(16)}-00000007`, null]) assert.equal(parsePosition(odd), undefined)
})

test('ids are keyed hashes of kind, system and branch alone', () => {
  const key = Buffer.alloc(32, 7)
  assert.equal(streamId(key, WAL), 'a0df97b1e476d111d4f0ff14e19f4dd9')
  assert.equal(directoryId(key, WAL), 'a9bb1311661c175a557b41fb33a68a89')
  assert.equal(directoryExtent('2~1'), 0x200000001n)
  assert.equal(directoryExtent('0'), 0n)
  for (const branch of ['', '01', '1~0', '1~', '~1', '-1', '4294967296', '1 ', 1])
    assert.equal(isIdentity({ ...WAL, branch }), false, String(branch))
  for (const system of ['', 'a b', 'a\0b', 'x'.repeat(129)]) assert.equal(isIdentity({ ...WAL, system }), false)
})

test('in an extent the record that reaches furthest comes first, of equal ones the widest', () => {
  const id = 'ab'.repeat(16)
  const random = seededRandom(testSeed())
  const places = Array.from({ length: 400 }, () => {
    const from = Math.floor(random() * EXTENT_BYTES)
    return {
      id,
      extent: BigInt(Math.floor(random() * 3)),
      from,
      to: from + 1 + Math.floor(random() * (EXTENT_BYTES - from)),
    }
  })
  const keys = places.map((place) => `${recordPrefix(place)}${'0'.repeat(64)}`)
  const order = [...places].sort((a, b) => Number(a.extent - b.extent) || b.to - a.to || a.from - b.from)
  const place = ({ extent, from, to }: (typeof places)[number]) => ({ extent, from, to })
  assert.deepEqual(
    keys.sort().map((key) => place(parseRecordKey(key)!)),
    order.map(place),
  )
  const top = `${recordPrefix({ id, extent: 2n ** 64n - 1n, from: 0, to: 2 ** 32 - 1 })}${'0'.repeat(64)}`
  assert.deepEqual(place(parseRecordKey(top)!), { extent: 2n ** 64n - 1n, from: 0, to: 2 ** 32 - 1 })
  const back = `streams/${id}/${'0'.repeat(16)}-ffffffff-00000000-${'0'.repeat(64)}`
  assert.equal(parseRecordKey(back), undefined, 'one that ends where it begins')
})

test('prefixes hold every extent from one on, and none before it', () => {
  const id = 'ab'.repeat(16)
  const extents = [0n, 1n, 0xfn, 0x10n, 0x123fn, 0x1240n, 0xffffn, 2n ** 40n - 1n]
  const keyOf = (extent: bigint) => recordPrefix({ id, extent, from: 0, to: 1 })
  for (const first of extents) {
    const prefixes = prefixesFrom(id, first, 40)
    assert.ok(prefixes.length <= 151, String(prefixes.length))
    for (const extent of extents) {
      const holding = prefixes.filter((prefix) => keyOf(extent).startsWith(prefix)).length
      assert.equal(holding, extent >= first ? 1 : 0, `${first} ${extent}`)
      if (extent >= first)
        assert.ok([first, extent].every((each) => keyOf(each).startsWith(prefixAround(id, first, extent))))
    }
  }
  assert.equal(prefixAround(id, 5n, 5n), `streams/${id}/${'5'.padStart(16, '0')}-`)
})

interface Stage {
  readonly repository: Repository
  readonly draft: Extract<RecordDraft, { readonly kind: 'stream' }>
  readonly content: Buffer
}

async function makeStage(): Promise<Stage> {
  const repository = await Repository.create(new MemoryStore(), rawKey(), 'test')
  const content = Buffer.concat([randomBytes(3000), Buffer.alloc(3000)])
  const draft = {
    kind: 'stream',
    stream: WAL,
    source: 'clinic',
    extent: '00000000000016b3',
    begin: 0,
    from: 100,
    to: 6100,
    before: { extent: '00000000000016b2', to: EXTENT_BYTES, prefix: 'ab'.repeat(32) },
    prefix: 'cd'.repeat(32),
    closed: null,
    gap: null,
    server: { time: '2026-11-23T13:41:07.000Z', flush: '00000000000016b3-000017d4' },
  } as const
  return { repository, draft, content }
}

const WRITER = Buffer.alloc(16, 5)

async function stored({
  repository,
  draft,
  content,
}: Stage): Promise<{ readonly key: string; readonly bytes: Buffer }> {
  const record = sealRecord(repository, draft, { content, writer: repository.keys.writer(WRITER) })
  await repository.store.put(record.key, record.bytes)
  return record
}

test('a record comes back as it was; its document alone by one read of a few bytes', async () => {
  const stage = await makeStage()
  const { repository, draft, content } = stage
  const { key, bytes } = await stored(stage)
  const parsed = listedRecord({ key, bytes: bytes.length })!
  assert.ok(bytes.length < content.length, 'it is compressed')
  const read = await readRecord(repository, parsed)
  assert.deepEqual(read.content, content)
  assert.deepEqual({ ...read.document, ...draft }, read.document)
  let asked = 0
  const { store } = repository
  const get: typeof store.get = (at, options) => {
    asked += options?.length ?? Number.POSITIVE_INFINITY
    return store.get(at, options)
  }
  const counting = new Proxy(repository, {
    get: (target, name) => (name === 'store' ? { get } : Reflect.get(target, name, target)),
  })
  assert.deepEqual(await readRecordHead(counting, parsed), read.document)
  assert.ok(asked <= 4096, String(asked))
})

/** Signed and sealed as a sound record is, whatever it says; under the key that it asks for. */
async function forged(
  { repository, draft, content }: Stage,
  change: Readonly<Record<string, unknown>>,
  {
    key,
    isApart = true,
    stored: kept = content,
  }: { readonly key?: string; readonly isApart?: boolean; readonly stored?: Buffer } = {},
): Promise<ListedRecord> {
  const { keys } = repository
  const document = {
    ...draft,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    codec: 'none',
    writer: WRITER.toString('hex'),
    keyGeneration: 1,
    ...change,
  }
  const signed = signDocument(document, { purpose: '11', repositoryId: keys.repositoryId, signer: keys.writer(WRITER) })
  const sealer = new ObjectSealer(ObjectType.STREAM, keys.scope())
  const pieces: Buffer[] = [sealer.header]
  const frames = isApart ? [signed, kept] : [Buffer.concat([signed, kept])]
  for (const [i, frame] of frames.entries())
    sealer.sealFrame([frame], {
      kind: FrameKind.PAYLOAD,
      final: i === frames.length - 1,
      emit: (piece) => pieces.push(Buffer.from(piece)),
    })
  const bytes = Buffer.concat(pieces)
  const name = createHash('sha256').update(bytes).digest('hex')
  const sound = sealRecord(repository, draft, { content, writer: keys.writer(WRITER) }).key
  const at = `${(key ?? sound).slice(0, -64)}${name}`
  await repository.store.put(at, bytes)
  return listedRecord({ key: at, bytes: bytes.length })!
}

test('what contradicts itself, its kind, its key or its content is damage; what only a later version has is not', async () => {
  const stage = await makeStage()
  const { repository } = stage
  const bomb = zlib.zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))
  const damaged: ReadonlyArray<readonly [change: Record<string, unknown>, options?: Parameters<typeof forged>[2]]> = [
    [{ to: 6101 }],
    [{ from: 101, bytes: 5999 }],
    [{ begin: 101 }],
    [{ begin: 50 }],
    [{ to: EXTENT_BYTES + 1, bytes: EXTENT_BYTES - 99 }],
    [{ extent: '0000010000000000' }],
    [{ extent: '16b3' }],
    [{ before: null }],
    [{ gap: 'lost', before: { extent: '00000000000016b3', to: 1, prefix: 'ab'.repeat(32) } }],
    [{ gap: 'lost', before: { extent: '00000000000016b4', to: 1, prefix: 'ab'.repeat(32) } }],
    [{ before: null, gap: 'a b' }],
    [{ before: { extent: '00000000000016b3', to: 1, prefix: 'ab'.repeat(32) } }],
    [{ closed: 'full' }],
    [{ bytes: 5999 }],
    [{ bytes: 17 * 1024 * 1024 }],
    [{ sha256: '00'.repeat(32) }],
    [{ codec: 'zstd' }],
    [{ codec: 'zstd' }, { stored: bomb }],
    [{ codec: 7 }],
    [{ writer: '06'.repeat(16) }],
    [{ stream: { ...WAL, branch: '3' } }],
    [{ stream: { ...WAL, branch: '03' } }],
    [{ server: { time: 'yesterday', flush: null } }],
    [{ server: null }],
    [{ kind: 'snapshot' }],
    [{ kind: 'beat', minute: 1 }],
  ]
  for (const [change, options] of damaged) {
    const key = await forged(stage, change, options)
    await assert.rejects(readRecord(repository, key), failsWith('DAMAGED'), JSON.stringify(change))
  }
  for (const change of [
    { kind: 'volume' },
    { stream: { ...WAL, kind: 'sqlite-wal' } },
    { codec: 'brotli' },
    { closed: 'merged' },
  ]) {
    const key = await forged(stage, change)
    await assert.rejects(readRecord(repository, key), failsWith('FEATURE_UNSUPPORTED', { object: key.key }))
    await assert.rejects(readRecordHead(repository, key), failsWith('FEATURE_UNSUPPORTED'))
  }
  const together = await forged(stage, {}, { isApart: false })
  assert.deepEqual((await readRecord(repository, together)).content, stage.content, 'frames say nothing')
  assert.equal((await readRecordHead(repository, together)).kind, 'stream')
})

test('a record of another place, repository or writer is refused before anything of it is decoded', async () => {
  const stage = await makeStage()
  const { repository } = stage
  const { key, bytes } = await stored(stage)
  const place = parseRecordKey(key)!
  for (const moved of [
    { ...place, extent: place.extent + 1n },
    { ...place, to: place.to + 1 },
    { ...place, from: place.from - 1 },
    { ...place, id: 'ab'.repeat(16) },
  ]) {
    const at = listedRecord({ key: `${recordPrefix(moved)}${place.name}`, bytes: bytes.length })!
    await repository.store.put(at.key, bytes)
    await assert.rejects(readRecord(repository, at), failsWith('DAMAGED', { object: at.key }))
    await assert.rejects(readRecordHead(repository, at), failsWith('DAMAGED'))
  }
  const other = await makeStage()
  const strange = await stored(other)
  await repository.store.put(strange.key, strange.bytes)
  await assert.rejects(readRecord(repository, parseRecordKey(strange.key)!), failsWith('DAMAGED', { foreign: true }))
  const junk = Buffer.from('no record at all')
  const junkKey = `${key.slice(0, -64)}${createHash('sha256').update(junk).digest('hex')}`
  await repository.store.put(junkKey, junk)
  await assert.rejects(readRecord(repository, parseRecordKey(junkKey)!), failsWith('DAMAGED', { stranger: true }))
  const giant = Buffer.alloc(18 * 1024 * 1024)
  const giantKey = `${key.slice(0, -64)}${createHash('sha256').update(giant).digest('hex')}`
  await repository.store.put(giantKey, giant)
  await assert.rejects(readRecord(repository, parseRecordKey(giantKey)!), failsWith('DAMAGED', { foreign: true }))
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
    const flipped = Buffer.from(bytes)
    flipped[at]! ^= 1
    await repository.store.put(key, flipped)
    await assert.rejects(readRecord(repository, place), failsWith('DAMAGED', { rotten: true }), `byte ${at}`)
  }
})

test('an oplog record holds as many bytes as it likes, and its extents are windows of 64 seconds', async () => {
  const stage = await makeStage()
  const document: Partial<StreamDocument> = {
    stream: { kind: StreamKind.MONGODB_OPLOG, system: '5f0000000000000000000001', branch: '0' },
    extent: '0000000000000001',
    before: null,
    gap: 'start',
    from: 0,
    begin: 0,
    to: 5,
  }
  const draft = { ...stage.draft, ...document }
  const { key } = await stored({ ...stage, draft })
  assert.equal((await readRecord(stage.repository, parseRecordKey(key)!)).content.length, 6000)
})
