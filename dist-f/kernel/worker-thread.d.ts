import { type TransferListItem, Worker } from 'node:worker_threads';
import { BackupError } from './backup-error.ts';
/** For a program of ours, never in an application that uses the library: V8's flags are the whole process's. Call it once, before any thread starts. */
export declare function optimizeLateBesideThreads(): void;
/**
 * A thread's small young generation keeps the peak low. Its descriptors are shared with the main thread, which closes them; with `closesItsFiles` those that the thread
 * has opened are closed when it ends, however it ends.
 */
export declare function startWorkerThread(workerData: unknown, transferList?: readonly TransferListItem[], { closesItsFiles }?: {
    closesItsFiles?: boolean | undefined;
}): Worker;
/** A thread that ends before it was told to has not done its work, whatever its exit code. */
export declare function lostThread(exitCode: number): BackupError;
