/** Verifies packs in the main thread and, when there is enough to do, in one worker beside it. */
import { Worker } from 'node:worker_threads'
import { throwIfAborted } from '../../kernel/abort.ts'
import { workerUrl } from '../../kernel/assets.ts'
import { turn } from '../../kernel/clock.ts'
import { PackVerifier, type PackTask, type PackVerdict, type VerifierSetup } from './pack-verifier.ts'

const WORKER_BYTES_MIN = 32 * 1024 * 1024

export interface VerifyRun {
  readonly setup: VerifierSetup
  readonly tasks: readonly PackTask[]
  readonly onVerdict: (verdict: PackVerdict) => void
  readonly signal?: AbortSignal
}

/** What the worker is told: how to verify what follows, or a pack. */
export type ToVerifier = { readonly setup: VerifierSetup } | { readonly task: PackTask }

/** Made before the index is read, so that the worker starts meanwhile. */
export class VerifyLanes implements AsyncDisposable {
  readonly #worker: Worker | undefined

  constructor(bytesExpected: number) {
    this.#worker = bytesExpected >= WORKER_BYTES_MIN ? new Worker(workerUrl(), { workerData: { verifier: true }, resourceLimits: { maxYoungGenerationSizeMb: 4 }, trackUnmanagedFds: false }) : undefined
  }

  async run(run: VerifyRun): Promise<void> {
    const queue = [...run.tasks]
    const shared = queue.length > 1 ? this.#share(run, queue) : undefined
    const verifier = new PackVerifier(run.setup)
    for (let task = queue.shift(); task; task = queue.shift()) {
      throwIfAborted(run.signal)
      run.onVerdict(verifier.verify(task))
      await turn()
    }
    await shared
  }

  /** The worker asks for the next pack when it is done with one; both threads take from one queue. */
  async #share(run: VerifyRun, queue: PackTask[]): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    const tell = (message: ToVerifier): void => worker.postMessage(message)
    tell({ setup: run.setup })
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const task = run.signal?.aborted ? undefined : queue.shift()
        if (task) tell({ task })
        else resolve()
      }
      worker.removeAllListeners('message')
      worker.removeAllListeners('error')
      worker.on('message', (verdict: PackVerdict) => {
        run.onVerdict(verdict)
        next()
      })
      worker.on('error', reject)
      next()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }
}
