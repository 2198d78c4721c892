/**
 * Reads objects that are files of one folder. Whoever can write there may have put anything in an object's place: links
 * are not followed, what is no file is absent, and the length is looked at before memory is taken.
 */
import { throwIfAborted } from '../kernel/abort.ts'
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

const PIECE_BYTES = 1024 * 1024

/**
 * Throws what the system says, DAMAGED for an object longer than `bytesMax`, STORAGE_FAILED for a range that it does
 * not have.
 */
export async function readObject(file: string, range: ReadRange): Promise<Buffer<ArrayBuffer>> {
  const { key, offset = 0, bytesMax = Number.POSITIVE_INFINITY } = range
  const { descriptor, bytes: size } = await openRegular(file)
  try {
    if (size > bytesMax)
      throw new BackupError('DAMAGED', 'An object is longer than any of its kind.', {
        context: { object: key, bytes: size, bytesMax, foreign: true },
      })
    const bytes = Buffer.allocUnsafeSlow(wantedOf(range, size))
    await fill(descriptor, bytes, { key, offset })
    return bytes
  } finally {
    await closeDescriptor(descriptor)
  }
}

/** The same in pieces; replacing the file does not disturb who reads it. */
export async function* streamObject(
  file: string,
  range: Omit<ReadRange, 'bytesMax'> & { readonly signal?: AbortSignal },
): AsyncIterable<Buffer<ArrayBuffer>> {
  const { key, offset = 0, signal } = range
  const { descriptor, bytes: size } = await openRegular(file)
  try {
    for (let at = offset, left = wantedOf(range, size); left > 0; ) {
      throwIfAborted(signal)
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, left))
      await fill(descriptor, piece, { key, offset: at })
      yield piece
      at += piece.length
      left -= piece.length
    }
  } finally {
    await closeDescriptor(descriptor)
  }
}

function wantedOf({ key, offset = 0, length }: ReadRange, size: number): number {
  const wanted = length ?? size - offset
  if (wanted >= 0 && offset + wanted <= size) return wanted
  throw new BackupError('STORAGE_FAILED', 'The object is shorter than the range that was asked for.', {
    context: { key, bytes: size },
  })
}

async function fill(
  descriptor: number,
  into: Buffer,
  { key, offset }: { readonly key: string; readonly offset: number },
): Promise<void> {
  if ((await readInto(descriptor, into, offset)) < into.length)
    throw new BackupError('STORAGE_FAILED', 'An object ended while it was read.', { context: { key } })
}
