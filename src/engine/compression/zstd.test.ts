// Goal: both codecs round-trip, refuse hostile frames, keep their level, and the fast one really is in use here.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { failsWith } from '../../../test/harness/refusal.ts'
import { createSegmentCodec, Grain, looksIncompressible, type SegmentCodec } from './index.ts'
import { ZSTD_LEVELS } from './levels.ts'

const text = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `${i};${(i * 7919) % 104_729};exame`).join('\n'))

/** Words in random order: what a higher level finds more in. */
const prose = Buffer.from(
  Array.from({ length: 60_000 }, (_, i) => `palavra${((i * 2_654_435_761) >>> 8) % 3_001}`).join(' '),
)

function assertComesBack(codec: SegmentCodec, input: Uint8Array, grain: Grain): void {
  const frame = Buffer.alloc(input.length + 1024)
  const written = codec.compress(input, frame, grain)
  const plain = Buffer.alloc(input.length)
  assert.equal(codec.decompress(frame.subarray(0, written), plain), input.length)
  assert.ok(plain.equals(input))
  assert.ok(zlib.zstdDecompressSync(frame.subarray(0, written)).equals(input))
}

for (const portable of [false, true]) {
  const name = portable ? 'public calls' : 'handle'
  test(`${name}: segments of many sizes come back`, () => {
    const codec = createSegmentCodec({ level: 3, portable })
    for (const bytes of [1, 2, 100, 65_535, 65_536, 500_000]) {
      for (const input of [text.subarray(0, bytes), randomBytes(bytes), Buffer.alloc(bytes)]) {
        for (const grain of Object.values(Grain)) assertComesBack(codec, input, grain)
      }
    }
    codec.dispose()
  })

  test(`${name}: what does not fit is said and leaves the codec usable`, () => {
    const codec = createSegmentCodec({ level: 3, portable })
    const input = randomBytes(10_000)
    assert.equal(codec.compress(input, Buffer.alloc(5_000)), 0)
    const frame = Buffer.alloc(20_000)
    const written = codec.compress(input, frame)
    const plain = Buffer.alloc(10_000)
    assert.throws(() => codec.decompress(frame.subarray(0, written), Buffer.alloc(9_999)), failsWith('DAMAGED'))
    assert.equal(codec.decompress(frame.subarray(0, written), plain), 10_000)
    assert.ok(plain.equals(input))
  })

  test(`${name}: hostile frames are damage, never more memory than the output`, () => {
    const codec = createSegmentCodec({ level: 3, portable })
    const bomb = zlib.zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))
    const whole = zlib.zstdCompressSync(text)
    const hostile = [randomBytes(100), bomb, whole.subarray(0, whole.length - 5), Buffer.alloc(0), whole.subarray(1)]
    for (const frame of hostile) assert.throws(() => codec.decompress(frame, Buffer.alloc(1000)), failsWith('DAMAGED'))
  })
}

test('many small blobs are not compressed as one large one is, in both codecs alike', () => {
  const sizes = [false, true].map((portable) =>
    Object.values(Grain).map((grain) =>
      createSegmentCodec({ level: 3, portable }).compress(prose, Buffer.alloc(prose.length), grain),
    ),
  )
  assert.deepEqual(sizes[0], sizes[1])
  assert.notEqual(sizes[0]![0], sizes[0]![1])
})

test('levels differ, also from the second call on', () => {
  const sizes = [1, 9].map((level) => {
    const codec = createSegmentCodec({ level })
    const frame = Buffer.alloc(prose.length)
    return [codec.compress(prose, frame), codec.compress(prose, frame)]
  })
  assert.equal(sizes[0]![0], sizes[0]![1])
  assert.equal(sizes[1]![0], sizes[1]![1])
  assert.ok(sizes[0]![1]! > sizes[1]![1]! * 1.05)
})

test('the handle is in use on this Node', () => {
  assert.notEqual(
    createSegmentCodec({ level: 3 }).constructor.name,
    createSegmentCodec({ level: 3, portable: true }).constructor.name,
  )
})

test('random bytes look incompressible, text does not', () => {
  assert.ok(looksIncompressible(randomBytes(100_000)))
  assert.ok(!looksIncompressible(text))
})

test("the levels 1-9 are those of zstd that the docs list; 3 is zstd's own default", () => {
  const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/tuning.md'), 'utf8')
  const row = (title: string) =>
    page
      .split('\n')
      .find((line) => line.startsWith(title))!
      .split('|')
      .slice(2, -1)
      .map(Number)
  const listed = row('| level of zstd').map((level, i) => [
    row('| `--compression-level`, `performance.compressionLevel`')[i],
    level,
  ])
  assert.deepEqual(
    listed,
    Object.entries(ZSTD_LEVELS).map(([ours, level]) => [Number(ours), level]),
  )
  assert.equal(ZSTD_LEVELS[3], zlib.constants.ZSTD_CLEVEL_DEFAULT)
})
