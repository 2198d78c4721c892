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

/** Names of one object of a folder: its copies. */
interface Copies {
  readonly generation: number
  readonly names: string[]
  cost: number
}

/**
 * Section 2: so much as is read of `config/` and of `keys/`: a third each of the smallest, of the longest, and of one
 * of each generation in turn. `names` are all that objects can have; `unread` is what is left over.
 */
export function readableOf(
  folder: string,
  names: readonly string[],
  bytesMax: number,
): { within: string[]; unread: string[] } {
  const objects = new Map<string, Copies>()
  for (const name of names) {
    const bytes = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    const generation = /^[0-9a-f]{8}-/.test(name) ? Number.parseInt(name.slice(0, 8), 16) : 0
    const key = `${generation}/${name.slice(-64)}`
    const copies = objects.get(key) ?? { generation, names: [], cost: 0 }
    copies.names.push(name)
    copies.cost += OPENING_BYTES + (bytes > bytesMax ? 0 : bytes)
    objects.set(key, copies)
  }
  const smallest = [...objects.values()].sort(
    (a, b) => a.cost - b.cost || ((a.names[0] as string) < (b.names[0] as string) ? -1 : 1),
  )
  const longest = smallest.toReversed()
  const read = new Set<string>()
  for (const order of [smallest, longest, inTurn(longest)]) {
    let left = READ_BYTES_MAX / 3
    for (const each of order) {
      if (read.has(each.names[0] as string)) continue
      left -= each.cost
      if (left < 0) break
      for (const name of each.names) read.add(name)
    }
  }
  return { within: names.filter((name) => read.has(name)), unread: names.filter((name) => !read.has(name)) }
}

/** The longest of each generation, the highest first; then the second of each, and so on. */
function inTurn(longest: readonly Copies[]): Copies[] {
  const generations = [...Map.groupBy(longest, ({ generation }) => generation)].sort(([a], [b]) => b - a)
  const rounds: Copies[][] = []
  for (const [, copies] of generations)
    for (const [i, each] of copies.entries()) {
      rounds[i] ??= []
      rounds[i].push(each)
    }
  return rounds.flat()
}
