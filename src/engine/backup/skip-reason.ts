import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'

/**
 * They say nothing of the entry: the next one would fail the same way, and a snapshot that leaves them all out looks
 * like one.
 */
const OF_THE_PROCESS: readonly string[] = ['EMFILE', 'ENFILE', 'ENOMEM']

/**
 * Why an entry that can't be read is left out. Throws what is no fault of the entry: what the repository says, and
 * PROCESS_LIMIT where the process has no descriptors or memory left.
 */
export function skipReason(error: unknown): string {
  const reason = isBackupError(error) ? undefined : systemCode(error)
  if (reason === undefined) throw error
  if (OF_THE_PROCESS.includes(reason))
    throw new BackupError('PROCESS_LIMIT', 'The process may not open more files, or has no memory left.', {
      context: { cause: reason },
      cause: error,
    })
  return reason === 'ENOENT' ? 'VANISHED' : reason
}
