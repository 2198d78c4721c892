// Goal: the WebAssembly chunker cuts exactly where the plain one does, and an edit moves few cuts.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ChunkerProfile, createChunker, createPlainChunker } from './index.ts'

const MIB = 1024 * 1024

function cuts(data: Uint8Array, secret: Uint8Array, windowBytes = data.length): number[] {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(windowBytes / 65536) + 1 })
  const arena = new Uint8Array(memory.buffer)
  const chunker = createChunker(memory, secret, ChunkerProfile.FILES)
  const sizes: number[] = []
  for (let at = 0; at < data.length; ) {
    const piece = data.subarray(at, at + windowBytes)
    arena.set(piece)
    const isFinal = at + piece.length === data.length
    let used = 0
    for (
      let bytes = chunker.cut(0, piece.length, isFinal);
      bytes > 0 && used < piece.length;
      bytes = chunker.cut(used, piece.length - used, isFinal)
    ) {
      sizes.push(bytes)
      used += bytes
    }
    at += used
  }
  return sizes
}

function plainCuts(data: Uint8Array, secret: Uint8Array): number[] {
  const chunker = createPlainChunker(secret, ChunkerProfile.FILES)
  const sizes: number[] = []
  for (let at = 0; at < data.length; at += sizes.at(-1)!) sizes.push(chunker.cut(data.subarray(at), true))
  return sizes
}

function text(bytes: number): Buffer {
  const words = randomBytes(bytes / 4)
    .toString('base64')
    .slice(0, bytes)
  return Buffer.from(words.replaceAll(/[0-9+]/g, ' '))
}

test('the WebAssembly chunker cuts where the plain one does', () => {
  const secret = randomBytes(64)
  const data = [randomBytes(2 * MIB), text(2 * MIB), Buffer.alloc(2 * MIB), Buffer.alloc(MIB, 'abcdefgh12345678')]
  for (const bytes of data) assert.deepEqual(cuts(bytes, secret), plainCuts(bytes, secret))
})

test('sizes around the limits give the same cuts', () => {
  const secret = randomBytes(64)
  const { minBytes, maxBytes } = ChunkerProfile.FILES
  for (const bytes of [
    1,
    47,
    48,
    minBytes - 1,
    minBytes,
    minBytes + 1,
    minBytes + 17,
    maxBytes - 1,
    maxBytes,
    maxBytes + 1,
  ]) {
    const data = randomBytes(bytes)
    assert.deepEqual(cuts(data, secret), plainCuts(data, secret), `${bytes} bytes`)
    const zeros = Buffer.alloc(bytes)
    assert.deepEqual(cuts(zeros, secret), plainCuts(zeros, secret), `${bytes} zeros`)
  }
})

test('reading in windows gives the cuts of one pass', () => {
  const secret = randomBytes(64)
  const data = randomBytes(5 * MIB)
  assert.deepEqual(cuts(data, secret, MIB), cuts(data, secret))
})

test('chunks are 64 to 96 KiB on average and an insertion moves few cuts', () => {
  const secret = randomBytes(64)
  const data = randomBytes(16 * MIB)
  const before = cuts(data, secret)
  const average = data.length / before.length
  assert.ok(average > 64 * 1024 && average < 96 * 1024, `average ${average}`)
  const edited = Buffer.concat([data.subarray(0, 5000), Buffer.from('inserted'), data.subarray(5000)])
  const ends = (sizes: number[], shift: number) => {
    let end = -shift
    return new Set(sizes.map((bytes) => (end += bytes)))
  }
  const old = ends(before, 0)
  const moved = [...ends(cuts(edited, secret), 8)].filter((end) => !old.has(end))
  assert.ok(moved.length <= 3, `${moved.length} cuts moved`)
})
