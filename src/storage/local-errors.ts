/** What the system says of a local folder, as errors of the port. */
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { readOnlyError } from '../kernel/mounted.ts'
import { isNoFile } from '../kernel/regular-file.ts'
import { diskFull, FullPlace, pathOf, processLimit } from '../kernel/system-failure.ts'

export interface LocalOperation {
  readonly operation: string
  readonly key: string
  /** The repository's folder: a key alone says nothing to somebody who looks for it. */
  readonly folder: string
}

export function translate(error: unknown, { operation, key, folder }: LocalOperation): unknown {
  if (error instanceof BackupError) return error
  const code = systemCode(error)
  // Of what has an object's place and is no file there is no object.
  if (operation === 'get' && isNoFile(error)) return absent(error, key)
  const options = { context: { operation, key, cause: code ?? 'unknown' }, cause: error }
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return absent(error, key)
    case 'EEXIST':
      return new BackupError('ALREADY_EXISTS', 'The key is taken.', options)
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(FullPlace.REPOSITORY, folder, error)
    case 'EROFS':
      return readOnlyError(folder, error)
    case 'EACCES':
    case 'EPERM':
      return new BackupError('PERMISSION_DENIED', 'The repository folder does not allow this.', {
        ...options,
        context: { ...options.context, key: pathOf(error) ?? key },
      })
    default:
      return processLimit(error) ?? new BackupError('STORAGE_FAILED', 'The repository folder failed.', options)
  }
}

function absent(error: unknown, key: string): BackupError {
  return new BackupError('NOT_FOUND', 'There is no such object.', { context: { key }, cause: error })
}
