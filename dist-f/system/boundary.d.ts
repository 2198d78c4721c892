import type { Locale } from '../contracts/index.ts';
import type { Result, Warning } from '../contracts/system/index.ts';
import type { Log } from '../kernel/log.ts';
export interface Answer<T> {
    readonly data: T;
    readonly warnings?: readonly Warning[];
}
export declare function success<T>(answer: Answer<T>): Result<T>;
/** `data` of a failure is absent; the type says `never` (contracts/system/result.ts). */
export declare function failure<T>(error: unknown, locale: Locale): Result<T>;
/** Runs one call. What is no BackupError is a bug: logged with its stack, answered as INTERNAL. */
export declare function attempt<T>(run: () => Promise<Answer<T>>, options: {
    readonly locale: Locale;
    readonly log: Log;
}): Promise<Result<T>>;
