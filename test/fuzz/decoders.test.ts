// Goal: no decoder crashes, hangs or allocates by what a hostile length says; what it refuses, it refuses as DAMAGED; what it takes round-trips.
// Method: random bytes, and valid encodings with bytes flipped, cut, doubled and lengths replaced by huge ones (fast-check; a failure prints its seed).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Column, EntryColumns } from '../../src/contracts/index.ts'
import { createSegmentCodec } from '../../src/engine/compression/index.ts'
import { ObjectOpener, ObjectType, openPayload, parseBody, parseFrameHeader, parseKek, sealPayload, splitDocument } from '../../src/engine/crypto/index.ts'
import { decodeIndexSegment, encodeIndexSegment } from '../../src/engine/index/index.ts'
import { ByteWriter, decodeSegment, parseSegment } from '../../src/engine/pack/index.ts'
import { decodePage, decodeSplit, encodeExtras, encodeSplit, encodeStatSection } from '../../src/engine/snapshot/index.ts'
import { decodeChunkList } from '../../src/engine/snapshot/chunk-list.ts'
import { parseObjectHeader } from '../../src/engine/crypto/sealed-object.ts'
import { parseConfirm, parseDeleteEntry, parseRecord, parseSession, parseSnapshot } from '../../src/engine/snapshot/documents.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'

const RUNS = process.env['NEONPRO_TEST_LONG'] === '1' ? 200_000 : 3_000
const BYTES_GROWN_MAX = 256 * 1024 * 1024

const columnsOf = (names: readonly string[], numbers: readonly number[]): EntryColumns => {
  const columns = new EntryColumns()
  columns.reserve(names.length)
  columns.names = [...names]
  columns.count = names.length
  for (let column = 0; column < 16; column += 1) for (let i = 0; i < names.length; i += 1) columns.values[column]![i] = numbers[(column * 7 + i) % numbers.length]!
  for (let i = 0; i < names.length; i += 1) columns.values[Column.MODE]![i] = 0o100644
  return columns
}

const nameList = fc.uniqueArray(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }).filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..'), { minLength: 1, maxLength: 40 }).map((names) => names.sort())
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
const split = fc.array(fc.tuple(nameList, id), { minLength: 1, maxLength: 10 }).map((pages) => encodeSplit(pages.map(([names, blob]) => ({ firstName: names[0]!, entries: names.length, id: blob }))))
const indexSegment = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), word), { maxLength: 6 }).map((packs) =>
  encodeIndexSegment({
    idKeyVersion: 1, supersedes: [],
    packs: packs.map(([blobs, seed], number) => ({ name: Buffer.alloc(32, number).toString('hex'), bytes: 10_000, segments: Uint32Array.from([500, blobs]), lookupIds: Buffer.alloc(blobs * 16, seed & 255), blobBytes: Uint32Array.from({ length: blobs }, () => seed % 1000) })),
  }),
)

/** What an attacker with the key, or a bad disk before authentication, could make of it. */
const mangled = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(valid, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([bytes, at, value]) => withByte(bytes, at, value)),
    fc.tuple(valid, fc.nat()).map(([bytes, at]) => bytes.slice(0, at % (bytes.length + 1))),
    fc.tuple(valid, fc.nat()).map(([bytes, at]) => withBytes(bytes, at, [255, 255, 255, 255, 15])),
    fc.tuple(valid, fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([bytes, more]) => Buffer.concat([bytes, more])),
  )

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  if (copy.length > 0) copy[at % copy.length] = value
  return copy
}

function withBytes(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  return values.reduce((copy, value, i) => withByte(copy, at + i, value), bytes)
}

/** Runs a decoder on hostile input: it returns or throws DAMAGED (or one of `also`), soon, and without growing. */
function survives(decode: (bytes: Uint8Array) => unknown, inputs: fc.Arbitrary<Uint8Array>, also: readonly string[] = []): void {
  fc.assert(
    fc.property(inputs, (bytes) => {
      const before = process.memoryUsage.rss()
      try {
        decode(bytes)
      } catch (error) {
        if (!isBackupError(error, 'DAMAGED') && !(isBackupError(error) && also.includes(error.code))) throw error
      }
      assert.ok(process.memoryUsage.rss() - before < BYTES_GROWN_MAX, 'an input of a few bytes made it allocate')
    }),
    { numRuns: RUNS },
  )
}

test('directory pages', () => survives((bytes) => decodePage(bytes), mangled(page)))
test('directory splits', () => survives((bytes) => decodeSplit(bytes), mangled(split)))
test('chunk lists', () => survives((bytes) => decodeChunkList(bytes), mangled(fc.array(id, { maxLength: 5 }).map((ids) => Buffer.concat([Buffer.from([3, 0, ids.length]), ...ids.flatMap((each) => [each, Buffer.from([10])])])))))
test('index segments', () => survives((bytes) => decodeIndexSegment(bytes), mangled(indexSegment)))
test('segments, parsed and decoded', () => {
  const codec = createSegmentCodec({ level: 3 })
  survives((bytes) => decodeSegment(bytes, parseSegment(bytes), { codec, reserve: (need) => Buffer.alloc(need) }), mangled(fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.concat([Buffer.from([0, 1, bytes.length]), bytes]))))
  codec.dispose()
})
test('frame and object headers', () => {
  survives((bytes) => parseFrameHeader(bytes), fc.uint8Array({ maxLength: 40 }))
  survives((bytes) => parseObjectHeader(bytes), fc.uint8Array({ maxLength: 200 }), ['FORMAT_TOO_NEW', 'FEATURE_UNSUPPORTED'])
})

const scope = { repositoryId: Buffer.alloc(16, 1), tenant: new Uint8Array(16), epoch: 1, master: Buffer.alloc(32, 7) }
const expect = { type: ObjectType.SNAPSHOT, repositoryId: scope.repositoryId, masterOf: () => scope.master }

test('sealed objects: nothing but the very bytes opens', () => {
  const sealed = sealPayload(ObjectType.SNAPSHOT, scope, Buffer.from('{"kind":"snapshot"}'))
  assert.equal(openPayload(sealed, expect).payload.toString(), '{"kind":"snapshot"}')
  fc.assert(
    fc.property(mangled(fc.constant(sealed)), (bytes) => {
      if (Buffer.from(bytes).equals(sealed)) return
      assert.throws(() => openPayload(bytes, expect), (error) => isBackupError(error))
    }),
    { numRuns: RUNS },
  )
  assert.throws(() => new ObjectOpener(sealed.subarray(0, 128), { ...expect, type: ObjectType.DELETE }), (error) => isBackupError(error))
})

test('signed documents and their bodies', () => {
  survives((bytes) => splitDocument(bytes), fc.uint8Array({ maxLength: 300 }))
  survives((bytes) => parseBody(bytes), fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.json().map((text) => Buffer.from(text))))
})

test('document shapes take no other shape', () => {
  for (const parse of [parseSnapshot, parseDeleteEntry, parseSession, parseRecord, parseConfirm]) {
    survives((bytes) => parse(JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>), fc.object().map((value) => Buffer.from(JSON.stringify(value))))
  }
})

test('keys: every text is taken or refused, none crashes, and no refusal holds it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 80 }), fc.stringMatching(/^(base64|hex|passphrase):.{0,60}$/)), (text) => {
      try {
        const kek = parseKek(text, 'KEY')
        assert.ok(kek.kind === 'raw' ? kek.key.length === 32 : kek.text.length >= 16)
      } catch (error) {
        assert.ok(isBackupError(error) && error.code.startsWith('KEY_'), String(error))
        if (text.trim().length > 20) assert.ok(!JSON.stringify([error.message, error.context]).includes(text.trim().slice(-12)))
      }
    }),
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
      for (let column = 0; column < 16; column += 1) assert.deepEqual([...decoded.columns.values[column]!.subarray(0, names.length)], [...columns.values[column]!.subarray(0, names.length)], `column ${column}`)
    }),
    { numRuns: RUNS / 10 },
  )
  fc.assert(fc.property(indexSegment, (bytes) => assert.deepEqual(encodeIndexSegment(decodeIndexSegment(bytes)), bytes)), { numRuns: RUNS / 10 })
})
