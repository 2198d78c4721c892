/** Whether a run is tried again. */
import { type Failure } from '../../contracts/index.ts';
import type { ConfigSettings } from '../../contracts/system/index.ts';
/** How an attempt ended. RELEASED: its worker stopped in order. LOST: its worker was not heard of any more. */
export declare const AttemptOutcome: {
    readonly COMPLETED: "COMPLETED";
    readonly PARTIAL: "PARTIAL";
    readonly FAILED: "FAILED";
    readonly CANCELLED: "CANCELLED";
    readonly RELEASED: "RELEASED";
    readonly LOST: "LOST";
};
export type AttemptOutcome = (typeof AttemptOutcome)[keyof typeof AttemptOutcome];
/** A machine that loses its power again and again goes on from what was stored; a run that kills its worker must end some day. */
export declare const LOST_ATTEMPTS_MAX = 10;
export interface RetryQuestion {
    readonly failure: Failure;
    /** Attempts that ended with an error of their own. */
    readonly failedBefore: number;
    readonly performance: ConfigSettings['performance'];
}
/** By the catalogue's retry class of the error and the configuration's `retryAttempts`. */
export declare function mayRetry({ failure, failedBefore, performance }: RetryQuestion): {
    readonly isLeft: boolean;
    readonly retryDelayMs: number;
};
