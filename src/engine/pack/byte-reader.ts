import { BackupError } from '../../kernel/backup-error.ts'

const VARINT_BYTES_MAX = 8

/**
 * Reads authenticated bytes from front to back. Every overrun and every overlong number is DAMAGED; nothing is
 * allocated from a length before it is checked.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #buffer: Buffer
  readonly #what: string
  #at: number

  constructor(bytes: Uint8Array, what: string, at = 0) {
    this.#bytes = bytes
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#what = what
    this.#at = at
  }

  get offset(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw this.damaged('ends too early')
    this.#at += 1
    return value
  }

  u32(): number {
    const at = this.take(4)
    const b = this.#bytes
    return (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw this.damaged('holds a number that is too large')
        return value
      }
      scale *= 0x80
    }
    throw this.damaged('holds an overlong number')
  }

  /**
   * A varint that counts things of at least `bytesEach` bytes that follow in this object: never larger than what is
   * left.
   */
  count(bytesEach = 1): number {
    const value = this.varint()
    if (value * bytesEach > this.left) throw this.damaged('counts more than it holds')
    return value
  }

  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Text of one character a byte. */
  latin1(length: number): string {
    const at = this.take(length)
    return this.#buffer.toString('latin1', at, at + length)
  }

  /** Passes over `length` bytes. Returns where in `source` they begin. */
  take(length: number): number {
    if (length > this.left) throw this.damaged('ends too early')
    const at = this.#at
    this.#at += length
    return at
  }

  get source(): Uint8Array {
    return this.#bytes
  }

  end(): void {
    if (this.left !== 0) throw this.damaged('has bytes after its end')
  }

  /**
   * For what is authenticated and whole, and that a later version of the format may have: an old program that took it
   * for damage would be told to give it up.
   */
  unknown(what: string): BackupError {
    return new BackupError('FEATURE_UNSUPPORTED', `${this.#what} has the unknown ${what} (at byte ${this.#at}).`, {
      context: { object: this.#what, feature: what },
    })
  }

  damaged(how: string): BackupError {
    return new BackupError('DAMAGED', `${this.#what} ${how} (at byte ${this.#at}).`, {
      context: { object: this.#what },
    })
  }
}
