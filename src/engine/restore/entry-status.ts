/** What stands under a name of the target. */
import { STATX_BYTES, StatxOffset, type SystemCalls } from '../../kernel/system-calls.ts'

/** linux/stat.h: STATX_ATTR_IMMUTABLE, STATX_ATTR_APPEND. */
const UNCHANGEABLE = 0x30

export interface EntryStatus {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly bytes: number
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  readonly inode: number
  /** Of the file system it lies on. */
  readonly device: number
  readonly rdevMajor: number
  readonly rdevMinor: number
  /** Immutable or append-only: not even root may replace it. */
  readonly isUnchangeable: boolean
}

const status = Buffer.alloc(STATX_BYTES)

/** The status of an entry itself, or undefined when it is absent. "." is the directory's own. */
export function statusOf(calls: SystemCalls, directory: number, name: string): EntryStatus | undefined {
  return calls.statx(directory, name, status) === 0 ? read() : undefined
}

/** Of an open file or directory. */
export function statusOfOpen(calls: SystemCalls, descriptor: number): EntryStatus {
  calls.fstatx(descriptor, status)
  return read()
}

function read(): EntryStatus {
  return {
    mode: status.readUInt16LE(StatxOffset.MODE),
    uid: status.readUInt32LE(StatxOffset.UID),
    gid: status.readUInt32LE(StatxOffset.GID),
    bytes: Number(status.readBigUInt64LE(StatxOffset.SIZE)),
    mtimeSeconds: Number(status.readBigInt64LE(StatxOffset.MTIME_SECONDS)),
    mtimeNanoseconds: status.readUInt32LE(StatxOffset.MTIME_NANOSECONDS),
    inode: Number(status.readBigUInt64LE(StatxOffset.INODE)),
    device: status.readUInt32LE(StatxOffset.DEVICE_MAJOR) * 2 ** 32 + status.readUInt32LE(StatxOffset.DEVICE_MINOR),
    rdevMajor: status.readUInt32LE(StatxOffset.RDEV_MAJOR),
    rdevMinor: status.readUInt32LE(StatxOffset.RDEV_MINOR),
    isUnchangeable: (status.readUInt32LE(StatxOffset.ATTRIBUTES) & UNCHANGEABLE) !== 0,
  }
}

/** True for two names of one file. */
export function isSameFile(
  a: Pick<EntryStatus, 'inode' | 'device'>,
  b: Pick<EntryStatus, 'inode' | 'device'>,
): boolean {
  return a.inode === b.inode && a.device === b.device
}
