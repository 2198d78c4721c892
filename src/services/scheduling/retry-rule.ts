/** Whether a run is tried again. */
import { ERROR_CATALOG, type Failure } from '../../contracts/index.ts'
import type { ConfigSettings } from '../../contracts/system/index.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'

/** How an attempt ended. RELEASED: its worker stopped in order. LOST: its worker was not heard of any more. */
export const AttemptOutcome = {
  COMPLETED: 'COMPLETED',
  PARTIAL: 'PARTIAL',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  RELEASED: 'RELEASED',
  LOST: 'LOST',
} as const
export type AttemptOutcome = (typeof AttemptOutcome)[keyof typeof AttemptOutcome]

const RETRY_ATTEMPTS = 3
/** Where neither the configuration nor the system says another. */
export const RETRY_DELAY_MS = 30_000
/**
 * A machine that loses its power again and again goes on from what was stored; a run that kills its worker must end
 * some day.
 */
export const LOST_ATTEMPTS_MAX = 10

export interface RetryQuestion {
  readonly failure: Failure
  /** Attempts that ended with an error of their own. */
  readonly failedBefore: number
  readonly performance: ConfigSettings['performance']
}

/** Within the seconds of the usual retries nothing makes room: the run fails, and says so, at once. */
const NEEDS_ROOM: readonly ErrorCode[] = ['DISK_FULL', 'NO_SPACE_RESERVED']

/**
 * By the catalogue's retry class of the error and the configuration's `retryAttempts`. A full disk is tried again only
 * where the configuration itself says how often.
 */
export function mayRetry({ failure, failedBefore, performance }: RetryQuestion): {
  readonly isLeft: boolean
  readonly retryDelayMs: number
} {
  const isTransient = ERROR_CATALOG[failure.code].retry !== 'never'
  const byDefault = NEEDS_ROOM.includes(failure.code) ? 0 : RETRY_ATTEMPTS
  return {
    isLeft: isTransient && failedBefore < (performance.retryAttempts ?? byDefault),
    retryDelayMs: performance.retryDelay ?? RETRY_DELAY_MS,
  }
}
