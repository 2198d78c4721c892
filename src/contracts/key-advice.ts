/**
 * What is said to somebody whose key is missing or not taken: first of the key that the repository was made with, and
 * of a new one only where there is no repository yet. A new key opens nothing that is there.
 */
import { BackupError } from '../kernel/backup-error.ts'
import type { ErrorCode } from '../kernel/error-code.ts'

const KEY_CODES: readonly ErrorCode[] = ['KEY_MISSING', 'KEY_PLACEHOLDER', 'KEY_REFUSED', 'KEY_WEAK']

/** The end of the guidance where no repository is to be found. */
export const NEW_KEY =
  'There is no repository there yet: for a new one make a key with "neonpro-backup key generate FILE", and keep it outside data and repository.'

const ELSEWHERE = 'Choose another folder for it, outside of the repository and of HOME'

/** A key, or what holds one, lies where whoever takes the data has it too. `why`: a sentence without its full stop. */
export function keyPlaceRefused(file: string, why: string): BackupError {
  return new BackupError('KEY_REFUSED', 'The key lies beside the data.', {
    context: { source: file, why, advice: ELSEWHERE },
  })
}

/**
 * The error with the advice that fits; other errors, and those that bring their own, as they are. `isNew`: no
 * repository is to be found.
 */
export function withKeyAdvice(error: unknown, { isNew }: { readonly isNew: boolean }): unknown {
  if (!isNew || !(error instanceof BackupError) || !KEY_CODES.includes(error.code)) return error
  if (error.context['advice'] !== undefined) return error
  return new BackupError(error.code, error.message, { context: { ...error.context, fresh: NEW_KEY }, cause: error })
}
