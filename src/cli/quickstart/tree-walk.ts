/**
 * An independent look at a folder, with nothing of the product: what every entry is, as far as a restore has to bring
 * it back.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'

/**
 * Path below the folder, one character a byte → type and mode, mtime in nanoseconds, SHA-256 or link target;
 * `unreadable` for what this user can't read.
 */
export type Tree = ReadonlyMap<string, string>

export const UNREADABLE = 'unreadable'
const PIECE_BYTES = 1024 * 1024
const SLASH = Buffer.from('/')

export function walkTree(folder: string): Tree {
  const found = new Map<string, string>()
  const visit = (directory: Buffer, prefix: string): void => {
    for (const name of fs.readdirSync(directory, { encoding: 'buffer' })) {
      const file = Buffer.concat([directory, SLASH, name])
      const at = `${prefix}${name.toString('latin1')}`
      const stat = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
      if (!stat) continue
      try {
        const content = stat.isFile() ? sha256(file) : stat.isSymbolicLink() ? fs.readlinkSync(file, 'latin1') : ''
        found.set(at, `${stat.mode.toString(8)} ${stat.mtimeNs} ${content}`)
        if (stat.isDirectory()) visit(file, `${at}/`)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOENT') throw error
        if (code === 'ENOENT') found.delete(at)
        else found.set(at, UNREADABLE)
      }
    }
  }
  visit(Buffer.from(folder), '')
  return found
}

function sha256(file: Buffer): string {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const descriptor = fs.openSync(file, 'r')
  try {
    for (let bytes = fs.readSync(descriptor, piece); bytes > 0; bytes = fs.readSync(descriptor, piece))
      hash.update(piece.subarray(0, bytes))
    return hash.digest('hex')
  } finally {
    fs.closeSync(descriptor)
  }
}
