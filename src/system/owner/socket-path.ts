/**
 * Where the owner listens: in HOME, or where HOME's path is too long for a socket address, in a short place that HOME
 * names.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type OwnerLock, readOwner } from '../../catalog/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'

/** sun_path holds 108 bytes on Linux and 104 on macOS, with its final NUL. */
const ADDRESS_BYTES_MAX = 100
const SHARED_RIGHTS = 0o077

/** Chosen by the owner, who tells it beside its lock: another process may have another folder for temporary files. */
export function chooseSocketPath({ file }: OwnerLock): string {
  const home = path.dirname(file)
  const inHome = socketIn(home)
  return fits(inHome) ? inHome : socketIn(privateFolder(home))
}

/** Where the owner of this lock said that it listens. */
export function toldSocketPath(lockFile: string): string {
  return readOwner(lockFile)?.socket ?? socketIn(path.dirname(lockFile))
}

function socketIn(folder: string): string {
  return path.join(folder, 'owner.sock')
}

function fits(socketPath: string): boolean {
  return Buffer.byteLength(socketPath) <= ADDRESS_BYTES_MAX
}

/** The same for a home as long as it is nobody else's: whoever made it before could listen there in our name. */
function privateFolder(home: string): string {
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16)
  const name = `neonpro-${process.getuid?.() ?? 0}-${digest}`
  // What mkdtemp appends has room too.
  const base = fits(`${socketIn(path.join(os.tmpdir(), name))}-123456`) ? os.tmpdir() : '/tmp'
  const folder = path.join(base, name)
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
  const facts = fs.lstatSync(folder)
  const isOurs =
    facts.isDirectory() && facts.uid === (process.getuid?.() ?? facts.uid) && (facts.mode & SHARED_RIGHTS) === 0
  return isOurs ? folder : fs.mkdtempSync(`${folder}-`)
}
