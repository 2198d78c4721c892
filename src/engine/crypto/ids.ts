/**
 * Blob ids and lookup ids (docs/format/v1.md sections 7 and 9). A lookup id is SHA-256 over exactly two blocks of which the first never
 * changes, so its state is kept and each id costs one compression: a fifth of what a call into OpenSSL costs.
 */
import { hash } from 'node:crypto'
import { invariant } from '../../kernel/invariant.ts'

export const ID_BYTES = 32

/** SHA-256 of the blob. */
export function blobIdOf(blob: Uint8Array): Buffer {
  return hash('sha256', blob, 'buffer')
}

// FIPS 180-4 section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const K = roundConstants()
const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]

function roundConstants(): Int32Array {
  const constants = new Int32Array(64)
  let found = 0
  for (let n = 2; found < 64; n += 1) {
    if (isPrime(n)) constants[found++] = fractionOfCubeRoot(n)
  }
  return constants
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false
  return true
}

function fractionOfCubeRoot(n: number): number {
  const scaled = BigInt(n) << 96n
  let low = 0n
  let high = 1n << 40n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** 3n <= scaled) low = middle
    else high = middle - 1n
  }
  return Number(BigInt.asIntN(32, low))
}

/** One SHA-256 compression (FIPS 180-4 section 6.2.2): `state` is updated with the sixteen words at the start of `w`. */
function compress(state: Int32Array, w: Int32Array): void {
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
  state[4] = (state[4]! + e) | 0
  state[5] = (state[5]! + f) | 0
  state[6] = (state[6]! + g) | 0
  state[7] = (state[7]! + h) | 0
}

function swap(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0
}

/** Computes lookup ids under one id key (32 bytes). */
export class LookupIds {
  readonly #midstate = Int32Array.from(INITIAL)
  readonly #state = new Int32Array(8)
  readonly #w = new Int32Array(64)

  constructor(idKey: Uint8Array) {
    invariant(idKey.length === ID_BYTES, 'An id key is 32 bytes long.')
    const key = Buffer.from(idKey)
    for (let i = 0; i < 8; i += 1) this.#w[i] = key.readInt32BE(i * 4)
    this.#w.fill(0, 8)
    compress(this.#midstate, this.#w)
  }

  /** The first 16 bytes of SHA-256(idKey ‖ 32 zero bytes ‖ id), as four words that hold those bytes in little-endian order. The id stands at `offset`. */
  lookupInto(blobIds: Uint8Array, offset: number, out: Uint32Array): void {
    const w = this.#w
    for (let i = 0, at = offset; i < 8; i += 1, at += 4) {
      w[i] = (blobIds[at]! << 24) | (blobIds[at + 1]! << 16) | (blobIds[at + 2]! << 8) | blobIds[at + 3]!
    }
    w[8] = 0x80000000 | 0
    w.fill(0, 9, 15)
    w[15] = 96 * 8
    const state = this.#state
    state.set(this.#midstate)
    compress(state, w)
    for (let i = 0; i < 4; i += 1) out[i] = swap(state[i]!)
  }
}
