/** Verifies packs in the main thread and, when there is enough to do, in one worker beside it. */
import type { Worker } from 'node:worker_threads'
import { throwIfAborted } from '../../kernel/abort.ts'
import { turn } from '../../kernel/clock.ts'
import { type CrossingError, receivedError } from '../../kernel/crossing-error.ts'
import { lostThread } from '../../kernel/worker-thread.ts'
import type { ObjectStore, StoreAddress } from '../../storage/index.ts'
import { startWorkerThread } from '../repository/index.ts'
import { type PackTask, type PackVerdict, PackVerifier, type VerifierSetup } from './pack-verifier.ts'

/** Below this the second thread costs more time to start than it saves, and 20 MiB. */
const WORKER_BYTES_MIN = 128 * 1024 * 1024

export interface VerifyRun {
  readonly setup: VerifierSetup
  readonly tasks: readonly PackTask[]
  readonly onVerdict: (verdict: PackVerdict) => void
  readonly signal?: AbortSignal
}

/** What the worker is told: how to verify what follows, or a pack. */
export type ToVerifier =
  | { readonly setup: VerifierSetup; readonly address: StoreAddress | undefined }
  | { readonly task: PackTask }

export type FromVerifier = PackVerdict | { readonly failed: CrossingError }

/** Made before the index is read, so that the worker starts meanwhile. */
export class VerifyLanes implements AsyncDisposable {
  readonly #store: ObjectStore
  readonly #worker: Worker | undefined
  /** Rejects when the worker ends before it was told to; heeded by the run, whenever that was. */
  readonly #lost: Promise<never> | undefined

  /** Where no other thread can open the store, this one reads alone. */
  constructor(store: ObjectStore, bytesExpected: number) {
    this.#store = store
    if (!(store.local || store.address) || bytesExpected < WORKER_BYTES_MIN) return
    const worker = startWorkerThread({ verifier: true }, [], { opensStores: !store.local })
    this.#lost = new Promise((_, reject) => worker.on('error', reject).on('exit', (code) => reject(lostThread(code))))
    this.#lost.catch(() => {})
    this.#worker = worker
  }

  async run(run: VerifyRun): Promise<void> {
    const queue = [...run.tasks]
    const shared = queue.length > 1 ? this.#share(run, queue) : undefined
    // Awaited at the end; a failure before that must not be an unhandled one.
    shared?.catch(() => {})
    const verifier = new PackVerifier(run.setup, this.#store)
    for (let task = queue.shift(); task; task = queue.shift()) {
      throwIfAborted(run.signal)
      run.onVerdict(await verifier.verify(task))
      await turn()
    }
    await shared
  }

  /** The worker asks for the next pack when it is done with one; both threads take from one queue. */
  async #share(run: VerifyRun, queue: PackTask[]): Promise<void> {
    const [worker, lost] = [this.#worker, this.#lost]
    if (!worker || !lost) return
    const tell = (message: ToVerifier): void => worker.postMessage(message)
    tell({ setup: run.setup, address: this.#store.address })
    const done = new Promise<void>((resolve, reject) => {
      const next = () => {
        const task = run.signal?.aborted ? undefined : queue.shift()
        if (task) tell({ task })
        else resolve()
      }
      worker.removeAllListeners('message')
      worker.on('message', (answer: FromVerifier) => {
        if ('failed' in answer) return reject(receivedError(answer.failed))
        run.onVerdict(answer)
        next()
      })
      next()
    })
    await Promise.race([done, lost])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }
}
