/** Whether a run is tried again. */
import { ERROR_CATALOG } from "../../contracts/index.js";
/** How an attempt ended. RELEASED: its worker stopped in order. LOST: its worker was not heard of any more. */
export const AttemptOutcome = { COMPLETED: 'COMPLETED', PARTIAL: 'PARTIAL', FAILED: 'FAILED', CANCELLED: 'CANCELLED', RELEASED: 'RELEASED', LOST: 'LOST' };
const RETRY_ATTEMPTS = 3;
const RETRY_DELAY_MS = 30_000;
/** A machine that loses its power again and again goes on from what was stored; a run that kills its worker must end some day. */
export const LOST_ATTEMPTS_MAX = 10;
/** By the catalogue's retry class of the error and the configuration's `retryAttempts`. */
export function mayRetry({ failure, failedBefore, performance }) {
    const isTransient = ERROR_CATALOG[failure.code].retry !== 'never';
    return { isLeft: isTransient && failedBefore < (performance.retryAttempts ?? RETRY_ATTEMPTS), retryDelayMs: performance.retryDelay ?? RETRY_DELAY_MS };
}
