/** The second thread of the engine's work. */
import type { TransferListItem, Worker } from 'node:worker_threads'
import { programModule } from '../../kernel/program-files.ts'
import { startThread } from '../../kernel/worker-thread.ts'

/**
 * See `startThread`. One that `opensStores` can be given the address of a store of another machine; nobody else waits
 * for the providers.
 */
export function startWorkerThread(
  workerData: unknown,
  transferList: readonly TransferListItem[] = [],
  { closesItsFiles = false, opensStores = false } = {},
): Worker {
  const entry = programModule(`engine/worker/${opensStores ? 'far-worker-main' : 'worker-main'}`)
  return startThread(entry, { workerData, transferList, closesItsFiles })
}
