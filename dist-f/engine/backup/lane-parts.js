/** What a worker thread needs of this floor. */
export { createDirectoryWork } from "./directory-work.js";
export { IndexNeeded, Lane } from "./lane.js";
export { takeTurn } from "./shared-file.js";
export { WorkerQueue } from "./worker-queue.js";
