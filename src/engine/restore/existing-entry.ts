/** What becomes of an entry of the target that has the name of one of the snapshot's. */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { blobIdOf } from '../crypto/index.ts'
import { type Chunk, type DirectoryPage, ExtraType, isHole } from '../snapshot/index.ts'
import { type EntryStatus, statusOfOpen } from './entry-status.ts'
import { Overwrite } from './restore-options.ts'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants

export const Verdict = {
  /** It is what the snapshot holds. */
  UNCHANGED: 'unchanged',
  /** It may be something else and stays by wish. */
  KEPT: 'kept',
  REPLACED: 'replaced',
} as const
export type Verdict = (typeof Verdict)[keyof typeof Verdict]

interface Existing {
  readonly status: EntryStatus
  readonly directory: number
  readonly calls: SystemCalls
  /** The tree came as streams: a file without a time may have any. */
  readonly isStreamed: boolean
}

export function judge(
  existing: Existing & { readonly overwrite: Overwrite },
  page: DirectoryPage,
  entry: number,
): Verdict {
  const { overwrite } = existing
  if (overwrite === Overwrite.IF_CHANGED && isSame(existing, page, entry)) return Verdict.UNCHANGED
  const stays =
    overwrite === Overwrite.NEVER || (overwrite === Overwrite.IF_NEWER && isAsNew(existing.status, page, entry))
  return stays ? Verdict.KEPT : Verdict.REPLACED
}

/** Type, size and time agree; of a link also where it leads, of a device its number. */
export function isSame(
  { status, directory, calls, isStreamed }: Existing,
  page: DirectoryPage,
  entry: number,
): boolean {
  const { columns } = page
  const type = columns.type(entry)
  if (fileTypeOf(status.mode) !== type || status.bytes !== columns.size(entry)) return false
  const isDated = !isStreamed || !hasNoTime(page, entry)
  if (
    isDated &&
    (status.mtimeSeconds !== columns.mtimeSeconds(entry) || status.mtimeNanoseconds !== columns.mtimeNanoseconds(entry))
  )
    return false
  if (type === FileType.LINK) {
    const wanted = page.extra(entry, ExtraType.LINK_TARGET)
    return wanted !== undefined && Buffer.compare(calls.readlinkat(directory, columns.names[entry]!), wanted) === 0
  }
  if (type !== FileType.BLOCK && type !== FileType.CHARACTER) return true
  const device = Buffer.from(page.extra(entry, ExtraType.DEVICE_NUMBER) ?? Buffer.alloc(8))
  return status.rdevMajor === device.readUInt32LE(0) && status.rdevMinor === device.readUInt32LE(4)
}

/** What comes as a stream may have no time: equal ones say nothing then. */
export function hasNoTime({ columns }: DirectoryPage, entry: number): boolean {
  return columns.mtimeSeconds(entry) === 0 && columns.mtimeNanoseconds(entry) === 0
}

function isAsNew(status: EntryStatus, { columns }: DirectoryPage, entry: number): boolean {
  const seconds = columns.mtimeSeconds(entry)
  return (
    status.mtimeSeconds > seconds ||
    (status.mtimeSeconds === seconds && status.mtimeNanoseconds >= columns.mtimeNanoseconds(entry))
  )
}

/** True when a file of the target holds just these chunks. What can't be read does not. */
export async function holdsChunks(
  { directory, name, status, calls }: Existing & { readonly name: string },
  chunks: AsyncIterable<Chunk>,
  afterEach: () => Promise<void>,
): Promise<boolean> {
  let descriptor: number
  try {
    descriptor = calls.openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return false
  }
  try {
    let at = 0
    let buffer = Buffer.alloc(0)
    for await (const { id, bytes } of chunks) {
      if (buffer.length < bytes && !isHole(id)) buffer = Buffer.allocUnsafeSlow(bytes)
      const holds = isHole(id)
        ? isZero(descriptor, at, bytes)
        : readWhole(descriptor, buffer.subarray(0, bytes), at) && blobIdOf(buffer.subarray(0, bytes)).equals(id)
      if (!holds) return false
      at += bytes
      await afterEach()
    }
    return at === status.bytes && statusOfOpen(calls, descriptor).bytes === at
  } catch (error) {
    if (systemCode(error) === 'EIO') return false
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
}

const ZEROS = Buffer.alloc(256 * 1024)

function isZero(descriptor: number, from: number, bytes: number): boolean {
  const piece = Buffer.allocUnsafe(ZEROS.length)
  for (let done = 0; done < bytes; ) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - done))
    if (!readWhole(descriptor, part, from + done) || !part.equals(ZEROS.subarray(0, part.length))) return false
    done += part.length
  }
  return true
}

function readWhole(descriptor: number, into: Uint8Array, from: number): boolean {
  for (let done = 0; done < into.length; ) {
    const got = fs.readSync(descriptor, into, done, into.length - done, from + done)
    if (got === 0) return false
    done += got
  }
  return true
}
