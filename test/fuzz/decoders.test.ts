// Goal: no decoder crashes, hangs or allocates by what a hostile length says; what it refuses, it refuses as DAMAGED;
// what it takes round-trips. Method: random bytes, and valid encodings with bytes flipped, cut, doubled and lengths
// replaced by huge ones (fast-check; a failure prints its seed).
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { RescueError } from '../../rescue/bytes.ts'
import { chunksOf, type Entry, entriesOf } from '../../rescue/directories.ts'
import { type Keys, openKeyring as openRescueKeyring, splitSigned } from '../../rescue/keys.ts'
import { Sealed } from '../../rescue/sealed.ts'
import { Store } from '../../rescue/store.ts'
import { Column, EntryColumns } from '../../src/contracts/index.ts'
import { createSegmentCodec } from '../../src/engine/compression/index.ts'
import {
  ObjectOpener,
  ObjectType,
  openPayload,
  parseBody,
  parseFrameHeader,
  parseKek,
  sealPayload,
  splitDocument,
} from '../../src/engine/crypto/index.ts'
import { parseObjectHeader } from '../../src/engine/crypto/sealed-object.ts'
import { decodeIndexSegment, encodeIndexSegment } from '../../src/engine/index/index.ts'
import { Repository } from '../../src/engine/index.ts'
import { ByteWriter, decodeSegment, parseSegment } from '../../src/engine/pack/index.ts'
import { openKeyring } from '../../src/engine/repository/keyring.ts'
import { decodeChunkList } from '../../src/engine/snapshot/chunk-list.ts'
import {
  parseConfirm,
  parseDeleteEntry,
  parseRecord,
  parseSession,
  parseSnapshot,
} from '../../src/engine/snapshot/documents.ts'
import {
  decodePage,
  decodeSplit,
  encodeExtras,
  encodeSplit,
  encodeStatSection,
} from '../../src/engine/snapshot/index.ts'
import { parseRecordDocument, placeOf } from '../../src/engine/streams/record-document.ts'
import { parseRecordKey, recordPrefix } from '../../src/engine/streams/record-key.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { MemoryStore } from '../harness/memory-store.ts'
import { failsWith } from '../harness/refusal.ts'
import { makeRepository, open } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RUNS = process.env['NEONPRO_TEST_LONG'] === '1' ? 200_000 : 3_000
const BYTES_GROWN_MAX = 256 * 1024 * 1024

const columnsOf = (names: readonly string[], numbers: readonly number[]): EntryColumns => {
  const columns = new EntryColumns()
  columns.reserve(names.length)
  columns.names = [...names]
  columns.count = names.length
  for (let column = 0; column < 16; column += 1)
    for (let i = 0; i < names.length; i += 1) columns.values[column]![i] = numbers[(column * 7 + i) % numbers.length]!
  for (let i = 0; i < names.length; i += 1) columns.values[Column.MODE]![i] = 0o100644
  return columns
}

const nameList = fc
  .uniqueArray(
    fc
      .string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 })
      .filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..'),
    { minLength: 1, maxLength: 40 },
  )
  .map((names) => names.sort())
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

/** A valid page: files without content. */
const page = fc.tuple(nameList, fc.array(word, { minLength: 1, maxLength: 30 })).map(([names, numbers]) => {
  const out = new ByteWriter(64)
  encodeStatSection(columnsOf(names, numbers), { from: 0, to: names.length }, out)
  out.bytes(new Uint8Array(names.length))
  encodeExtras([{ entry: 0, type: 1, bytes: Buffer.from('target') }], out)
  return out.copy()
})
const id = fc.uint8Array({ minLength: 32, maxLength: 32 })
const split = fc
  .array(fc.tuple(nameList, id), { minLength: 1, maxLength: 10 })
  .map((pages) =>
    encodeSplit(pages.map(([names, blob]) => ({ firstName: names[0]!, entries: names.length, id: blob }))),
  )
const indexSegment = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), word), { maxLength: 6 }).map((packs) =>
  encodeIndexSegment({
    idKeyVersion: 1,
    supersedes: [],
    packs: packs.map(([blobs, seed], number) => ({
      name: Buffer.alloc(32, number).toString('hex'),
      bytes: 10_000,
      segments: Uint32Array.from([500, blobs]),
      lookupIds: Buffer.alloc(blobs * 16, seed & 255),
      blobBytes: Uint32Array.from({ length: blobs }, () => seed % 1000),
    })),
  }),
)

/** What an attacker with the key, or a bad disk before authentication, could make of it. */
const mangled = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(valid, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([bytes, at, value]) => withByte(bytes, at, value)),
    fc.tuple(valid, fc.nat()).map(([bytes, at]) => bytes.slice(0, at % (bytes.length + 1))),
    fc.tuple(valid, fc.nat()).map(([bytes, at]) => withBytes(bytes, at, [255, 255, 255, 255, 15])),
    fc
      .tuple(valid, fc.uint8Array({ minLength: 1, maxLength: 20 }))
      .map(([bytes, more]) => Buffer.concat([bytes, more])),
  )

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  if (copy.length > 0) copy[at % copy.length] = value
  return copy
}

function withBytes(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  return values.reduce((copy, value, i) => withByte(copy, at + i, value), bytes)
}

/**
 * Runs a decoder on hostile input: it returns or throws DAMAGED, or FEATURE_UNSUPPORTED for what a later version may
 * have, soon, and without growing.
 */
function survives(decode: (bytes: Uint8Array) => unknown, inputs: fc.Arbitrary<Uint8Array>): void {
  fc.assert(
    fc.property(inputs, (bytes) => {
      const before = process.memoryUsage.rss()
      try {
        decode(bytes)
      } catch (error) {
        if (!isBackupError(error, 'DAMAGED') && !isBackupError(error, 'FEATURE_UNSUPPORTED')) throw error
      }
      assert.ok(process.memoryUsage.rss() - before < BYTES_GROWN_MAX, 'an input of a few bytes made it allocate')
    }),
    { numRuns: RUNS },
  )
}

test('directory pages', () => survives((bytes) => decodePage(bytes), mangled(page)))
test('directory splits', () => survives((bytes) => decodeSplit(bytes), mangled(split)))
test('chunk lists', () =>
  survives(
    (bytes) => decodeChunkList(bytes),
    mangled(
      fc
        .array(id, { maxLength: 5 })
        .map((ids) =>
          Buffer.concat([Buffer.from([3, 0, ids.length]), ...ids.flatMap((each) => [each, Buffer.from([10])])]),
        ),
    ),
  ))
test('index segments', () => survives((bytes) => decodeIndexSegment(bytes), mangled(indexSegment)))
test('segments, parsed and decoded', () => {
  const codec = createSegmentCodec({ level: 3 })
  survives(
    (bytes) => decodeSegment(bytes, parseSegment(bytes), { codec, reserve: (need) => Buffer.alloc(need) }),
    mangled(
      fc
        .uint8Array({ minLength: 1, maxLength: 300 })
        .map((bytes) => Buffer.concat([Buffer.from([0, 1, bytes.length]), bytes])),
    ),
  )
  codec.dispose()
})
test('frame and object headers', () => {
  survives((bytes) => parseFrameHeader(bytes), fc.uint8Array({ maxLength: 40 }))
  survives((bytes) => parseObjectHeader(bytes), fc.uint8Array({ maxLength: 200 }))
})

const scope = { repositoryId: Buffer.alloc(16, 1), tenant: new Uint8Array(16), epoch: 1, master: Buffer.alloc(32, 7) }
const expect = { type: ObjectType.SNAPSHOT, repositoryId: scope.repositoryId, masterOf: () => scope.master }

test('sealed objects: nothing but the very bytes opens', () => {
  const sealed = sealPayload(ObjectType.SNAPSHOT, scope, Buffer.from('{"kind":"snapshot"}'))
  assert.equal(openPayload(sealed, expect).payload.toString(), '{"kind":"snapshot"}')
  fc.assert(
    fc.property(mangled(fc.constant(sealed)), (bytes) => {
      if (Buffer.from(bytes).equals(sealed)) return
      assert.throws(
        () => openPayload(bytes, expect),
        (error) => isBackupError(error),
      )
    }),
    { numRuns: RUNS },
  )
  assert.throws(
    () => new ObjectOpener(sealed.subarray(0, 128), { ...expect, type: ObjectType.DELETE }),
    (error) => isBackupError(error),
  )
})

test('signed documents and their bodies', () => {
  survives((bytes) => splitDocument(bytes), fc.uint8Array({ maxLength: 300 }))
  survives(
    (bytes) => parseBody(bytes),
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.json().map((text) => Buffer.from(text)),
    ),
  )
})

test('document shapes take no other shape', () => {
  for (const parse of [parseSnapshot, parseDeleteEntry, parseSession, parseRecord, parseConfirm]) {
    survives(
      (bytes) => parse(JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>),
      fc.object().map((value) => Buffer.from(JSON.stringify(value))),
    )
  }
})

/** A JSON value somewhere inside, replaced by any other. */
const rewritten = (body: object): fc.Arbitrary<object> =>
  fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), fc.jsonValue({ maxDepth: 2 })).map(([steps, value]) => {
    const copy = structuredClone(body) as Record<string, unknown>
    let at: Record<string, unknown> = copy
    for (const [i, step] of steps.entries()) {
      const members = Object.keys(at)
      const member = members[step % Math.max(1, members.length)] ?? 'none'
      const inside = at[member]
      if (i === steps.length - 1 || typeof inside !== 'object' || inside === null) {
        at[member] = value
        break
      }
      at = inside as Record<string, unknown>
    }
    return copy
  })

const signed = (body: object): Buffer => {
  const text = Buffer.from(JSON.stringify(body))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text, Buffer.alloc(16, 0xff), Buffer.alloc(64)])
}

/**
 * Replaces the objects below a prefix by one that hashes to its name: all that whoever holds the store can do without
 * the key.
 */
async function replaced(store: MemoryStore, prefix: string, bytes: Uint8Array): Promise<void> {
  for await (const { key } of store.list(prefix)) {
    await store.delete(key)
    await store.put(`${key.slice(0, -64)}${createHash('sha256').update(bytes).digest('hex')}`, bytes)
  }
}

const streamRecord = {
  kind: 'stream',
  stream: { kind: 'mysql-binlog', system: 'b5c1a1a0', branch: '0~1' },
  source: 'clinic',
  extent: '0000000700000000',
  begin: 0,
  from: 100,
  to: 200,
  before: { extent: '0000000600000000', to: 900, prefix: 'ab'.repeat(32) },
  prefix: 'cd'.repeat(32),
  closed: null,
  gap: null,
  bytes: 100,
  sha256: 'ef'.repeat(32),
  codec: 'none',
  server: { time: null, flush: null },
  writer: '05'.repeat(16),
  keyGeneration: 1,
}

test('what stream records say, and the keys that they stand under', () => {
  assert.deepEqual(parseRecordDocument(streamRecord), streamRecord)
  const members = fc.constantFrom(...Object.keys(streamRecord), 'minute', 'parent', 'facts')
  const values = fc.oneof(fc.anything(), fc.constantFrom('stream', 'branch', 'beat', 'full', 'zstd'), fc.nat())
  fc.assert(
    fc.property(fc.array(fc.tuple(members, values), { minLength: 1, maxLength: 4 }), (changes) => {
      try {
        const document = parseRecordDocument({ ...streamRecord, ...Object.fromEntries(changes) })
        // What is taken has a place, and the key of that place says the same.
        const place = placeOf(document, Buffer.alloc(32))
        const { key: _, name, ...parsed } = parseRecordKey(`${recordPrefix(place)}${'0'.repeat(64)}`) ?? {}
        assert.deepEqual(parsed, place, name)
      } catch (error) {
        if (!isBackupError(error, 'DAMAGED') && !isBackupError(error, 'FEATURE_UNSUPPORTED')) throw error
      }
    }),
    { numRuns: RUNS },
  )
  const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
  fc.assert(
    fc.property(hex(32), hex(16), hex(8), hex(8), hex(64), (...[stream, extent, down, from, name]) => {
      const key = `streams/${stream}/${extent}-${down}-${from}-${name}`
      const parsed = parseRecordKey(key)
      if (parsed) assert.equal(`${recordPrefix(parsed)}${parsed.name}`, key)
    }),
    { numRuns: RUNS },
  )
})

test('configuration and keyring, which are read before anything can be authenticated', async () => {
  const kek = { kind: 'raw', key: Buffer.alloc(32, 5) } as const
  const store = new MemoryStore()
  await Repository.create(store, kek, 'test')
  for (const prefix of ['config/', 'keys/']) {
    const keys: string[] = []
    for await (const { key } of store.list(prefix)) keys.push(key)
    const bytes = Buffer.from(await store.get(keys[0]!))
    const body = JSON.parse(bytes.subarray(4, bytes.length - 80).toString()) as object
    await fc.assert(
      fc.asyncProperty(fc.oneof(rewritten(body).map(signed), mangled(fc.constant(bytes))), async (hostile) => {
        if (Buffer.from(hostile).equals(bytes)) return
        await replaced(store, prefix, hostile)
        await assert.rejects(
          Repository.open(store, [kek]),
          (error) => isBackupError(error) || assert.fail(`${String(error)} ${(error as Error).stack}`),
        )
        const files =
          prefix === 'keys/'
            ? () => openRescueKeyring(hostile, { kind: 'raw', bytes: kek.key }, '0'.repeat(32))
            : () => splitSigned(hostile)
        assert.throws(() => {
          files()
          throw new RescueError('whatever it is, it is not signed')
        })
      }),
      { numRuns: RUNS / 5 },
    )
    await replaced(store, prefix, bytes)
  }
  await Repository.open(store, [kek])
})

test('a keyring can not make a reader work for ever', async () => {
  const scrypt = { n: 2 ** 20, r: 8, p: 16, salt: '00'.repeat(16) }
  const recipient = {
    id: '00'.repeat(8),
    label: '',
    kind: 'passphrase',
    addedAt: '',
    salt: '00'.repeat(32),
    commitment: '00'.repeat(32),
    wrapped: '00'.repeat(48),
  }
  const body = {
    kind: 'keyring',
    repositoryId: '00'.repeat(16),
    generation: 1,
    previous: null,
    createdAt: '',
    salt: '00'.repeat(32),
    bundle: '',
  }
  const before = process.cpuUsage().user
  for (const recipients of [
    [{ ...recipient, scrypt }],
    [{ ...recipient, scrypt: { ...scrypt, n: 2 ** 40 } }],
    [{ ...recipient, scrypt: { ...scrypt, p: 1e9 } }],
    Array.from({ length: 65 }, () => ({ ...recipient, scrypt: { ...scrypt, n: 2 ** 18, p: 1 } })),
  ]) {
    const store = new MemoryStore()
    const bytes = signed({ ...body, recipients })
    await store.put(`keys/00000001-a-${createHash('sha256').update(bytes).digest('hex')}`, bytes)
    await assert.rejects(
      openKeyring(store, [{ kind: 'passphrase', text: 'correct horse battery staple' }], {
        repositoryId: body.repositoryId,
      }),
      failsWith('REPOSITORY_KEYS_LOST'),
    )
    assert.throws(
      () => openRescueKeyring(bytes, { kind: 'passphrase', text: 'correct horse battery staple' }, body.repositoryId),
      RescueError,
    )
  }
  assert.ok(process.cpuUsage().user - before < 2_000_000, 'scrypt was run for a stranger')
})

/** What the rescue reader makes of hostile input: an error of its own or node's, soon, and without growing. */
function rescueSurvives(decode: (bytes: Buffer) => unknown, inputs: fc.Arbitrary<Uint8Array>): void {
  survives((bytes) => {
    try {
      decode(Buffer.from(bytes))
    } catch (error) {
      if (!(error instanceof RescueError)) throw error
    }
  }, inputs)
}

const holding = (blob: Buffer) => ({ blob: () => blob }) as unknown as Store
const all = (things: Iterable<unknown>) => [...things].length

test('rescue: pages, splits, chunk lists, headers and documents', () => {
  rescueSurvives((bytes) => all(entriesOf(holding(bytes), Buffer.alloc(32))), mangled(page))
  rescueSurvives((bytes) => all(entriesOf(holding(bytes), Buffer.alloc(32))), mangled(split))
  const list = (kind: number) => (bytes: Buffer) =>
    all(chunksOf(holding(bytes), { kind, content: kind === 2 ? bytes : Buffer.alloc(32), bytes: 1 } as Entry))
  const chunkList = fc
    .array(id, { maxLength: 5 })
    .map((ids) => Buffer.concat([Buffer.from([3, 0, ids.length]), ...ids.flatMap((each) => [Buffer.from([10]), each])]))
  rescueSurvives(list(2), mangled(chunkList.map((bytes) => bytes.subarray(2))))
  rescueSurvives(list(3), mangled(chunkList))
  rescueSurvives((bytes) => splitSigned(bytes), mangled(fc.constant(signed({ kind: 'snapshot' }))))
  rescueSurvives(
    (bytes) =>
      new Sealed(bytes, { repositoryId: bytes.subarray(32, 48), master: () => Buffer.alloc(32) } as unknown as Keys),
    fc.uint8Array({ maxLength: 300 }),
  )
})

test('names that lead out of a directory are refused by both readers', () => {
  for (const name of ['..', '.', '', 'a/b', '/etc', 'nul\0']) {
    const out = new ByteWriter(64)
    encodeStatSection(columnsOf([name], [1]), { from: 0, to: 1 }, out)
    out.bytes(new Uint8Array(1))
    encodeExtras([], out)
    assert.throws(() => decodePage(out.copy()), failsWith('DAMAGED'), JSON.stringify(name))
    assert.throws(
      () => all(entriesOf(holding(Buffer.from(out.copy())), Buffer.alloc(32))),
      RescueError,
      JSON.stringify(name),
    )
  }
})

test('rescue: an index segment or pack made by whoever has the key', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  await using repository = await open(made)
  const given = { kind: 'raw', bytes: made.kek.kind === 'raw' ? made.kek.key : Buffer.alloc(32) } as const
  const place = path.join(made.folder, 'index/data')
  fs.mkdirSync(place, { recursive: true })
  fc.assert(
    fc.property(mangled(indexSegment), (payload) => {
      if (payload.length === 0) return
      const sealed = sealPayload(ObjectType.INDEX_DATA, repository.keys.scope(), payload)
      const file = path.join(place, createHash('sha256').update(sealed).digest('hex'))
      fs.writeFileSync(file, sealed)
      try {
        new Store(made.folder, given).snapshots()
      } catch (error) {
        if (!(error instanceof RescueError)) throw error
      } finally {
        fs.rmSync(file)
      }
    }),
    { numRuns: RUNS / 10 },
  )
})

test('keys: every text is taken or refused, none crashes, and no refusal holds it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 80 }), fc.stringMatching(/^(base64|hex|passphrase):.{0,60}$/)),
      (text) => {
        try {
          const kek = parseKek(text, 'KEY')
          assert.ok(kek.kind === 'raw' ? kek.key.length === 32 : kek.text.length >= 16)
        } catch (error) {
          assert.ok(isBackupError(error) && error.code.startsWith('KEY_'), String(error))
          if (text.trim().length > 20)
            assert.ok(!JSON.stringify([error.message, error.context]).includes(text.trim().slice(-12)))
        }
      },
    ),
    { numRuns: RUNS },
  )
})

test('what was encoded decodes to the same', () => {
  fc.assert(
    fc.property(fc.tuple(nameList, fc.array(word, { minLength: 1, maxLength: 30 })), ([names, numbers]) => {
      const out = new ByteWriter(64)
      const columns = columnsOf(names, numbers)
      encodeStatSection(columns, { from: 0, to: names.length }, out)
      out.bytes(new Uint8Array(names.length))
      encodeExtras([], out)
      const decoded = decodePage(out.copy())
      assert.deepEqual(decoded.columns.names, names)
      for (let column = 0; column < 16; column += 1)
        assert.deepEqual(
          [...decoded.columns.values[column]!.subarray(0, names.length)],
          [...columns.values[column]!.subarray(0, names.length)],
          `column ${column}`,
        )
    }),
    { numRuns: RUNS / 10 },
  )
  fc.assert(
    fc.property(indexSegment, (bytes) => assert.deepEqual(encodeIndexSegment(decodeIndexSegment(bytes)), bytes)),
    { numRuns: RUNS / 10 },
  )
})
