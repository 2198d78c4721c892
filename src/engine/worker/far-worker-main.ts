/**
 * The second thread's entry, where packs are in a store of another machine: it composes too. One of its own, so that
 * nobody who has files waits for the providers.
 */
import * as providers from '../../storage/all.ts'
import { Storage } from '../../storage/index.ts'
import { runWorker } from './worker.ts'

const storage = new Storage(Object.values(providers))

runWorker((address) => storage.openStore(address))
