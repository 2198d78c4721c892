/**
 * An error as it crosses a thread or a process: code, sentence and context survive, also of what the system refused; of
 * anything else its stack, as text.
 */
import { BackupError, type ErrorContext } from './backup-error.ts'
import { ERROR_CODES } from './error-code.ts'
import { systemFailure } from './system-failure.ts'

export interface CrossingError {
  readonly code: string | undefined
  readonly detail: string
  readonly context: ErrorContext
}

export function sendableError(error: unknown): CrossingError {
  const known = error instanceof BackupError ? error : systemFailure(error)
  if (known) return { code: known.code, detail: known.message, context: { ...known.context } }
  return {
    code: undefined,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    context: {},
  }
}

/** What has no code that is known here becomes INTERNAL. */
export function receivedError({ code, detail, context }: CrossingError): BackupError {
  return new BackupError(ERROR_CODES.find((known) => known === code) ?? 'INTERNAL', detail, { context })
}
