/**
 * A pack that is a local file. A pass over much of a repository reads it with O_DIRECT where that works: it neither
 * pays for fresh pages of the page cache nor pushes out what other programs keep there.
 */
import fs from 'node:fs'
import { promisify } from 'node:util'
import { systemCode } from '../kernel/backup-error.ts'
import { openRegularSync } from '../kernel/regular-file.ts'
import type { PackReader, ReadBuffer } from './pack-reader.ts'

const BLOCK_BYTES = 4096
const readInBackground = promisify(fs.read)

export class LocalPack implements PackReader {
  readonly #path: string
  readonly #buffer: ReadBuffer
  #descriptor: number
  #isDirect: boolean

  /**
   * `isCached`: through the page cache, for what is read again soon. Throws what opening throws, by its system code.
   */
  constructor(path: string, buffer: ReadBuffer, { isCached }: { readonly isCached: boolean }) {
    this.#path = path
    this.#buffer = buffer
    const opened = isCached ? undefined : openDirect(path)
    this.#isDirect = opened !== undefined
    this.#descriptor = opened ?? openRegularSync(path).descriptor
  }

  get bytes(): number {
    return fs.fstatSync(this.#descriptor).size
  }

  async read(position: number, bytes: number): Promise<Buffer> {
    return await Promise.resolve(this.readSync(position, bytes))
  }

  readSync(position: number, bytes: number): Buffer {
    const blocks = blocksOf(position, bytes)
    const buffer = this.#buffer.reserve(blocks.length)
    let done = 0
    while (done < blocks.length) {
      const got = this.#readOnce(buffer, { ...blocks, done })
      const next = this.#after(got, { from: blocks.from, done })
      if (next < 0) {
        done += got
        break
      }
      done = next
    }
    return cut(buffer, { position, bytes, from: blocks.from, done })
  }

  async readAhead(position: number, bytes: number, into: ReadBuffer): Promise<Buffer> {
    const { from, length } = blocksOf(position, bytes)
    const buffer = into.reserve(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await readInBackground(this.#descriptor, buffer, done, length - done, from + done)
      const next = this.#after(bytesRead, { from, done })
      if (next < 0) {
        done += bytesRead
        break
      }
      done = next
    }
    return cut(buffer, { position, bytes, from, done })
  }

  [Symbol.dispose](): void {
    if (this.#descriptor >= 0) fs.closeSync(this.#descriptor)
    this.#descriptor = -1
  }

  /**
   * How far the next read begins; negative at the end of the file. A read may give fewer bytes than were asked for
   * anywhere; O_DIRECT goes on at a whole block only.
   */
  #after(got: number, { from, done }: { readonly from: number; readonly done: number }): number {
    const reached = done + got
    if (got === 0) return -1
    if (reached % BLOCK_BYTES === 0) return reached
    if (from + reached >= this.bytes) return -1
    if (!this.#isDirect) return reached
    const whole = reached - (reached % BLOCK_BYTES)
    if (whole > done) return whole
    this.#reopenBuffered()
    return reached
  }

  #readOnce(
    buffer: Buffer,
    { done, length, from }: { readonly done: number; readonly length: number; readonly from: number },
  ): number {
    try {
      return fs.readSync(this.#descriptor, buffer, done, length - done, from + done)
    } catch (error) {
      if (!this.#isDirect || systemCode(error) !== 'EINVAL') throw error
      this.#reopenBuffered()
      return fs.readSync(this.#descriptor, buffer, done, length - done, from + done)
    }
  }

  /** A file system that opens with O_DIRECT and then refuses to read so. */
  #reopenBuffered(): void {
    const buffered = openRegularSync(this.#path).descriptor
    fs.closeSync(this.#descriptor)
    this.#descriptor = buffered
    this.#isDirect = false
  }
}

function blocksOf(position: number, bytes: number): { readonly from: number; readonly length: number } {
  const from = Math.floor(position / BLOCK_BYTES) * BLOCK_BYTES
  return { from, length: Math.ceil((position + bytes - from) / BLOCK_BYTES) * BLOCK_BYTES }
}

function cut(
  buffer: Buffer,
  {
    position,
    bytes,
    from,
    done,
  }: { readonly position: number; readonly bytes: number; readonly from: number; readonly done: number },
): Buffer {
  const start = position - from
  return buffer.subarray(start, Math.max(start, Math.min(done, start + bytes)))
}

/** Undefined where there is no O_DIRECT. */
function openDirect(path: string): number | undefined {
  if (fs.constants.O_DIRECT === undefined) return undefined
  try {
    return openRegularSync(path, fs.constants.O_DIRECT).descriptor
  } catch (error) {
    if (systemCode(error) === 'EINVAL') return undefined
    throw error
  }
}
