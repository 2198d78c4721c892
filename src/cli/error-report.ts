/** What people and programs are told of an error: one line that says what happened, one that says what to do. */
import { ERROR_CATALOG, type ErrorEntry, errorText, failureContext, knownError } from '../contracts/index.ts'
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
  const known = knownError(error)
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
