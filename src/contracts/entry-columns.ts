/**
 * The entries of one directory, one array a field, sorted by name bytes. Reused from directory to directory, so that
 * listing allocates nothing.
 */

/** File types by the S_IFMT bits of st_mode. */
export const FileType = {
  SOCKET: 0o140000,
  LINK: 0o120000,
  FILE: 0o100000,
  BLOCK: 0o060000,
  DIRECTORY: 0o040000,
  CHARACTER: 0o020000,
  FIFO: 0o010000,
} as const
export type FileType = (typeof FileType)[keyof typeof FileType]

const TYPE_MASK = 0o170000

export function fileTypeOf(mode: number): number {
  return mode & TYPE_MASK
}

/** The columns that the format stores, in its order (docs/format/v1.md section 10). */
export const STORED_COLUMNS = [
  'mode',
  'uid',
  'gid',
  'sizeLow',
  'sizeHigh',
  'mtimeSecondsLow',
  'mtimeSecondsHigh',
  'mtimeNanoseconds',
  'ctimeSecondsLow',
  'ctimeSecondsHigh',
  'ctimeNanoseconds',
  'inodeLow',
  'inodeHigh',
  'links',
  'deviceMajor',
  'deviceMinor',
] as const
export type StoredColumn = (typeof STORED_COLUMNS)[number]
export const COLUMN_COUNT = STORED_COLUMNS.length

/** Number of a column in `EntryColumns.values`. */
export const Column = {
  MODE: 0,
  UID: 1,
  GID: 2,
  SIZE_LOW: 3,
  SIZE_HIGH: 4,
  MTIME_LOW: 5,
  MTIME_HIGH: 6,
  MTIME_NANOSECONDS: 7,
  CTIME_LOW: 8,
  CTIME_HIGH: 9,
  CTIME_NANOSECONDS: 10,
  INODE_LOW: 11,
  INODE_HIGH: 12,
  LINKS: 13,
  DEVICE_MAJOR: 14,
  DEVICE_MINOR: 15,
} as const

const EMPTY = new Uint32Array(0)

export class EntryColumns {
  count = 0
  /** One character a byte. */
  names: string[] = []
  /** By `Column`. */
  values: Uint32Array[] = Array.from({ length: COLUMN_COUNT }, () => EMPTY)
  rdevMajors: Uint32Array = EMPTY
  rdevMinors: Uint32Array = EMPTY
  /** Allocated 512-byte blocks, low word; only to recognise holes. */
  blocks: Uint32Array = EMPTY
  #capacity = 0

  clear(): void {
    this.count = 0
    this.names.length = 0
  }

  /**
   * Room for `count` entries; what is there stays. The first call gives just that room, later ones at least double it.
   */
  reserve(count: number): void {
    if (count <= this.#capacity) return
    const capacity = this.#capacity === 0 ? count : Math.max(count, this.#capacity * 2, 256)
    // One buffer for all: a small directory costs one allocation.
    const block = new Uint32Array(capacity * (COLUMN_COUNT + 3))
    const column = (number: number, before: Uint32Array) => {
      const next = block.subarray(number * capacity, (number + 1) * capacity)
      if (this.count > 0) next.set(before.subarray(0, this.count))
      return next
    }
    this.values = this.values.map((before, number) => column(number, before))
    this.rdevMajors = column(COLUMN_COUNT, this.rdevMajors)
    this.rdevMinors = column(COLUMN_COUNT + 1, this.rdevMinors)
    this.blocks = column(COLUMN_COUNT + 2, this.blocks)
    this.#capacity = capacity
  }

  /** Keeps only the entries named, which are in ascending order. */
  keep(entries: readonly number[]): void {
    if (entries.length === this.count) return
    const columns = [...this.values, this.rdevMajors, this.rdevMinors, this.blocks]
    for (const [to, from] of entries.entries()) {
      this.names[to] = this.names[from]!
      for (const column of columns) column[to] = column[from]!
    }
    this.count = entries.length
    this.names.length = entries.length
  }

  mode(entry: number): number {
    return this.values[Column.MODE]![entry]!
  }

  type(entry: number): number {
    return this.mode(entry) & TYPE_MASK
  }

  /** Bytes; exact below 2^53. */
  size(entry: number): number {
    return this.values[Column.SIZE_HIGH]![entry]! * 2 ** 32 + this.values[Column.SIZE_LOW]![entry]!
  }

  setSize(entry: number, bytes: number): void {
    this.values[Column.SIZE_LOW]![entry] = bytes % 2 ** 32
    this.values[Column.SIZE_HIGH]![entry] = Math.floor(bytes / 2 ** 32)
  }

  links(entry: number): number {
    return this.values[Column.LINKS]![entry]!
  }

  /** Seconds since 1970, signed. */
  mtimeSeconds(entry: number): number {
    return (this.values[Column.MTIME_HIGH]![entry]! | 0) * 2 ** 32 + this.values[Column.MTIME_LOW]![entry]!
  }

  mtimeNanoseconds(entry: number): number {
    return this.values[Column.MTIME_NANOSECONDS]![entry]!
  }

  /** "major:minor" of the file system. */
  device(entry: number): string {
    return `${this.values[Column.DEVICE_MAJOR]![entry]!}:${this.values[Column.DEVICE_MINOR]![entry]!}`
  }

  /** Device and inode: equal for hard links of one file. */
  identity(entry: number): string {
    return `${this.device(entry)}:${this.values[Column.INODE_HIGH]![entry]!}:${this.values[Column.INODE_LOW]![entry]!}`
  }

  /** Type, size, times and inode agree: the file was not changed between the two listings. */
  isUnchanged(entry: number, other: EntryColumns, otherEntry: number): boolean {
    for (const column of UNCHANGED_COLUMNS)
      if (this.values[column]![entry] !== other.values[column]![otherEntry]) return false
    return true
  }
}

const UNCHANGED_COLUMNS: readonly number[] = [
  Column.MODE,
  Column.SIZE_LOW,
  Column.SIZE_HIGH,
  Column.MTIME_LOW,
  Column.MTIME_HIGH,
  Column.MTIME_NANOSECONDS,
  Column.CTIME_LOW,
  Column.CTIME_HIGH,
  Column.CTIME_NANOSECONDS,
  Column.INODE_LOW,
  Column.INODE_HIGH,
]
