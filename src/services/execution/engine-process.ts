/**
 * A process that does the engine's work, seen from the system: one job at a time, stopped by a signal, its end never
 * silent.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { BackupError } from '../../kernel/backup-error.ts'
import { receivedError } from '../../kernel/crossing-error.ts'
import { environmentWithout } from '../../kernel/environment.ts'
import { invariant } from '../../kernel/invariant.ts'
import { processLimit } from '../../kernel/system-failure.ts'
import { sleep } from '../../kernel/timer.ts'
import { engineChildUrl } from './engine-child-url.ts'
import {
  type EngineJob,
  type EngineProgress,
  type EngineRepository,
  type EngineResults,
  type FromEngine,
  parseFromEngine,
  type ToEngine,
} from './engine-protocol.ts'

/**
 * As the command line starts itself (scripts/launcher.js): a small young generation and one helper thread keep the peak
 * low; and the heap is marked in one go, since marking beside the program lets tens of MiB pile up where the helper
 * gets no time.
 */
const NODE_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1', '--no-incremental-marking']
/** A stopped job seals its open packs and writes a checkpoint; then it is killed. */
const GRACE_MS = 30_000
/** A process with nothing in hand ends at once; one that does not has nothing to lose. */
const END_MS = 5_000
const STDERR_CHARS_MAX = 4096

/** What a process is told, and which variables it is not given. */
export interface EngineSetup extends EngineRepository {
  isWithheld(variable: string, sourceKind?: string): boolean
}

export interface EngineCall {
  /** Stops the job: it writes its checkpoint and fails with ABORTED; the process ends. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: EngineProgress) => void
  /** After so long a job that was stopped is killed. Default 30 s. */
  readonly graceMs?: number
}

interface Pending {
  readonly kind: EngineJob['kind']
  readonly onProgress: ((progress: EngineProgress) => void) | undefined
  readonly resolve: (result: EngineResults[EngineJob['kind']]) => void
  readonly reject: (error: BackupError) => void
}

export class EngineProcess implements AsyncDisposable {
  readonly #repository: EngineRepository
  readonly #child: ChildProcess
  readonly #closed: Promise<void>
  #pending: Pending | undefined
  #stderr = ''
  /** Why it takes no more jobs. */
  #end: BackupError | undefined

  /** `sourceKind`: whose variables it is given besides. */
  constructor(repository: EngineSetup, sourceKind?: string) {
    const { location, keks, stateDirectory, repositoryId } = repository
    this.#repository = { location, keks, stateDirectory, repositoryId }
    this.#child = fork(engineChildUrl(), [], {
      execPath: process.execPath,
      execArgv: NODE_FLAGS,
      env: environmentWithout((name) => repository.isWithheld(name, sourceKind)),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX)
    })
    this.#child.on('message', (message) => this.#receive(message))
    this.#closed = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#lose(processLimit(error) ?? lost(error.message, '')))
      this.#child.once('close', (code, signal) => {
        this.#lose(lost(signal ?? `exit ${code}`, this.#stderr))
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Throws what the job threw; ABORTED when it was stopped, WORKER_LOST when the process ended without an answer. */
  async run<Job extends EngineJob>(
    job: Job,
    { signal, onProgress, graceMs = GRACE_MS }: EngineCall = {},
  ): Promise<EngineResults[Job['kind']]> {
    invariant(!this.#pending, 'A process of the engine does one job at a time.')
    if (signal?.aborted) throw new BackupError('ABORTED', 'The operation was stopped.', { cause: signal.reason })
    if (this.#end) throw this.#end
    const stop = () => void this.#stop(graceMs)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await new Promise<EngineResults[Job['kind']]>((resolve, reject) => {
        // The answer's kind is compared with the job's when it comes.
        this.#pending = {
          kind: job.kind,
          onProgress,
          resolve: (result) => resolve(result as EngineResults[Job['kind']]),
          reject,
        }
        this.#send({ type: 'job', repository: this.#repository, job })
      })
    } catch (error) {
      // Killed because it would not stop: that is still a stop.
      throw signal?.aborted && error === this.#end
        ? new BackupError('ABORTED', 'The operation was stopped.', { cause: error })
        : error
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#pending = undefined
    }
  }

  /** Ends the process; a job that still runs is stopped first. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#pending) await this.#stop(GRACE_MS)
    else {
      if (this.#child.connected) this.#send({ type: 'end' })
      await this.#killAfter(END_MS)
    }
    await this.#closed
  }

  async #stop(graceMs: number): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#killAfter(graceMs)
  }

  /** Unless it ends before. */
  async #killAfter(ms: number): Promise<void> {
    const ended = new AbortController()
    void this.#closed.then(() => ended.abort())
    await sleep(ms, { signal: ended.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    )
  }

  #send(message: ToEngine): void {
    // One that could not be started for want of descriptors has no channel at all; its error is on its way.
    if (this.#child.pid === undefined) return
    this.#child.send(message, (error) => {
      if (error) this.#lose(lost(error.message, this.#stderr))
    })
  }

  #receive(raw: unknown): void {
    let message: FromEngine
    try {
      message = parseFromEngine(raw)
    } catch (error) {
      this.#child.kill('SIGKILL')
      return this.#lose(error as BackupError)
    }
    if (message.type === 'progress') this.#pending?.onProgress?.(message.progress)
    else if (message.type === 'failed') this.#pending?.reject(receivedError(message.error))
    else if (message.kind === this.#pending?.kind) this.#pending.resolve(message.result)
  }

  #lose(error: BackupError): void {
    this.#end ??= error
    this.#pending?.reject(this.#end)
  }
}

/** Does one job in a process of its own. Throws what the job threw, ABORTED, WORKER_LOST. */
export async function runInEngine<Job extends EngineJob>(
  repository: EngineSetup,
  job: Job,
  call: EngineCall & { readonly sourceKind?: string } = {},
): Promise<EngineResults[Job['kind']]> {
  await using engine = new EngineProcess(repository, call.sourceKind)
  return await engine.run(job, call)
}

function lost(cause: string, stderr: string): BackupError {
  return new BackupError(
    'WORKER_LOST',
    `The process that did the work ended without an answer (${cause}). ${stderr}`.trim(),
    { context: { cause } },
  )
}
