import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from './backup-error.ts'
import { giveFolder, ownerToGive } from './owned-file.ts'

export interface DirectoryOptions {
  /** Of each folder that is made, before the umask. */
  readonly mode: number
  /** How `folder` stands for bytes. Default utf8. */
  readonly encoding?: 'utf8' | 'latin1'
  /** As root: each belongs to the owner of the folder it is made in. */
  readonly isOwnersOfParent?: boolean
}

/**
 * Makes a folder and its missing parents, step by step: mkdir's own recursion never ends where a file system answers
 * ENOENT for a new name, as /proc does. Throws what the system says; ENOTDIR where something else has the name.
 */
export function makeDirectories(folder: string, options: DirectoryOptions): void {
  const bytes = Buffer.from(folder, options.encoding)
  if (fs.statSync(bytes, { throwIfNoEntry: false })?.isDirectory()) return
  const parent = path.dirname(folder)
  if (parent !== folder) makeDirectories(parent, options)
  try {
    fs.mkdirSync(bytes, { mode: options.mode })
    if (options.isOwnersOfParent === true) giveFolder(bytes, ownerToGive(Buffer.from(parent, options.encoding)))
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    // Another process may have made it meanwhile; anything else says here what it is.
    fs.accessSync(Buffer.concat([bytes, Buffer.from('/.')]))
  }
}
