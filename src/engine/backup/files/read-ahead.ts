/**
 * The next files of a directory, opened and asked of the kernel while the present one is worked on: a tree that is not
 * in the page cache would else be read file by file, each with a wait of its own. Only while reads are slow: in a warm
 * tree the hint costs more than it gives.
 */
import fs from 'node:fs'
import { type EntryColumns, FileType } from '../../../contracts/index.ts'
import { monotonicNs } from '../../../kernel/clock.ts'
import type { EntryAccess, OpenDirectory } from '../../../sources/index.ts'

const FILES_AHEAD = 24
const BYTES_AHEAD = 8 * 1024 * 1024
/** A read from the page cache takes a tenth of this; from a disk it takes longer. */
const SLOW_NS = 60_000n
/** So many files are asked for before one is read without, to see whether that is still slow. */
const FILES_PER_LOOK = 256

export interface UpcomingFiles {
  readonly directory: OpenDirectory
  readonly columns: EntryColumns
  /** False for entries that will not be read. */
  readonly isWanted: (entry: number) => boolean
}

export class ReadAhead {
  readonly #access: EntryAccess
  readonly #bytesMax: number
  /** Descriptors by entry. */
  readonly #open = new Map<number, number>()
  #next = 0
  #bytes = 0
  #filesLeft = 0

  /** `bytesMax`: larger files are left to the kernel's own reading ahead. */
  constructor(access: EntryAccess, bytesMax: number) {
    this.#access = access
    this.#bytesMax = bytesMax
  }

  /** Call it before `entry` is opened. */
  advance(entry: number, files: UpcomingFiles): void {
    if (this.#filesLeft === 0) return
    if (this.#next <= entry) this.#next = entry + 1
    while (this.#next < files.columns.count && this.#open.size < FILES_AHEAD && this.#bytes < BYTES_AHEAD) {
      this.#ask(this.#next, files)
      this.#next += 1
    }
  }

  /** The descriptor of an entry that was asked for; it is the caller's to close. */
  take(entry: number, columns: EntryColumns): number | undefined {
    const descriptor = this.#open.get(entry)
    if (descriptor === undefined) return undefined
    this.#open.delete(entry)
    this.#bytes -= columns.size(entry)
    return descriptor
  }

  /** Reads, and learns from how long it takes. */
  timed<T>(wasAsked: boolean, read: () => T): T {
    if (wasAsked) {
      if (this.#filesLeft > 0) this.#filesLeft -= 1
      return read()
    }
    const before = monotonicNs()
    const result = read()
    if (monotonicNs() - before > SLOW_NS) this.#filesLeft = FILES_PER_LOOK
    return result
  }

  /** Ends a directory: what was asked for and not taken is closed. */
  close(): void {
    for (const descriptor of this.#open.values()) fs.closeSync(descriptor)
    this.#open.clear()
    this.#bytes = 0
    this.#next = 0
  }

  #ask(entry: number, { directory, columns, isWanted }: UpcomingFiles): void {
    const bytes = columns.size(entry)
    if (columns.type(entry) !== FileType.FILE || bytes === 0 || bytes > this.#bytesMax || !isWanted(entry)) return
    try {
      const descriptor = this.#access.openFile(directory, columns.names[entry]!)
      this.#open.set(entry, descriptor)
      this.#bytes += bytes
      this.#access.willRead(descriptor, bytes)
    } catch {
      // What can't be opened is said when its own turn comes.
    }
  }
}
