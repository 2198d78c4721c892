/** Reads a small file that says something of its folder. Whoever owns the folder may have put anything in its place. */
import fs from 'node:fs'
import { systemCode } from '../../kernel/backup-error.ts'
import type { OpenDirectory } from './directory-scanner.ts'
import type { EntryAccess } from './open-entry.ts'

export interface MarkerFile {
  /** One character a byte; absent when it can't be taken. */
  readonly bytes?: string
  /** The end of a sentence that begins with its name. */
  readonly why?: string
}

/**
 * The file's first `bytesMax` bytes. A link is not followed; nothing but a regular file is read, and none that waits is
 * waited for.
 */
export function readMarker(
  access: EntryAccess,
  directory: OpenDirectory,
  marker: { readonly name: string; readonly bytesMax: number },
): MarkerFile {
  let descriptor = -1
  try {
    descriptor = access.openFile(directory, marker.name)
    if (!fs.fstatSync(descriptor).isFile()) return { why: 'is no regular file' }
    const buffer = Buffer.allocUnsafe(marker.bytesMax)
    let length = 0
    for (let got = 1; got > 0 && length < buffer.length; length += got)
      got = fs.readSync(descriptor, buffer, length, buffer.length - length, length)
    return { bytes: buffer.toString('latin1', 0, length) }
  } catch (error) {
    const cause = systemCode(error)
    if (cause === undefined) throw error
    return { why: `can not be read (${cause})` }
  } finally {
    if (descriptor >= 0) fs.closeSync(descriptor)
  }
}
