/** What a worker thread needs of this floor. */
export type { DirectoryTask } from './directory-task.ts'
export { createDirectoryWork } from './directory-work.ts'
export { IndexNeeded, Lane } from './lane.ts'
export { isPaused, type SharedStretch, takeTurn } from './shared-file.ts'
export type { FromWorker, ToWorker, WorkerLinks, WorkerSetup } from './worker-protocol.ts'
export { WorkerQueue } from './worker-queue.ts'
