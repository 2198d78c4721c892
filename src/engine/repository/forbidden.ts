/** What only this user may not read: another has it whole, so it is no damage, and whoever changes something stops. */
import { BackupError } from '../../kernel/backup-error.ts'

const FORBIDDEN: readonly unknown[] = ['EACCES', 'EPERM']

export interface UnreadObject {
  readonly key: string
  /** Why it can't be read or believed; undefined for bytes that are not what the name says. */
  readonly error?: BackupError | undefined
}

export function isForbidden({ error }: Pick<UnreadObject, 'error'>): boolean {
  return FORBIDDEN.includes(error?.context['cause'])
}

/** What is said of an object that is there, and that only this user may not read. */
export function forbidden(key: string, cause: BackupError): BackupError {
  return new BackupError('PERMISSION_DENIED', 'This user may not read it.', {
    // It explains what is missing as a rotten one does: what it says is not to be had here.
    context: { ...cause.context, key: cause.context['key'] ?? key, object: key, rotten: true },
    cause,
  })
}

/** Throws PERMISSION_DENIED for the first that this user may not read. */
export function requireReadable(objects: readonly UnreadObject[]): void {
  const found = objects.find(isForbidden)
  if (found?.error)
    throw new BackupError('PERMISSION_DENIED', 'This user may not read an object: nothing is judged or given up.', {
      context: { operation: 'get', key: found.key, cause: found.error.context['cause'] },
      cause: found.error,
    })
}
