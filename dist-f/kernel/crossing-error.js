/** An error as it crosses a thread or a process: code, sentence and context survive; of anything else its stack, as text. */
import { BackupError } from "./backup-error.js";
import { ERROR_CODES } from "./error-code.js";
export function sendableError(error) {
    if (error instanceof BackupError)
        return { code: error.code, detail: error.message, context: { ...error.context } };
    return { code: undefined, detail: error instanceof Error ? (error.stack ?? error.message) : String(error), context: {} };
}
/** What has no code that is known here becomes INTERNAL. */
export function receivedError({ code, detail, context }) {
    return new BackupError(ERROR_CODES.find((known) => known === code) ?? 'INTERNAL', detail, { context });
}
