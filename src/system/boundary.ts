/** The one bridge from thrown errors to results: the only place that catches for the façade. */

import type { Locale } from '../contracts/index.ts'
import { failureOf, knownError } from '../contracts/index.ts'
import { failed, type Result, succeeded, type Warning } from '../contracts/system/index.ts'
import type { Log } from '../kernel/log.ts'
import type { AuditEvent } from '../services/index.ts'

export interface Answer<T> {
  readonly data: T
  readonly warnings?: readonly Warning[]
  /** For the audit log, where an answer is not yet success. */
  readonly outcome?: Pick<AuditEvent, 'result' | 'details'>
}

export function success<T>(answer: Answer<T>): Result<T> {
  return succeeded(answer.data, answer.warnings)
}

export function failure<T>(error: unknown, locale: Locale): Result<T> {
  return failed(failureOf(error, locale))
}

/** Runs one call. A bug is logged with its stack and answered as INTERNAL. */
export async function attempt<T>(
  run: () => Promise<Answer<T>>,
  options: { readonly locale: Locale; readonly log: Log },
): Promise<Result<T>> {
  try {
    return success(await run())
  } catch (error) {
    if (knownError(error).code === 'INTERNAL') options.log.error('a call failed by a bug', { error })
    return failure(error, options.locale)
  }
}
