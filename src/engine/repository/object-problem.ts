/** Objects that can not be believed, and what that says of them. */
import { type BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isForbidden } from './forbidden.ts'

/** A small object that was found under its name but can't be believed. */
export interface ObjectProblem {
  readonly key: string
  readonly error: BackupError
  /** Store milliseconds, where it was listed. */
  readonly modifiedMs?: number
}

/** True for an object of ours whose bytes have changed or can't be had; false for one that never was ours. */
export function isRotten({ error }: ObjectProblem): boolean {
  return error.context['rotten'] === true
}

/**
 * True for an object that holds what its name says, and that no keyring of this repository has sealed: somebody has put
 * it there. It is named and let be; nothing that it could have said was ever said.
 */
export function isForeign({ error }: Pick<ObjectProblem, 'error'>): boolean {
  return error.context['foreign'] === true
}

/**
 * True for a foreign object that does not even begin as one of this format: no program has lost it. It is told apart
 * from the problems of its folder, and changes no verdict.
 */
export function isStranger({ error }: Pick<ObjectProblem, 'error'>): boolean {
  return error.context['stranger'] === true
}

/** True for what says that it is of this repository, and of an epoch that no keyring here has: its keyring is lost. */
export function isOfLostEpoch({ error }: Pick<ObjectProblem, 'error'>): boolean {
  return error.context['unknownEpoch'] === true
}

/** True for what is whole and signed, and that only a later version of this program knows: nobody may give it up. */
export function isOfLaterVersion({ error }: Pick<ObjectProblem, 'error'>): boolean {
  return error.code === 'FEATURE_UNSUPPORTED'
}

/** True for what keeps one object from being read while others can be: damaged, gone, or of a later version. */
export function isUnreadableHere(error: unknown): error is BackupError {
  return isBackupError(error) && UNREADABLE.has(error.code)
}

const UNREADABLE: ReadonlySet<string> = new Set(['DAMAGED', 'FEATURE_UNSUPPORTED', 'NOT_FOUND'])

/**
 * True for what makes of a small object that is there a problem of its own: damaged, of a later version, or not to be
 * read by this user.
 */
export function isUnbelieved(error: unknown): error is BackupError {
  return (
    isBackupError(error, 'DAMAGED') ||
    isBackupError(error, 'FEATURE_UNSUPPORTED') ||
    (isBackupError(error, 'PERMISSION_DENIED') && isForbidden({ error }))
  )
}

/** What of a folder can't be believed: what may be lost with it, and what is somebody else's. */
export function apart(read: readonly ObjectProblem[]): { problems: ObjectProblem[]; strangers: ObjectProblem[] } {
  return { problems: read.filter((each) => !isStranger(each)), strangers: read.filter(isStranger) }
}
