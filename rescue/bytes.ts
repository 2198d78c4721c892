/**
 * Reading bytes, and the one error of this program. Written from docs/format/v1.md alone; imports nothing of the
 * engine.
 */
import { words } from './words.ts'

export class RescueError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * For what is authenticated and whole, and that a later version of the format may have: no damage, and nobody may give
 * it up.
 */
export class LaterVersion extends RescueError {
  constructor(what: string) {
    super(
      words(
        `${what} is of a later version of the format: use a newer neonpro-rescue`,
        `${what} é de uma versão mais nova do formato: use um neonpro-rescue mais novo`,
      ),
    )
  }
}

export class Cursor {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  take(count: number): Buffer {
    if (!Number.isSafeInteger(count) || count < 0 || count > this.left)
      throw new RescueError('a structure ends too early')
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  u8(): number {
    return this.take(1)[0] as number
  }

  u32(): number {
    return this.take(4).readUInt32LE(0)
  }

  /** Section 1: LEB128, at most 8 bytes, below 2^53. */
  varint(): number {
    let value = 0
    for (let i = 0, scale = 1; i < 8; i += 1, scale *= 128) {
      const byte = this.u8()
      value += (byte % 128) * scale
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break
        return value
      }
    }
    throw new RescueError('a number is too long')
  }

  /** A count of things that take at least `each` bytes. */
  count(each: number): number {
    const value = this.varint()
    if (value * each > this.left) throw new RescueError('a count is too large')
    return value
  }
}
