/**
 * What the system refuses, as errors of ours: a full disk, a closed folder and a limit of the process are no bugs, and
 * say nothing of what is stored.
 */
import os from 'node:os'
import { BackupError, systemCode } from './backup-error.ts'
import { readOnlyError } from './mounted.ts'
import { isWithin } from './real-place.ts'

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT']
const DENIED: readonly unknown[] = ['EACCES', 'EPERM']
/** The system's, and what Node says of a thread that it could not start for one of them. */
const LIMITS: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'ERR_WORKER_INIT_FAILED', 'ERR_WORKER_OUT_OF_MEMORY']

/** Where a disk is full, in the words of the message, and what to do there. */
export const FullPlace = {
  REPOSITORY: { place: 'the repository' },
  HOME: {
    place: 'the state of this machine (HOME)',
    room: 'Free some room on the disk of HOME, or name another folder with --home',
  },
  TEMPORARY: {
    place: 'the temporary folder',
    room: 'Free some room in the temporary folder, or name another one in TMPDIR',
  },
  OUTPUT: { place: 'standard output', room: 'Free some room where the output goes, or send it to another place' },
  OTHER: { room: 'Free some room there, or choose another place' },
} as const
export type FullPlace = (typeof FullPlace)[keyof typeof FullPlace]

/** Who looks at the disk sees room on it. */
export const QUOTA_ROOM = 'The quota there is used up, whatever room the disk has: free some of it, or have it raised'

export function isFull(error: unknown): boolean {
  return FULL.includes(systemCode(error))
}

/** `target`: the folder, or the file, that takes no more. */
export function diskFull(where: FullPlace, target: string | undefined, cause: unknown): BackupError {
  return new BackupError('DISK_FULL', 'There is no room left.', {
    context: { target, ...where, ...(systemCode(cause) === 'EDQUOT' && { room: QUOTA_ROOM }) },
    cause,
  })
}

/** PROCESS_LIMIT where the process may open no more files, or has no memory left; undefined for all else. */
export function processLimit(error: unknown): BackupError | undefined {
  const cause = systemCode(error)
  if (error instanceof BackupError || !LIMITS.includes(cause)) return undefined
  return new BackupError('PROCESS_LIMIT', 'The process may not open more files, or has no memory left.', {
    context: { cause },
    cause: error,
  })
}

/** Node names the file where it is opened, and not where it is written to. */
export function withPath(error: unknown, file: string): unknown {
  return systemCode(error) === undefined || error instanceof BackupError || pathOf(error) !== undefined
    ? error
    : Object.assign(error as Error, { path: file })
}

/** The path that the system names. */
export function pathOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string'
    ? error.path
    : undefined
}

/** What the system said, as an error of ours; undefined for what is none of the system's. */
export function systemFailure(error: unknown): BackupError | undefined {
  const code = systemCode(error)
  if (error instanceof BackupError || code === undefined) return undefined
  const limit = processLimit(error)
  if (limit || !/^E[A-Z0-9]+$/.test(code)) return limit
  const file = pathOf(error)
  if (isFull(error)) return diskFull(isTemporary(file) ? FullPlace.TEMPORARY : FullPlace.OTHER, file, error)
  if (code === 'EROFS' && file !== undefined) return readOnlyError(file, error)
  if (DENIED.includes(code))
    return new BackupError('PERMISSION_DENIED', 'Access was denied.', {
      context: { key: file, cause: code },
      cause: error,
    })
  return new BackupError('STORAGE_FAILED', 'The system refused.', {
    context: { cause: file === undefined ? code : `${code}, ${file}` },
    cause: error,
  })
}

/** What this program makes there for itself; what a user names there is the user's. */
function isTemporary(file: string | undefined): boolean {
  return file !== undefined && isWithin(file, os.tmpdir()) && /\/neonpro-(workspace|quickstart)-/.test(file)
}
