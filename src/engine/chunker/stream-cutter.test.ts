// Goal: contents that come in pieces are cut where docs/format/v1.md section 8 says, whatever the pieces. Method: the
// rules as they stand there, over a whole content with the plain chunker, beside the cutter with pieces of random sizes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, testSeed } from '../../../test/harness/seeded-random.ts'
import { noise, rows } from '../../../test/harness/stream-entries.ts'
import { ChunkerProfile, type CutRule, createPlainChunker, StreamCutter } from './index.ts'

const KIB = 1024
const random = seededRandom(testSeed())
const secret = noise(Math.floor(random() * 1000), 64)

/** Lengths of blobs, as the page says. */
function expected(content: Buffer, rule: CutRule): number[] {
  const plain = createPlainChunker(secret, rule === 'rows' ? ChunkerProfile.ROWS : ChunkerProfile.FILES)
  const lengths: number[] = []
  for (let at = 0; at < content.length; at += lengths.at(-1)!) {
    const rest = content.subarray(at)
    if (typeof rule === 'number') lengths.push(Math.min(rule, rest.length))
    else {
      const cut = plain.cut(rest, true)
      const line = rest.indexOf(10, cut - 1)
      const end = line < 0 ? rest.length : line + 1
      lengths.push(rule === 'rows' && end <= 256 * KIB ? end : cut)
    }
  }
  return lengths
}

function cutInPieces(cutter: StreamCutter, content: Buffer, rule: CutRule): number[] {
  const lengths: number[] = []
  const take = (isFinal: boolean) => {
    let from = 0
    for (const end of cutter.cut(isFinal)) {
      lengths.push(end - from)
      from = end
    }
    cutter.drop(from)
  }
  cutter.begin(rule)
  for (let at = 0; at < content.length; ) {
    const piece = content.subarray(at, at + 1 + Math.floor(random() ** 4 * 3_000_000))
    for (let taken = 0; taken < piece.length; ) {
      taken += cutter.fill(piece, taken)
      if (cutter.isFull || random() < 0.2) take(false)
    }
    at += piece.length
  }
  take(true)
  return lengths
}

/** A row of so many bytes, without a line feed before its end. */
const row = (bytes: number) =>
  Buffer.concat([
    Buffer.alloc(
      bytes - 1,
      noise(bytes, 999).map((byte) => byte | 16),
    ),
    Buffer.from('\n'),
  ])

test('the cutter ends blobs where the page says, whatever pieces come', () => {
  const table = rows(1, 20_000)
  const contents = [
    Buffer.alloc(0),
    Buffer.from('x'),
    table,
    table.subarray(0, -1),
    noise(2, 2_000_000),
    Buffer.alloc(1_000_000),
    Buffer.alloc(600_000, '\n'),
    ...[-1, 0, 1].map((more) => row(256 * KIB + 1 + more).subarray(0, -1)),
    ...[100, 127, 128, 129, 255, 256, 257, 384, 700].flatMap((kib) => [
      Buffer.concat([row(kib * KIB), table.subarray(0, 300_000)]),
      row(kib * KIB).subarray(0, -1),
      Buffer.concat([table.subarray(0, 90_000), row(kib * KIB - 1), row(kib * KIB + 1)]),
    ]),
  ]
  // One for all: nothing is left of the content before.
  const cutter = new StreamCutter(secret)
  for (const [number, content] of contents.entries())
    for (const rule of ['content', 'rows', 8 * KIB, 32 * KIB] as const)
      assert.deepEqual(cutInPieces(cutter, content, rule), expected(content, rule), `content ${number} by ${rule}`)
})
