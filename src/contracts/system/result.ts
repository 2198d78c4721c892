/** What every call of the façade answers: it never throws for what a caller can cause. */
import { BackupError } from '../../kernel/backup-error.ts'
import type { Failure } from '../failure.ts'

export interface Warning {
  /** TIMEZONE_ASSUMED, NOT_YET_ACTIVE, RECORD_PENDING and their kind. */
  readonly code: string
  /** In the language of the caller. */
  readonly message: string
}

/**
 * A failure has no data: `never` lets the description's snippets (`recoveryRequest.data.id`) compile as they are
 * printed while `if (!result.success)` still narrows, and whoever reads it there is thrown the failure's own sentence.
 * `unwrap()` gives the data, or throws the same: for callers who would rather catch.
 */
export type Result<T> =
  | {
      readonly success: true
      readonly data: T
      readonly error?: undefined
      readonly warnings: readonly Warning[]
      unwrap(): T
    }
  | {
      readonly success: false
      readonly data: never
      readonly error: Failure
      readonly warnings: readonly Warning[]
      /** Throws a BackupError with the failure's code, sentence and context. */
      unwrap(): never
    }

export function succeeded<T>(data: T, warnings: readonly Warning[] = []): Result<T> {
  return Object.defineProperty({ success: true, data, warnings }, 'unwrap', { value: () => data }) as Result<T>
}

/** Neither `data` nor `unwrap` is enumerable: as JSON, in a copy and in a comparison a failure is what went wrong. */
export function failed<T>(error: Failure, warnings: readonly Warning[] = []): Result<T> {
  const refuse = (): never => {
    throw new BackupError(error.code, error.message, { context: error.context })
  }
  return Object.defineProperties(
    { success: false, error, warnings },
    { data: { get: refuse }, unwrap: { value: refuse } },
  ) as unknown as Result<T>
}

/** A result that came as JSON. */
export function resultOf<T>(
  told: Pick<Result<T>, 'success' | 'error' | 'warnings'> & { readonly data?: T },
): Result<T> {
  return told.success ? succeeded(told.data as T, told.warnings) : failed<T>(told.error as Failure, told.warnings)
}

export interface Page<T> {
  /** Of this page. */
  readonly items: readonly T[]
  /** On all pages. */
  readonly total: number
  /** From 1. */
  readonly page: number
  /** How many a page holds. */
  readonly limit: number
}
