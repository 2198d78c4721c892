import type { ErrorCode } from './error-code.ts';
/** Facts that go with an error. They are shown to people and written to logs, so they never hold a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
/**
 * The one error this product throws for anything a caller can cause or meet.
 * `code` is a key of the catalogue (contracts/error-catalog.ts), which holds text, guidance, exit code and HTTP status.
 */
export declare class BackupError extends Error {
    readonly name = "BackupError";
    readonly code: ErrorCode;
    readonly context: ErrorContext;
    /** `detail` is one English sentence for logs; people are shown the catalogue's text with `context` filled in. */
    constructor(code: ErrorCode, detail: string, options?: {
        context?: ErrorContext;
        cause?: unknown;
    });
}
/** True when `value` is a {@link BackupError}, of the given code if one is named. */
export declare function isBackupError(value: unknown, code?: ErrorCode): value is BackupError;
/** The `code` of a Node system error ("ENOENT"), or undefined. */
export declare function systemCode(error: unknown): string | undefined;
