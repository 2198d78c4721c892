/**
 * Blob ids and lookup ids (docs/format/v1.md sections 7 and 9). A lookup id is SHA-256 over exactly two blocks of which
 * the first never changes, so its state is kept and each id costs one compression, in WebAssembly: a fifth of what a
 * call into OpenSSL costs.
 */
import { hash } from 'node:crypto'
import { invariant } from '../../kernel/invariant.ts'
import { LOOKUP_ID_WASM_BASE64 } from './lookup-id-wasm.ts'

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

interface LookupExports {
  readonly memory: WebAssembly.Memory
  constants(): number
  words(): number
  state(): number
  out(): number
  absorb(): void
  digest(): void
}

let compiled: WebAssembly.Module | undefined

/** Computes lookup ids under one id key (32 bytes). */
export class LookupIds {
  readonly #wasm: LookupExports
  readonly #words: Int32Array
  readonly #out: Uint32Array

  constructor(idKey: Uint8Array) {
    invariant(idKey.length === ID_BYTES, 'An id key is 32 bytes long.')
    compiled ??= new WebAssembly.Module(Buffer.from(LOOKUP_ID_WASM_BASE64, 'base64'))
    this.#wasm = new WebAssembly.Instance(compiled, {}).exports as unknown as LookupExports
    const { memory } = this.#wasm
    new Int32Array(memory.buffer, this.#wasm.constants(), K.length).set(K)
    new Uint32Array(memory.buffer, this.#wasm.state(), INITIAL.length).set(INITIAL)
    this.#words = new Int32Array(memory.buffer, this.#wasm.words(), 16)
    this.#out = new Uint32Array(memory.buffer, this.#wasm.out(), 4)
    const key = Buffer.from(idKey)
    for (let i = 0; i < 8; i += 1) this.#words[i] = key.readInt32BE(i * 4)
    this.#wasm.absorb()
    // The padding of every second block (FIPS 180-4 section 5.1.1): a one, zeros, and the length in bits.
    this.#words[8] = 0x80000000
    this.#words[15] = 96 * 8
  }

  /**
   * The first 16 bytes of SHA-256(idKey ‖ 32 zero bytes ‖ id), as four words that hold those bytes in little-endian
   * order. The id stands at `offset`.
   */
  lookupInto(blobIds: Uint8Array, offset: number, out: Uint32Array): void {
    const words = this.#words
    for (let i = 0, at = offset; i < 8; i += 1, at += 4) {
      words[i] = (blobIds[at]! << 24) | (blobIds[at + 1]! << 16) | (blobIds[at + 2]! << 8) | blobIds[at + 3]!
    }
    this.#wasm.digest()
    for (let i = 0; i < 4; i += 1) out[i] = this.#out[i]!
  }
}
