/**
 * Opens files in folders that others may write to: never through a link, never a pipe, a device or a socket, and never
 * waiting for the other end of one.
 */
import fs from 'node:fs'
import { promisify } from 'node:util'
import { systemCode } from './backup-error.ts'

const FLAGS = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK

const open = promisify(fs.open)
const stat = promisify(fs.fstat)
const read = promisify(fs.read)
const close = promisify(fs.close)

export interface OpenedFile {
  readonly descriptor: number
  readonly bytes: number
}

/** What is there is no file. Its code is ENOENT: of what was looked for, nothing is there. */
class NoRegularFile extends Error {
  readonly code = 'ENOENT'

  constructor(file: string) {
    super(`no regular file: ${file}`)
  }
}

/** What the system says where nothing is, or nothing that is a file: a link is ELOOP to it, a socket ENXIO. */
const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'ENXIO', 'ENODEV', 'EISDIR']

/** True for what opening throws where there is no regular file. */
export function isNoFile(error: unknown): boolean {
  return ABSENT.includes(systemCode(error))
}

/** Close the descriptor. Throws what the system says; see `isNoFile`. */
export async function openRegular(file: string): Promise<OpenedFile> {
  const descriptor = await open(file, FLAGS)
  try {
    const found = await stat(descriptor)
    if (found.isFile()) return { descriptor, bytes: found.size }
    throw new NoRegularFile(file)
  } catch (error) {
    await close(descriptor)
    throw error
  }
}

/** The same at once. `flags` are added, such as O_DIRECT. */
export function openRegularSync(file: string, flags = 0): OpenedFile {
  const descriptor = fs.openSync(file, FLAGS | flags)
  try {
    const found = fs.fstatSync(descriptor)
    if (found.isFile()) return { descriptor, bytes: found.size }
    throw new NoRegularFile(file)
  } catch (error) {
    fs.closeSync(descriptor)
    throw error
  }
}

/** Fills `into` from `from` on; the number of bytes is smaller where the file ends before. */
export async function readInto(descriptor: number, into: Uint8Array, from: number): Promise<number> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await read(descriptor, into, done, into.length - done, from + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

export { close as closeDescriptor }

/** A small file as text. Throws what the system says; EFBIG when it is longer than `bytesMax`. */
export function readTextSync(file: string, bytesMax: number): string {
  const { descriptor, bytes } = openRegularSync(file)
  try {
    if (bytes > bytesMax) throw Object.assign(new Error(`a file of ${bytes} bytes: ${file}`), { code: 'EFBIG' })
    const text = Buffer.alloc(bytes)
    let done = 0
    for (let got = -1; done < bytes && got !== 0; done += got)
      got = fs.readSync(descriptor, text, done, bytes - done, done)
    return text.toString('utf8', 0, done)
  } finally {
    fs.closeSync(descriptor)
  }
}
