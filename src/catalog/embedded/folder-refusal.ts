/** Why a folder of the embedded database can't be worked in, where the reason is the file system's and no damage. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { nameOfUser } from '../../kernel/run-as.ts'
import { diskFull, FullPlace } from '../../kernel/system-failure.ts'

/** Two segments of the write-ahead log. */
const ROOM_MIN = 32 * 1024 * 1024
const { R_OK, W_OK, X_OK } = fs.constants

/**
 * PERMISSION_DENIED or HOME_READ_ONLY naming what refuses, DISK_FULL, or undefined. `place` need not be there: then the
 * nearest folder above it counts. With `isDeep` all that lies in it is asked too.
 */
export function folderRefusal(
  place: string,
  cause: unknown,
  { isDeep }: { readonly isDeep: boolean } = { isDeep: false },
): BackupError | undefined {
  const there = nearest(place)
  const found = firstRefusal(there, isDeep)
  if (found?.code === 'EROFS')
    return new BackupError('HOME_READ_ONLY', `${found.file} lies on a read-only file system.`, {
      context: { key: found.file },
      cause,
    })
  if (found)
    return new BackupError('PERMISSION_DENIED', `${found.file} can not be written by this user.`, {
      context: { key: described(found.file) },
      cause,
    })
  if (!isFull(there)) return undefined
  return diskFull(FullPlace.HOME, there, cause)
}

function nearest(place: string): string {
  for (let at = place; ; at = path.dirname(at))
    try {
      fs.lstatSync(at)
      return at
    } catch (error) {
      if (at === path.dirname(at) || systemCode(error) === 'EACCES') return at
    }
}

function firstRefusal(place: string, isDeep: boolean): { readonly file: string; readonly code: string } | undefined {
  try {
    const isFolder = fs.lstatSync(place).isDirectory()
    fs.accessSync(place, R_OK | W_OK | (isFolder ? X_OK : 0))
    if (!isFolder || !isDeep) return undefined
    for (const name of fs.readdirSync(place)) {
      const found = firstRefusal(path.join(place, name), isDeep)
      if (found) return found
    }
    return undefined
  } catch (error) {
    const code = systemCode(error) ?? ''
    return ['EACCES', 'EPERM', 'EROFS'].includes(code) ? { file: place, code } : undefined
  }
}

function described(file: string): string {
  try {
    return `${file} (${nameOfUser(fs.lstatSync(file).uid)})`
  } catch {
    return file
  }
}

function isFull(directory: string): boolean {
  const { bavail, bsize } = fs.statfsSync(directory)
  return bavail * bsize < ROOM_MIN
}
