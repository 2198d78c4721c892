/** What a worker thread needs of this floor. */
export type { DirectoryTask } from './files/directory-task.ts'
export { createDirectoryWork } from './files/directory-work.ts'
export { isPaused, type SharedStretch, takeTurn } from './files/shared-file.ts'
export type { FromWorker, ToWorker, WorkerLinks, WorkerSetup } from './files/worker-protocol.ts'
export { WorkerQueue } from './files/worker-queue.ts'
export { IndexNeeded, Lane } from './session/lane.ts'
