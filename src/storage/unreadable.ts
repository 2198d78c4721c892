/**
 * Whether the system refuses one object, or the whole store. A bad sector, a file without permission or one that the
 * file system has given up costs what it holds, and is named; everything else is the store's failure.
 */
import { type BackupError, isBackupError, systemCode } from '../kernel/backup-error.ts'

/** What a local file system says of one file. */
const OF_ONE_FILE: readonly unknown[] = [
  'EIO',
  'EACCES',
  'EPERM',
  'EBADMSG',
  'EUCLEAN',
  'ENODATA',
  'EREMOTEIO',
  'EILSEQ',
]

const FORBIDDEN: readonly unknown[] = ['EACCES', 'EPERM']

/** True when an object is there and its bytes can't be had. */
export function isUnreadable(error: unknown): error is BackupError {
  return (
    (isBackupError(error, 'STORAGE_FAILED') || isBackupError(error, 'PERMISSION_DENIED')) &&
    OF_ONE_FILE.includes(error.context['cause'])
  )
}

/** The same of what the system said itself. */
export function isOfOneFile(error: unknown): boolean {
  return OF_ONE_FILE.includes(systemCode(error))
}

/** True when it is this user who may not read it: that says nothing of what is stored. */
export function isForbidden(error: unknown): boolean {
  const code = isBackupError(error, 'PERMISSION_DENIED') ? error.context['cause'] : systemCode(error)
  return FORBIDDEN.includes(code)
}
