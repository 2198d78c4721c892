/**
 * The extent that a receiver is filling: its bytes so far, and the hash of them. What is stored and what waits to be
 * are together, since a fold holds both, and since what comes twice is held against both.
 */
import { createHash, type Hash } from 'node:crypto'
import { EXTENT_BYTES, extentText, factsOf, type StreamKind } from './position.ts'
import { CONTENT_BYTES_MAX, type Reach, type StreamDocument } from './record-document.ts'
import type { StreamHead } from './stream-reader.ts'

/** Where an extent's bytes begin, and what the receiver knows of those before. */
export type Beginning = Pick<StreamDocument, 'begin' | 'before' | 'gap'>

export class OpenExtent {
  readonly extent: bigint
  readonly beginning: Beginning
  readonly #kind: StreamKind
  readonly #hash: Hash
  /** All bytes from the beginning on; undefined where they are more than one record holds. */
  #bytes: Buffer[] | undefined
  #byteCount: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Up to which all is stored, and up to which all has come. */
  #storedTo: number
  #to: number

  private constructor(
    kind: StreamKind,
    parts: {
      readonly extent: bigint
      readonly beginning: Beginning
      readonly hash: Hash
      readonly to: number
      readonly bytes: readonly Buffer[] | undefined
    },
  ) {
    this.#kind = kind
    this.extent = parts.extent
    this.beginning = parts.beginning
    this.#hash = parts.hash
    this.#bytes = parts.bytes && [...parts.bytes]
    this.#byteCount = parts.bytes?.reduce((sum, each) => sum + each.length, 0) ?? CONTENT_BYTES_MAX + 1
    this.#storedTo = parts.to
    this.#to = parts.to
  }

  static begin(kind: StreamKind, extent: bigint, beginning: Beginning): OpenExtent {
    return new OpenExtent(kind, { extent, beginning, hash: createHash('sha256'), to: beginning.begin, bytes: [] })
  }

  /** Goes on where others stopped. Undefined where what they stored before can't be known. */
  static resume(kind: StreamKind, { extent, hash, to, last, content }: StreamHead): OpenExtent | undefined {
    const { begin, before, gap } = last
    return hash && new OpenExtent(kind, { extent, beginning: { begin, before, gap }, hash, to, bytes: content })
  }

  get to(): number {
    return this.#to
  }

  get storedTo(): number {
    return this.#storedTo
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  get isFull(): boolean {
    return factsOf(this.#kind).countsBytes && this.#to === EXTENT_BYTES
  }

  /** What all bytes so far are. */
  get reach(): Reach {
    return { extent: extentText(this.extent), to: this.#to, prefix: this.#hash.copy().digest('hex') }
  }

  /** `to`: the place behind them. */
  append(bytes: Uint8Array, to: number): void {
    const own = Buffer.from(bytes)
    this.#hash.update(own)
    this.#pending.push(own)
    this.#pendingBytes += own.length
    this.#byteCount += own.length
    if (this.#byteCount <= CONTENT_BYTES_MAX) this.#bytes?.push(own)
    else this.#bytes = undefined
    this.#to = to
  }

  /** What a record from here on holds: all of the extent for a fold, where one record can. */
  draft({ isFold }: { readonly isFold: boolean }): { readonly from: number; readonly content: Buffer } {
    return isFold && this.#bytes
      ? { from: this.beginning.begin, content: Buffer.concat(this.#bytes) }
      : { from: this.#storedTo, content: Buffer.concat(this.#pending) }
  }

  get canFold(): boolean {
    return this.#bytes !== undefined
  }

  /** All that has come so far is in a record. */
  sealed(): void {
    this.#storedTo = this.#to
    this.#pending = []
    this.#pendingBytes = 0
  }

  /** Whether these bytes are those that came for that place before; undefined where they are not kept. */
  holds(offset: number, bytes: Uint8Array): boolean | undefined {
    if (!this.#bytes || offset < this.beginning.begin || !factsOf(this.#kind).countsBytes) return undefined
    const at = offset - this.beginning.begin
    return Buffer.concat(this.#bytes)
      .subarray(at, at + bytes.length)
      .equals(bytes)
  }
}
