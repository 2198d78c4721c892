import { BackupError } from "./backup-error.js";
/** Throws ABORTED when `signal` has been aborted. */
export function throwIfAborted(signal) {
    if (signal?.aborted)
        throw new BackupError('ABORTED', 'The operation was stopped.', { cause: signal.reason });
}
