/** What every call of the façade answers: it never throws for what a caller can cause. */
import type { Failure } from '../failure.ts'

export interface Warning {
  /** TIMEZONE_ASSUMED, NOT_YET_ACTIVE, RECORD_PENDING and their kind. */
  readonly code: string
  readonly message: string
}

/**
 * A failure has no data: reading it there is a bug, and `never` lets the description's snippets
 * (`recoveryRequest.data.id`) compile as they are printed while `if (!result.success)` still narrows.
 */
export type Result<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined; readonly warnings: readonly Warning[] }
  | { readonly success: false; readonly data: never; readonly error: Failure; readonly warnings: readonly Warning[] }

export interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
  /** From 1. */
  readonly page: number
  readonly limit: number
}
