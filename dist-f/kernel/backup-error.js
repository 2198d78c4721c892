/**
 * The one error this product throws for anything a caller can cause or meet.
 * `code` is a key of the catalogue (contracts/error-catalog.ts), which holds text, guidance, exit code and HTTP status.
 */
export class BackupError extends Error {
    name = 'BackupError';
    code;
    context;
    /** `detail` is one English sentence for logs; people are shown the catalogue's text with `context` filled in. */
    constructor(code, detail, options = {}) {
        super(detail, options.cause === undefined ? {} : { cause: options.cause });
        this.code = code;
        this.context = options.context ?? {};
    }
}
/** True when `value` is a {@link BackupError}, of the given code if one is named. */
export function isBackupError(value, code) {
    return value instanceof BackupError && (code === undefined || value.code === code);
}
/** The `code` of a Node system error ("ENOENT"), or undefined. */
export function systemCode(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}
