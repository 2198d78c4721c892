/** An error as it crosses a thread or a process: code, sentence and context survive; of anything else its stack, as text. */
import { BackupError, type ErrorContext } from './backup-error.ts';
export interface CrossingError {
    readonly code: string | undefined;
    readonly detail: string;
    readonly context: ErrorContext;
}
export declare function sendableError(error: unknown): CrossingError;
/** What has no code that is known here becomes INTERNAL. */
export declare function receivedError({ code, detail, context }: CrossingError): BackupError;
