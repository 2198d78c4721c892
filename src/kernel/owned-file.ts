/**
 * What root puts into a folder of somebody else belongs to that one: else the owner's own processes could not read or
 * replace it afterwards. Owners are set by descriptor, on what was made here: a name may meanwhile mean another file.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { diskFull, FullPlace, isFull } from './system-failure.ts'
import { syncFolder } from './written-through.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = fs.constants

export interface FileOwner {
  readonly uid: number
  readonly gid: number
}

/** Who should own what is put into `folder`; undefined: whoever this process is. */
export function ownerToGive(folder: string | Buffer): FileOwner | undefined {
  if (process.geteuid?.() !== 0) return undefined
  const stat = fs.statSync(folder, { throwIfNoEntry: false })
  return stat && stat.uid !== 0 ? { uid: stat.uid, gid: stat.gid } : undefined
}

/** Gives a folder that this process has just made to the owner of its parent. */
export function giveFolder(folder: Buffer, owner: FileOwner | undefined): void {
  if (!owner) return
  const descriptor = fs.openSync(folder as unknown as string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    fs.fchownSync(descriptor, owner.uid, owner.gid)
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * Makes a file of HOME, mode 0600, that was not there, written through. Throws what the system says; EEXIST, DISK_FULL.
 */
export function makeOwnedFile(file: string, text: string): void {
  try {
    makeFile(file, text)
  } catch (error) {
    throw isFull(error) ? diskFull(FullPlace.HOME, path.dirname(file), error) : error
  }
}

function makeFile(file: string, text: string): void {
  const descriptor = fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    const owner = ownerToGive(path.dirname(file))
    if (owner) fs.fchownSync(descriptor, owner.uid, owner.gid)
    fs.writeFileSync(descriptor, text)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Puts `text` in the place of `file`, whole or not at all, and on the disk when the call ends. */
export function replaceOwnedFile(file: string, text: string): void {
  const aside = path.join(
    path.dirname(file),
    `.${path.basename(file)}-${process.pid}-${randomBytes(6).toString('hex')}`,
  )
  try {
    makeOwnedFile(aside, text)
    fs.renameSync(aside, file)
    syncFolder(path.dirname(file))
  } catch (error) {
    fs.rmSync(aside, { force: true })
    throw error
  }
}
