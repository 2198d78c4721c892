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

export async function verifyPacks(run: VerifyRun): Promise<void> {
  const queue = [...run.tasks]
  const total = queue.reduce((sum, { bytes }) => sum + bytes, 0)
  const worker = total >= WORKER_BYTES_MIN && queue.length > 1 ? startWorker(run, queue) : undefined
  const verifier = new PackVerifier(run.setup)
  for (let task = queue.shift(); task; task = queue.shift()) {
    throwIfAborted(run.signal)
    run.onVerdict(verifier.verify(task))
    await turn()
  }
  await worker
}

/** The worker asks for the next pack when it is done with one; both threads take from one queue. */
async function startWorker(run: VerifyRun, queue: PackTask[]): Promise<void> {
  const worker = new Worker(workerUrl(), { workerData: { verifier: run.setup }, trackUnmanagedFds: false })
  try {
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const task = run.signal?.aborted ? undefined : queue.shift()
        if (task) worker.postMessage(task)
        else resolve()
      }
      worker.on('message', (verdict: PackVerdict) => {
        run.onVerdict(verdict)
        next()
      })
      worker.on('error', reject)
      next()
    })
  } finally {
    await worker.terminate()
  }
}
