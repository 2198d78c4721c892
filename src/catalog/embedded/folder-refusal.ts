/** Why a folder of the embedded database can't be worked in, where the reason is the file system's and no damage. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { mountText } from '../../kernel/mounted.ts'
import { nameOfUser } from '../../kernel/run-as.ts'
import { diskFull, FullPlace, isFull, processLimit } from '../../kernel/system-failure.ts'

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
      context: { key: found.file, mounted: mountText(found.file) },
      cause,
    })
  if (found)
    return new BackupError('PERMISSION_DENIED', `${found.file} can not be written by this user.`, {
      context: { key: described(found.file) },
      cause,
    })
  if (!hasNoRoom(there)) return undefined
  return diskFull(FullPlace.HOME, there, cause)
}

/** SQLSTATE of PostgreSQL: out of memory, too many of something. */
const PROCESS_STATES: readonly unknown[] = ['53200', '53000']

/**
 * Why the database did not start, where something was refused to it: PROCESS_LIMIT, DISK_FULL, PERMISSION_DENIED,
 * HOME_READ_ONLY, STORAGE_FAILED. Undefined where nothing was: then it is the folder itself. `refusal`: what its file
 * layer saw.
 */
export function startRefusal(directory: string, error: unknown, refusal: string | undefined): BackupError | undefined {
  // WebAssembly says by its class that it gets no memory.
  const isMemory = error instanceof RangeError || PROCESS_STATES.includes(systemCode(error))
  const seen = refusal ?? systemCode(error)
  const told = isMemory && seen !== 'EMFILE' && seen !== 'ENFILE' ? 'ENOMEM' : seen
  const coded = Object.assign(new Error(`The embedded database in ${directory} does not start.`, { cause: error }), {
    code: told,
  })
  const limit = processLimit(coded)
  if (limit) return limit
  if (isFull(coded)) return diskFull(FullPlace.HOME, directory, error)
  const found = folderRefusal(directory, error, { isDeep: true })
  if (found || refusal === undefined) return found
  if (refusal === 'EROFS')
    return new BackupError('HOME_READ_ONLY', `${directory} lies on a read-only file system.`, {
      context: { key: directory },
      cause: error,
    })
  if (refusal === 'EACCES')
    return new BackupError('PERMISSION_DENIED', `Something in ${directory} may not be used by this user.`, {
      context: { key: directory },
      cause: error,
    })
  return new BackupError('STORAGE_FAILED', `The disk of ${directory} failed.`, {
    context: { cause: `${refusal}, ${directory}` },
    cause: error,
  })
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

function hasNoRoom(directory: string): boolean {
  const { bavail, bsize } = fs.statfsSync(directory)
  return bavail * bsize < ROOM_MIN
}
