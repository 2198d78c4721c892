import { isBackupError, systemCode } from '../../../kernel/backup-error.ts'
import { processLimit } from '../../../kernel/system-failure.ts'

/**
 * Why an entry that can't be read is left out. Throws what is no fault of the entry: what the repository says, and
 * PROCESS_LIMIT: that says nothing of the entry, the next one would fail the same way, and a snapshot that leaves them
 * all out looks like one.
 */
export function skipReason(error: unknown): string {
  const reason = isBackupError(error) ? undefined : systemCode(error)
  if (reason === undefined) throw error
  const limit = processLimit(error)
  if (limit) throw limit
  return reason === 'ENOENT' ? 'VANISHED' : reason
}
