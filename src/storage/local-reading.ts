/**
 * Reads objects that are files of one folder. Whoever can write there may have put anything in an object's place: links
 * are not followed, what is no file is absent, and the length is looked at before memory is taken.
 */
import { BackupError } from '../kernel/backup-error.ts'
import { closeDescriptor, openRegular, readInto } from '../kernel/regular-file.ts'

export interface ReadRange {
  readonly key: string
  readonly offset?: number
  /** Default: all that follows `offset`. */
  readonly length?: number
  /** DAMAGED for a longer object, before any of it is read. */
  readonly bytesMax?: number
}

/**
 * Throws what the system says, DAMAGED for an object longer than `bytesMax`, STORAGE_FAILED for a range that it does not
 * have.
 */
export async function readObject(file: string, range: ReadRange): Promise<Buffer<ArrayBuffer>> {
  const { key, offset = 0, length, bytesMax = Number.POSITIVE_INFINITY } = range
  const { descriptor, bytes: size } = await openRegular(file)
  try {
    if (size > bytesMax)
      throw new BackupError('DAMAGED', 'An object is longer than any of its kind.', {
        context: { object: key, bytes: size, bytesMax, foreign: true },
      })
    const wanted = length ?? size - offset
    if (wanted < 0 || offset + wanted > size)
      throw new BackupError('STORAGE_FAILED', 'The object is shorter than the range that was asked for.', {
        context: { key, bytes: size },
      })
    const bytes = Buffer.allocUnsafeSlow(wanted)
    const done = await readInto(descriptor, bytes, offset)
    if (done < wanted)
      throw new BackupError('STORAGE_FAILED', 'An object ended while it was read.', { context: { key } })
    return bytes
  } finally {
    await closeDescriptor(descriptor)
  }
}
