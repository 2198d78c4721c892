/** An id or two are copied faster than a view of them is made. */
const RANGE_LOOP_MAX = 80

/** A growing byte buffer that is reused: `clear()` keeps the memory, `view()` shows what was written since. */
export class ByteWriter {
  #bytes: Buffer
  #length = 0

  constructor(capacityBytes = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes)
  }

  get length(): number {
    return this.#length
  }

  clear(): void {
    this.#length = 0
  }

  /** Room for `bytes` more; returns the offset at which they begin. The caller fills them through `buffer`. */
  advance(bytes: number): number {
    const start = this.#length
    const need = start + bytes
    if (need > this.#bytes.length) this.#grow(need)
    this.#length = need
    return start
  }

  get buffer(): Buffer {
    return this.#bytes
  }

  u8(value: number): void {
    const at = this.advance(1)
    this.#bytes[at] = value
  }

  u32(value: number): void {
    const at = this.advance(4)
    this.#bytes.writeUInt32LE(value >>> 0, at)
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.u8(rest)
  }

  bytes(data: Uint8Array): void {
    const at = this.advance(data.length)
    this.#bytes.set(data, at)
  }

  /** The bytes `from`–`to` (exclusive) of `data`. */
  range(data: Uint8Array, from: number, to: number): void {
    if (to - from > RANGE_LOOP_MAX) return this.bytes(data.subarray(from, to))
    const at = this.advance(to - from)
    const buffer = this.#bytes
    for (let i = from; i < to; i += 1) buffer[at + i - from] = data[i]!
  }

  /** What was written; valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** A copy that stays. */
  copy(): Buffer {
    return Buffer.from(this.view())
  }

  #grow(need: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2))
    next.set(this.view())
    this.#bytes = next
  }
}
