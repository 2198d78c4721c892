/** What a worker thread needs of this floor. */
export { createDirectoryWork } from './directory-work.ts'
export { Lane } from './lane.ts'
export { takeTurn } from './shared-file.ts'
export { failureOf, type FromWorker, type ToWorker, type WorkerSetup } from './worker-protocol.ts'
