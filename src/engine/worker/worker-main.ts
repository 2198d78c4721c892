/** The second thread's entry, where packs are files. */
import { runWorker } from './worker.ts'

runWorker()
