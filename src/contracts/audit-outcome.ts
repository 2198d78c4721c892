/** How an act ended, for its entry in the audit log. */
import type { ErrorCode } from '../kernel/error-code.ts'
import { ERROR_CATALOG } from './error-catalog.ts'

const CLIENT_ERRORS_BELOW = 500

/** Refusals by their status that come in the middle of a work as well: what it had changed by then stays changed. */
const CUT_SHORT: ReadonlySet<ErrorCode> = new Set(['ABORTED', 'REPOSITORY_LOCKED'])

/** Refused is only what changed nothing. */
export function outcomeOfError(code: ErrorCode): 'REFUSED' | 'FAILED' {
  return ERROR_CATALOG[code].httpStatus < CLIENT_ERRORS_BELOW && !CUT_SHORT.has(code) ? 'REFUSED' : 'FAILED'
}
