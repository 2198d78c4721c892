/** The second thread of the engine's work. */
import { type TransferListItem, Worker } from 'node:worker_threads'
import { workerUrl } from './assets.ts'
import { BackupError } from './backup-error.ts'

/**
 * A thread's small young generation keeps the peak low. Its descriptors are shared with the main thread, which closes them; with `closesItsFiles` those that the thread
 * has opened are closed when it ends, however it ends.
 */
export function startWorkerThread(workerData: unknown, transferList: readonly TransferListItem[] = [], { closesItsFiles = false } = {}): Worker {
  return new Worker(workerUrl(), { workerData, transferList: [...transferList], resourceLimits: { maxYoungGenerationSizeMb: 4 }, trackUnmanagedFds: closesItsFiles })
}

/** A thread that ends before it was told to has not done its work, whatever its exit code. */
export function lostThread(exitCode: number): BackupError {
  return new BackupError('WORKER_LOST', `The worker thread ended early, with ${exitCode}.`, { context: { cause: `exit ${exitCode}` } })
}
