import { CHUNKER_WASM_BASE64 } from './chunker-wasm.ts'
import { type ChunkerProfileSizes, chunkerConstants } from './profile.ts'

export interface Chunker {
  /**
   * Bytes of the next chunk that starts at `offset` of the memory, or 0 when `length` bytes hold no cut and more
   * follow.
   */
  cut(offset: number, length: number, isFinal: boolean): number
}

interface ChunkerExports {
  setWindow(a: number, b: number, d: number, e: number, add: number): void
  setStrong(...keys: bigint[]): void
  setSizes(min: number, normal: number, max: number): void
  cut(start: number, available: number, isFinal: number): number
}

let compiled: WebAssembly.Module | undefined

/**
 * A chunker over `memory` under the repository's 64-byte secret. Reads nothing outside the bytes that `cut` is given.
 */
export function createChunker(memory: WebAssembly.Memory, secret: Uint8Array, profile: ChunkerProfileSizes): Chunker {
  compiled ??= new WebAssembly.Module(Buffer.from(CHUNKER_WASM_BASE64, 'base64'))
  const instance = new WebAssembly.Instance(compiled, { env: { memory } })
  const wasm = instance.exports as unknown as ChunkerExports
  const { window, add, strong } = chunkerConstants(secret)
  wasm.setWindow(window[0], window[1], window[2], window[3], add)
  wasm.setStrong(...strong.map((key) => BigInt.asIntN(64, key)))
  wasm.setSizes(profile.minBytes, profile.normalBytes, profile.maxBytes)
  return { cut: (offset, length, isFinal) => wasm.cut(offset, length, isFinal ? 1 : 0) >>> 0 }
}
