/** Lists one open directory into columns: raw names, exact times, sorted by name bytes. */
import fs from 'node:fs'
import { Column, type EntryColumns } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import { STATX_BYTES, StatxOffset, SystemCallError, type SystemCalls, systemCalls } from '../../kernel/system-calls.ts'

const RECORD_BUFFER_BYTES = 128 * 1024
/** linux/dirent.h, struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name. */
const RECORD_LENGTH_AT = 16
const RECORD_NAME_AT = 19
const ENOENT = 2

export interface ScanSkip {
  /** One character a byte. */
  readonly name: string
  readonly reason: string
}

/** An open directory. `path` serves where there are no descriptors to go by. */
export interface OpenDirectory {
  readonly descriptor: number
  /** One character a byte, absolute. */
  readonly path: string
}

export interface DirectoryScanner {
  /**
   * Fills `into`; of a directory that was just opened, or rewound. Names that vanished meanwhile are left out; other
   * failures are returned. Throws a Node-like error when the directory itself can't be read. With `only` it is not
   * listed, and need not be readable: these names are looked up, as any walk of a path does.
   */
  scan(directory: OpenDirectory, into: EntryColumns, only?: ReadonlySet<string>): ScanSkip[]
  /** A directory that was scanned can be scanned again. */
  rewind(directory: OpenDirectory): void
}

/** The scanner for this platform: over system calls where they load, else over node:fs. */
export function createDirectoryScanner(calls: SystemCalls | undefined = systemCalls()): DirectoryScanner {
  return calls ? new SystemCallScanner(calls) : new PortableScanner()
}

class SystemCallScanner implements DirectoryScanner {
  readonly #calls: SystemCalls
  readonly #records = Buffer.allocUnsafeSlow(RECORD_BUFFER_BYTES)
  readonly #status = Buffer.alloc(STATX_BYTES)
  readonly #words: Uint32Array

  constructor(calls: SystemCalls) {
    this.#calls = calls
    this.#words = new Uint32Array(this.#status.buffer, this.#status.byteOffset, STATX_BYTES / 4)
  }

  scan(directory: OpenDirectory, into: EntryColumns, only?: ReadonlySet<string>): ScanSkip[] {
    into.clear()
    const names = only ? [...only].sort() : this.#names(directory.descriptor)
    into.reserve(names.length)
    const skips: ScanSkip[] = []
    for (const name of names) {
      const errno = this.#calls.statx(directory.descriptor, name, this.#status)
      if (errno === 0) this.#take(name, into)
      else if (errno !== ENOENT) skips.push({ name, reason: new SystemCallError('statx', errno).code })
    }
    return skips
  }

  rewind(directory: OpenDirectory): void {
    this.#calls.rewind(directory.descriptor)
  }

  #names(descriptor: number): string[] {
    const names: string[] = []
    const records = this.#records
    for (
      let bytes = this.#calls.getdents(descriptor, records);
      bytes > 0;
      bytes = this.#calls.getdents(descriptor, records)
    ) {
      for (let at = 0; at < bytes; at += records.readUInt16LE(at + RECORD_LENGTH_AT)) {
        const from = at + RECORD_NAME_AT
        const name = records.toString('latin1', from, records.indexOf(0, from))
        if (name !== '.' && name !== '..') names.push(name)
      }
    }
    return names.sort()
  }

  #take(name: string, into: EntryColumns): void {
    const words = this.#words
    const values = into.values
    const entry = into.count
    into.names[entry] = name
    values[Column.MODE]![entry] = words[StatxOffset.MODE / 4]! & 0xffff
    values[Column.UID]![entry] = words[StatxOffset.UID / 4]!
    values[Column.GID]![entry] = words[StatxOffset.GID / 4]!
    values[Column.SIZE_LOW]![entry] = words[StatxOffset.SIZE / 4]!
    values[Column.SIZE_HIGH]![entry] = words[StatxOffset.SIZE / 4 + 1]!
    values[Column.MTIME_LOW]![entry] = words[StatxOffset.MTIME_SECONDS / 4]!
    values[Column.MTIME_HIGH]![entry] = words[StatxOffset.MTIME_SECONDS / 4 + 1]!
    values[Column.MTIME_NANOSECONDS]![entry] = words[StatxOffset.MTIME_NANOSECONDS / 4]!
    values[Column.CTIME_LOW]![entry] = words[StatxOffset.CTIME_SECONDS / 4]!
    values[Column.CTIME_HIGH]![entry] = words[StatxOffset.CTIME_SECONDS / 4 + 1]!
    values[Column.CTIME_NANOSECONDS]![entry] = words[StatxOffset.CTIME_NANOSECONDS / 4]!
    values[Column.INODE_LOW]![entry] = words[StatxOffset.INODE / 4]!
    values[Column.INODE_HIGH]![entry] = words[StatxOffset.INODE / 4 + 1]!
    values[Column.LINKS]![entry] = words[StatxOffset.LINKS / 4]!
    values[Column.DEVICE_MAJOR]![entry] = words[StatxOffset.DEVICE_MAJOR / 4]!
    values[Column.DEVICE_MINOR]![entry] = words[StatxOffset.DEVICE_MINOR / 4]!
    into.rdevMajors[entry] = words[StatxOffset.RDEV_MAJOR / 4]!
    into.rdevMinors[entry] = words[StatxOffset.RDEV_MINOR / 4]!
    into.blocks[entry] = words[StatxOffset.BLOCKS / 4]!
    into.count += 1
  }
}

class PortableScanner implements DirectoryScanner {
  scan(directory: OpenDirectory, into: EntryColumns, only?: ReadonlySet<string>): ScanSkip[] {
    into.clear()
    const parent = Buffer.from(`${directory.path === '/' ? '' : directory.path}/`, 'latin1')
    const names = only ? [...only].sort() : namesOf(directory)
    into.reserve(names.length)
    const skips: ScanSkip[] = []
    for (const name of names) {
      try {
        takeStats(name, fs.lstatSync(Buffer.concat([parent, Buffer.from(name, 'latin1')]), { bigint: true }), into)
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') skips.push({ name, reason: systemCode(error) ?? 'unknown' })
      }
    }
    return skips
  }

  rewind(): void {}
}

/** Sorted, one character a byte. */
function namesOf({ path }: OpenDirectory): string[] {
  return fs
    .readdirSync(Buffer.from(path, 'latin1'), { encoding: 'buffer' })
    .map((name) => name.toString('latin1'))
    .sort()
}

const WORD = 0xffffffffn

function takeStats(name: string, stats: fs.BigIntStats, into: EntryColumns): void {
  const entry = into.count
  const second = 1_000_000_000n
  const mtime = floorDivide(stats.mtimeNs, second)
  const ctime = floorDivide(stats.ctimeNs, second)
  const fields = [
    stats.mode,
    stats.uid,
    stats.gid,
    stats.size,
    stats.size >> 32n,
    mtime,
    mtime >> 32n,
    stats.mtimeNs - mtime * second,
    ctime,
    ctime >> 32n,
    stats.ctimeNs - ctime * second,
    stats.ino,
    stats.ino >> 32n,
    stats.nlink,
    majorOf(stats.dev),
    minorOf(stats.dev),
  ]
  into.names[entry] = name
  fields.forEach((value, column) => {
    into.values[column]![entry] = Number(value & WORD)
  })
  into.rdevMajors[entry] = Number(majorOf(stats.rdev))
  into.rdevMinors[entry] = Number(minorOf(stats.rdev))
  into.blocks[entry] = Number(stats.blocks & WORD)
  into.count += 1
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** gnu_dev_major(3) and gnu_dev_minor(3). */
function majorOf(device: bigint): bigint {
  return ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
}

function minorOf(device: bigint): bigint {
  return (device & 0xffn) | ((device >> 12n) & ~0xffn & WORD)
}
