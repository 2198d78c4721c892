import { BackupError } from './backup-error.ts'

/** Throws ABORTED when `signal` has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BackupError('ABORTED', 'The operation was stopped.', { cause: signal.reason })
}
