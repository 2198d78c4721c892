/** What is said of an object that does not open, or is not to be had. */
import { createHash } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isUnreadable } from '../../storage/index.ts'
import { beginsAsObject, HEADER_BYTES, parseObjectHeader } from '../crypto/index.ts'
import { forbidden, isForbidden } from './forbidden.ts'
import type { OpenKeys } from './open-keys.ts'

export function hasName(bytes: Uint8Array, key: string): boolean {
  return createHash('sha256').update(bytes).digest('hex') === key.slice(-64)
}

export function atObject(error: unknown, key: string): unknown {
  if (isUnreadable(error))
    return isForbidden({ error })
      ? forbidden(key, error)
      : new BackupError('DAMAGED', 'An object can not be read.', {
          context: { object: key, cause: error.context['cause'], rotten: true },
          cause: error,
        })
  if (!(error instanceof BackupError) || error.context['object'] === key) return error
  return new BackupError(error.code, error.message, { context: { ...error.context, object: key }, cause: error })
}

export function isOfUnknownEpoch(bytes: Uint8Array, { repositoryId, masterOf }: OpenKeys): boolean {
  if (bytes.length < HEADER_BYTES || !beginsAsObject(bytes)) return false
  try {
    const header = parseObjectHeader(bytes)
    return header.repositoryId.equals(repositoryId) && masterOf(header.tenant, header.epoch) === undefined
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return false
    throw error
  }
}
