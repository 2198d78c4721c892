/** Reads files of a folder that others may write to: no links, pipes or devices, and nothing longer than it may be. */
import fs from 'node:fs'
import path from 'node:path'
import { RescueError } from './bytes.ts'

const FLAGS = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK

export class ObjectFile implements Disposable {
  readonly bytes: number
  readonly #descriptor: number

  constructor(file: string) {
    this.#descriptor = fs.openSync(file, FLAGS)
    const stat = fs.fstatSync(this.#descriptor)
    this.bytes = stat.size
    if (stat.isFile()) return
    fs.closeSync(this.#descriptor)
    throw new RescueError('what stands there is no file')
  }

  /** Exactly `length` bytes. */
  read(from: number, length: number): Buffer {
    if (from + length > this.bytes) throw new RescueError('a file is cut short')
    const bytes = Buffer.alloc(length)
    let done = 0
    while (done < length) {
      const got = fs.readSync(this.#descriptor, bytes, done, length - done, from + done)
      if (got === 0) throw new RescueError('a file is cut short')
      done += got
    }
    return bytes
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.#descriptor)
  }
}

export function readFile(file: string, bytesMax: number): Buffer {
  using opened = new ObjectFile(file)
  if (opened.bytes > bytesMax) throw new RescueError('an object is longer than any of its kind')
  return opened.read(0, opened.bytes)
}

export function isFile(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
}

const READ_BYTES_MAX = 64 * 1024 * 1024
const OPENING_BYTES = 4096

/** Section 2: so much as is read of `config/` and of `keys/`, the smallest first; `unread`: how many are left over. */
export function smallestOf(
  folder: string,
  names: readonly string[],
  bytesMax: number,
): { within: string[]; unread: number } {
  const costs = names.map((name) => {
    const bytes = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    return { name, cost: OPENING_BYTES + (bytes > bytesMax ? 0 : bytes) }
  })
  costs.sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1))
  const within: string[] = []
  let read = 0
  for (const { name, cost } of costs) {
    read += cost
    if (read <= READ_BYTES_MAX) within.push(name)
  }
  return { within, unread: names.length - within.length }
}
