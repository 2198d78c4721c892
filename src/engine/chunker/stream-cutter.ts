/**
 * Cuts one stream after another into blobs (docs/format/v1.md section 8). It collects what comes in pieces of any size;
 * where blobs end depends on the bytes alone, never on how they came.
 */
import { type Chunker, createChunker } from './chunker.ts'
import { ChunkerProfile, type ChunkerProfileSizes } from './profile.ts'

/** `rows`: after the end of a line. Numbers: that many bytes each. */
export type CutRule = 'content' | 'rows' | number

const WASM_PAGE_BYTES = 65536
/** Some twice the most that one blob takes to be found. */
const MEMORY_BYTES = 24 * WASM_PAGE_BYTES
/** A row that is longer is cut where its content says so. */
const ROW_BLOB_BYTES_MAX = 2 * ChunkerProfile.ROWS.maxBytes
const LINE_FEED = 10

export class StreamCutter {
  readonly #memory: WebAssembly.Memory
  readonly #bytes: Buffer
  readonly #secret: Uint8Array
  readonly #chunkers = new Map<ChunkerProfileSizes, Chunker>()
  #rule: CutRule = 'content'
  #used = 0

  constructor(secret: Uint8Array) {
    const pages = MEMORY_BYTES / WASM_PAGE_BYTES
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.#bytes = Buffer.from(this.#memory.buffer)
    this.#secret = secret
  }

  /** For another stream. */
  begin(rule: CutRule): void {
    this.#rule = rule
    this.#used = 0
  }

  /** Takes as much of the piece, from `from` on, as there is room for. Returns how much that was. */
  fill(piece: Uint8Array, from: number): number {
    const taken = Math.min(piece.length - from, MEMORY_BYTES - this.#used)
    this.#bytes.set(piece.subarray(from, from + taken), this.#used)
    this.#used += taken
    return taken
  }

  get isFull(): boolean {
    return this.#used === MEMORY_BYTES
  }

  /** What is held; valid until the next `fill` or `drop`. */
  get held(): Buffer {
    return this.#bytes.subarray(0, this.#used)
  }

  /** Where the blobs of what is held end: all of it when the stream has ended. */
  cut(isFinal: boolean): number[] {
    const ends: number[] = []
    for (let at = 0; at < this.#used; ) {
      const bytes = this.#next(at, isFinal)
      if (bytes === 0) break
      at += bytes
      ends.push(at)
    }
    return ends
  }

  /** Forgets the first bytes of what is held. */
  drop(bytes: number): void {
    this.#bytes.copyWithin(0, bytes, this.#used)
    this.#used -= bytes
  }

  /** Of the blob that begins there; 0 where that takes bytes that are not there yet. */
  #next(at: number, isFinal: boolean): number {
    const left = this.#used - at
    if (typeof this.#rule === 'number') return left >= this.#rule || isFinal ? Math.min(left, this.#rule) : 0
    if (this.#rule === 'content') return this.#chunker(ChunkerProfile.FILES).cut(at, left, isFinal)
    const bytes = this.#chunker(ChunkerProfile.ROWS).cut(at, left, isFinal)
    return bytes === 0 ? 0 : this.#toLineEnd(at, bytes, isFinal)
  }

  #toLineEnd(at: number, bytes: number, isFinal: boolean): number {
    const left = this.#used - at
    const line = this.#bytes.subarray(at + bytes - 1, at + Math.min(left, ROW_BLOB_BYTES_MAX)).indexOf(LINE_FEED)
    if (line >= 0) return bytes + line
    if (left > ROW_BLOB_BYTES_MAX) return bytes
    return isFinal ? left : 0
  }

  #chunker(profile: ChunkerProfileSizes): Chunker {
    const known = this.#chunkers.get(profile)
    if (known) return known
    const made = createChunker(this.#memory, this.#secret, profile)
    this.#chunkers.set(profile, made)
    return made
  }
}
