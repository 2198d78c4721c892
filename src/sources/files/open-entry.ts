/**
 * Opening what a listing named, by descriptor and name, so that no link or rename can lead elsewhere; by path only
 * where system calls are missing.
 */
import fs from 'node:fs'
import { Column, type EntryColumns, FileType } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import { STATX_BYTES, StatxOffset, SystemCallError, type SystemCalls, systemCalls } from '../../kernel/system-calls.ts'
import type { OpenDirectory } from './directory-scanner.ts'

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK, O_NOATIME } = fs.constants
const O_CLOEXEC = 0o2000000
/** A folder on the way needs only to be searched, as by any walk of a path; elsewhere than on Linux also to be read. */
const O_PASS = process.platform === 'linux' ? 0o10000000 : O_RDONLY
const FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
const DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

export interface ExtendedAttribute {
  readonly name: string
  readonly value: Uint8Array
}

/** A stretch of a sparse file that holds data. */
export interface DataExtent {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

export interface EntryAccess {
  /** What can't be kept on this platform; empty where all can. */
  readonly missing: string
  /** With `toPass` nothing is listed: names in it are looked up and opened, no more. A link is refused all the same. */
  openRoot(path: string, toPass?: boolean): number
  openDirectory(parent: OpenDirectory, name: string, toPass?: boolean): number
  /** Opens a regular file for reading without touching its atime where that is allowed. */
  openFile(parent: OpenDirectory, name: string): number
  /** Asks for a file's first bytes to be fetched, where the platform can. */
  willRead(descriptor: number, bytes: number): void
  /** True when the open file is still the listed one: same inode, type, size and times. */
  isAsListed(descriptor: number, columns: EntryColumns, entry: number): boolean
  /** The open file is the inode that was listed. Throws an error with code ESTALE when it is another. */
  checkIdentity(descriptor: number, columns: EntryColumns, entry: number): void
  readLink(parent: OpenDirectory, name: string): Uint8Array
  /** Sorted by name. Attributes that can't be read are named in `failed`. */
  attributesOfFile(descriptor: number): { attributes: ExtendedAttribute[]; failed: string[] }
  attributesOfEntry(parent: OpenDirectory, name: string): { attributes: ExtendedAttribute[]; failed: string[] }
  /** The stretches of data of a file with holes. */
  extents(descriptor: number, bytes: number): DataExtent[]
}

/** Access for this platform and thread. */
export function createEntryAccess(calls: SystemCalls | undefined = systemCalls()): EntryAccess {
  return calls ? new SystemCallAccess(calls) : new PortableAccess()
}

class SystemCallAccess implements EntryAccess {
  readonly missing = ''
  readonly #calls: SystemCalls
  readonly #status = Buffer.alloc(STATX_BYTES)
  readonly #words = new Uint32Array(this.#status.buffer, this.#status.byteOffset, STATX_BYTES / 4)
  #fileFlags = FILE_FLAGS | O_NOATIME

  constructor(calls: SystemCalls) {
    this.#calls = calls
  }

  openRoot(path: string, toPass = false): number {
    return fs.openSync(Buffer.from(path, 'latin1') as unknown as string, (toPass ? O_PASS : O_RDONLY) | O_DIRECTORY)
  }

  openDirectory(parent: OpenDirectory, name: string, toPass = false): number {
    return this.#calls.openat(parent.descriptor, name, toPass ? DIRECTORY_FLAGS | O_PASS : DIRECTORY_FLAGS)
  }

  openFile(parent: OpenDirectory, name: string): number {
    try {
      return this.#calls.openat(parent.descriptor, name, this.#fileFlags)
    } catch (error) {
      // Only the owner or root may ask for O_NOATIME; the next files are likely somebody else's too.
      if (systemCode(error) !== 'EPERM' || this.#fileFlags === FILE_FLAGS) throw error
      this.#fileFlags = FILE_FLAGS
      return this.#calls.openat(parent.descriptor, name, FILE_FLAGS)
    }
  }

  willRead(descriptor: number, bytes: number): void {
    this.#calls.willRead(descriptor, bytes)
  }

  isAsListed(descriptor: number, columns: EntryColumns, entry: number): boolean {
    this.#calls.fstatx(descriptor, this.#status)
    const words = this.#words
    const values = columns.values
    return (
      words[StatxOffset.SIZE / 4] === values[Column.SIZE_LOW]![entry] &&
      words[StatxOffset.SIZE / 4 + 1] === values[Column.SIZE_HIGH]![entry] &&
      words[StatxOffset.MTIME_SECONDS / 4] === values[Column.MTIME_LOW]![entry] &&
      words[StatxOffset.MTIME_NANOSECONDS / 4] === values[Column.MTIME_NANOSECONDS]![entry] &&
      words[StatxOffset.CTIME_SECONDS / 4] === values[Column.CTIME_LOW]![entry] &&
      words[StatxOffset.CTIME_NANOSECONDS / 4] === values[Column.CTIME_NANOSECONDS]![entry] &&
      words[StatxOffset.INODE / 4] === values[Column.INODE_LOW]![entry]
    )
  }

  checkIdentity(descriptor: number, columns: EntryColumns, entry: number): void {
    this.#calls.fstatx(descriptor, this.#status)
    const isSame =
      this.#words[StatxOffset.INODE / 4] === columns.values[Column.INODE_LOW]![entry] &&
      (this.#words[StatxOffset.MODE / 4]! & 0o170000) === FileType.FILE
    if (!isSame) throw new SystemCallError('open', 116)
  }

  readLink(parent: OpenDirectory, name: string): Uint8Array {
    return this.#calls.readlinkat(parent.descriptor, name)
  }

  attributesOfFile(descriptor: number): { attributes: ExtendedAttribute[]; failed: string[] } {
    return collect(
      () => this.#calls.flistxattr(descriptor),
      (name) => this.#calls.fgetxattr(descriptor, name),
    )
  }

  attributesOfEntry(parent: OpenDirectory, name: string): { attributes: ExtendedAttribute[]; failed: string[] } {
    return collect(
      () => this.#calls.llistxattr(parent.descriptor, name),
      (attribute) => this.#calls.lgetxattr(parent.descriptor, name, attribute),
    )
  }

  extents(descriptor: number, bytes: number): DataExtent[] {
    const extents: DataExtent[] = []
    for (let at = 0; at < bytes; ) {
      const from = this.#calls.nextData(descriptor, at)
      if (from === undefined || from >= bytes) break
      const to = Math.min(bytes, this.#calls.nextHole(descriptor, from))
      extents.push({ from, to })
      at = to
    }
    return extents
  }
}

const NO_ATTRIBUTES = { attributes: [], failed: [] }

function collect(
  list: () => string[],
  read: (name: string) => Uint8Array,
): { attributes: ExtendedAttribute[]; failed: string[] } {
  let names: string[]
  try {
    names = list()
  } catch (error) {
    return { attributes: [], failed: [`extended attributes (${systemCode(error) ?? 'unknown'})`] }
  }
  if (names.length === 0) return NO_ATTRIBUTES
  const attributes: ExtendedAttribute[] = []
  const failed: string[] = []
  for (const name of names) {
    try {
      attributes.push({ name, value: read(name) })
    } catch (error) {
      failed.push(`${name} (${systemCode(error) ?? 'unknown'})`)
    }
  }
  return { attributes, failed }
}

class PortableAccess implements EntryAccess {
  readonly missing = 'extended attributes, holes'

  openRoot(path: string, toPass = false): number {
    return fs.openSync(Buffer.from(path, 'latin1') as unknown as string, (toPass ? O_PASS : O_RDONLY) | O_DIRECTORY)
  }

  openDirectory(parent: OpenDirectory, name: string, toPass = false): number {
    return fs.openSync(pathOf(parent, name), (toPass ? O_PASS : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW)
  }

  openFile(parent: OpenDirectory, name: string): number {
    return fs.openSync(pathOf(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  willRead(): void {}

  isAsListed(descriptor: number, columns: EntryColumns, entry: number): boolean {
    const stat = fs.fstatSync(descriptor, { bigint: true })
    return (
      stat.size === BigInt(columns.size(entry)) &&
      stat.mtimeNs === BigInt(columns.mtimeSeconds(entry)) * 1_000_000_000n + BigInt(columns.mtimeNanoseconds(entry))
    )
  }

  checkIdentity(descriptor: number, columns: EntryColumns, entry: number): void {
    const stat = fs.fstatSync(descriptor, { bigint: true })
    if (!stat.isFile() || Number(stat.ino & 0xffffffffn) !== columns.values[Column.INODE_LOW]![entry])
      throw new SystemCallError('open', 116)
  }

  readLink(parent: OpenDirectory, name: string): Uint8Array {
    return fs.readlinkSync(pathOf(parent, name), { encoding: 'buffer' })
  }

  attributesOfFile(): { attributes: ExtendedAttribute[]; failed: string[] } {
    return NO_ATTRIBUTES
  }

  attributesOfEntry(): { attributes: ExtendedAttribute[]; failed: string[] } {
    return NO_ATTRIBUTES
  }

  extents(_descriptor: number, bytes: number): DataExtent[] {
    return bytes === 0 ? [] : [{ from: 0, to: bytes }]
  }
}

/** Node's types leave Buffers out of some path parameters that take them. */
function pathOf(parent: OpenDirectory, name: string): string {
  return Buffer.from(`${parent.path === '/' ? '' : parent.path}/${name}`, 'latin1') as unknown as string
}
