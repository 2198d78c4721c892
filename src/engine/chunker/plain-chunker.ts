/** The chunker in plain TypeScript: slow, obvious, and the oracle of the WebAssembly one. */
import { type ChunkerProfileSizes, chunkerConstants } from './profile.ts'

const CANDIDATE_BELOW = 64
const WORD = (1n << 64n) - 1n

export interface PlainChunker {
  cut(bytes: Uint8Array, isFinal: boolean): number
}

export function createPlainChunker(secret: Uint8Array, profile: ChunkerProfileSizes): PlainChunker {
  const { window, add, strong } = chunkerConstants(secret)
  const bits = Math.log2(profile.normalBytes)
  const isCandidate = (data: Buffer, p: number) =>
    ((data.readUInt16LE(p - 7) * window[0] +
      data.readUInt16LE(p - 5) * window[1] +
      data.readUInt16LE(p - 3) * window[2] +
      data.readUInt16LE(p - 1) * window[3] +
      add) &
      0xffff) <
    CANDIDATE_BELOW
  const isCut = (data: Buffer, p: number) => {
    let h = 0n
    for (let i = 0; i < 6; i += 1) {
      h = ((h ^ data.readBigUInt64LE(p - 47 + 8 * i)) * strong[i]!) & WORD
      h ^= h >> 32n
    }
    return h >> BigInt(64 - (p + 1 < profile.normalBytes ? bits - 8 : bits - 12)) === 0n
  }
  return {
    cut: (bytes, isFinal) => {
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const limit = Math.min(data.length, profile.maxBytes)
      for (let p = profile.minBytes - 1; p < limit; p += 1) if (isCandidate(data, p) && isCut(data, p)) return p + 1
      if (limit === profile.maxBytes) return limit
      return isFinal ? data.length : 0
    },
  }
}
