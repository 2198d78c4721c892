/** What people and programs are told of an error: one line that says what happened, one that says what to do. */
import { ERROR_CATALOG, type ErrorEntry, errorText, failureContext } from '../contracts/index.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { CallFailed } from './call-failed.ts'
import type { FailureAnswer } from './json/index.ts'
import { type Locale, sentence, translator } from './locale.ts'

export interface ErrorReport {
  readonly exitCode: number
  readonly json: FailureAnswer
  readonly lines: readonly string[]
  /** For DEBUG: the stack and the cause's. */
  readonly stack: string
}

export function errorReport(
  error: unknown,
  options: { readonly command: string | undefined; readonly locale: Locale },
): ErrorReport {
  const { locale } = options
  if (error instanceof CallFailed) return failureReport(error, locale)
  const known = knownOf(error)
  const entry: ErrorEntry = ERROR_CATALOG[known.code]
  const { message, guidance } = errorText(entry, locale, { command: options.command, ...known.context })
  const isSaidBetter = known.code === 'USAGE' || known.code === 'INTERNAL'
  const shown = isSaidBetter ? sentence(known.message, locale) : message
  const t = translator(locale)
  return {
    exitCode: entry.exitCode,
    json: { error: { code: known.code, message: shown, guidance, context: failureContext(known.context) } },
    lines: [t('error.prefix', { code: known.code, message: shown }), t('error.hint', { guidance })],
    stack: stackOf(error),
  }
}

/** A call of the system has its sentences already. */
function failureReport(error: CallFailed, locale: Locale): ErrorReport {
  const { code, guidance, context } = error.failure
  // Of wrong use, the owner says its own sentence.
  const message = code === 'USAGE' ? sentence(error.failure.message, locale) : error.failure.message
  const t = translator(locale)
  return {
    exitCode: ERROR_CATALOG[code].exitCode,
    json: { error: { code, message, guidance, context } },
    lines: [t('error.prefix', { code, message }), t('error.hint', { guidance })],
    stack: stackOf(error),
  }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack ?? '', ...(error.cause instanceof Error ? [error.cause.stack ?? ''] : [])].join('\n')
}

const DENIED = ['EACCES', 'EPERM', 'EROFS']
const FULL = ['ENOSPC', 'EDQUOT']

/** What the system says is no bug of ours: a full disk or a closed folder has its own code. */
function knownOf(error: unknown): BackupError {
  if (error instanceof BackupError) return error
  const code = systemCode(error)
  const cause = { cause: error }
  const path =
    typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string'
      ? error.path
      : undefined
  if (code !== undefined && FULL.includes(code)) return new BackupError('DISK_FULL', 'There is no room left.', cause)
  if (code !== undefined && DENIED.includes(code))
    return new BackupError('PERMISSION_DENIED', 'Access was denied.', { ...cause, context: { key: path } })
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code))
    return new BackupError('STORAGE_FAILED', 'The system refused.', {
      ...cause,
      context: { cause: path === undefined ? code : `${code}, ${path}` },
    })
  return new BackupError('INTERNAL', error instanceof Error ? error.message : String(error), cause)
}
