/** The lanes of one run: the main thread's own, and one worker that starts only when there is work for it. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { receivedError } from '../../../kernel/crossing-error.ts'
import { invariant } from '../../../kernel/invariant.ts'
import { lostThread } from '../../../kernel/worker-thread.ts'
import type { IgnoreRules } from '../../../sources/index.ts'
import type { BlobTableMemory } from '../../index/index.ts'
import type { FinishedPack } from '../../pack/index.ts'
import { startWorkerThread } from '../../repository/index.ts'
import type { LaneCounters } from '../session/lane.ts'
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts'
import type { DirectoryTask } from './directory-task.ts'
import { pauseStretch, type SharedStretch, type Turn } from './shared-file.ts'
import type { FromWorker, ToWorker, WorkerLinks, WorkerSetup } from './worker-protocol.ts'
import { PLACES, WorkerQueue } from './worker-queue.ts'

export type DirectoryAnswer = DirectoryResult & { readonly rules: IgnoreRules }

export interface WorkerEvents {
  onDirectory(result: DirectoryAnswer): void
  onPack(pack: FinishedPack): void
  /** Resolves when the table has been given to the worker. */
  onIndexNeeded(): Promise<void>
}

/** Both threads hold the earlier pages of what waits. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024

export class WorkerLane {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #events: WorkerEvents
  readonly #queue = new WorkerQueue()
  readonly #free = Array.from({ length: PLACES }, (_, place) => place)
  /** By place, oldest first: handed over, and not answered or taken back. */
  readonly #waiting = new Map<number, DirectoryTask>()
  /** Of earlier pages in `#waiting`. */
  #waitingBytes = 0
  /** The worker takes turns at it, and has not seen its end. */
  #stretch: SharedStretch | undefined
  #failure: unknown
  #turns: ((turn: Turn) => void) | undefined
  #stretchEnd: (() => void) | undefined
  #answered: (() => void) | undefined
  #wakes: Array<() => void> = []
  #isEnding = false
  counters: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }
  /** Of the directory that the worker is in, as far as it has said. */
  inFlight: DirectoryCounters | undefined

  constructor(setup: WorkerSetup, events: WorkerEvents) {
    this.#events = events
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#worker = startWorkerThread(
      { ...setup, port: port2, queue: this.#queue.memory } satisfies WorkerSetup & WorkerLinks,
      [port2],
    )
    this.#port.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => {
      // The end of the thread can be heard before its last messages: they come by another port.
      this.drain()
      if (!this.#isEnding) this.#fail(lostThread(code))
      this.#wakeUp()
    })
  }

  get hasRoom(): boolean {
    return this.#free.length > 0 && this.#waitingBytes < WAITING_BYTES_MAX
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** Takes what has arrived without a turn of the event loop: a directory's result waits for nothing. */
  drain(): void {
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port))
      this.#receive(received.message as FromWorker)
  }

  /** The worker's blob table, where it was started without one. */
  useTable(dataTable: BlobTableMemory): void {
    this.#post({ type: 'table', dataTable })
  }

  /** Only while it `hasRoom`. */
  submit(task: DirectoryTask): void {
    const place = this.#free.pop()
    invariant(place !== undefined, 'The worker has room for a directory.')
    this.#waiting.set(place, task)
    this.#waitingBytes += previousBytes(task)
    this.#offer(place, task)
  }

  /** The newest directory that the worker has not begun; it is the caller's then. */
  takeBack(): DirectoryTask | undefined {
    for (const [place, task] of [...this.#waiting].reverse()) {
      if (!this.#queue.begin(place)) continue
      // The place is free when the worker has passed it.
      this.#forget(place)
      return task
    }
    return undefined
  }

  #offerAgain(place: number): void {
    const task = this.#waiting.get(place)
    if (task) this.#offer(place, task)
  }

  #forget(place: number): void {
    const task = this.#waiting.get(place)
    if (task) this.#waitingBytes -= previousBytes(task)
    this.#waiting.delete(place)
  }

  #offer(place: number, task: DirectoryTask): void {
    this.#queue.offer(place)
    this.#post({ type: 'directory', task, place })
  }

  /** Lets the worker take turns at a stretch; resolves when it sees its end. */
  async share(stretch: SharedStretch, take: (turn: Turn) => void): Promise<void> {
    this.#turns = take
    this.#stretch = stretch
    const end = new Promise<void>((resolve) => {
      this.#stretchEnd = resolve
    })
    this.#post({ type: 'stretch', stretch })
    await Promise.race([end, this.#failed()])
    this.throwIfFailed()
  }

  /** Resolves at the next message. */
  async next(): Promise<void> {
    if (!this.#failure) {
      await new Promise<void>((resolve) => {
        this.#wakes.push(resolve)
      })
    }
    this.throwIfFailed()
  }

  /**
   * Hands over what the worker holds after all that was submitted before; it goes on working. It interrupts its turns
   * at a stretch for that.
   */
  async flush(): Promise<void> {
    if (this.#stretch) pauseStretch(this.#stretch, true)
    await this.#ask({ type: 'flush' })
    // The stretch was posted before the flush: where its end has not been told, the worker has left it.
    if (!this.#stretch) return
    pauseStretch(this.#stretch, false)
    this.#post({ type: 'stretch', stretch: this.#stretch })
  }

  /** Seals what the worker holds and ends it. */
  async finish(): Promise<void> {
    await this.#ask({ type: 'finish' })
    await this.#end()
  }

  async #ask(message: ToWorker): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#answered = resolve
    })
    this.#post(message)
    await Promise.race([done, this.#failed()])
    this.throwIfFailed()
  }

  /** Ends the worker and throws away what it holds. */
  async discard(): Promise<void> {
    this.#isEnding = true
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#post({ type: 'discard' })
    await Promise.race([exited, this.#end()])
  }

  async #end(): Promise<void> {
    await this.#worker.terminate()
    this.#port.close()
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  #post(message: ToWorker): void {
    this.#port.postMessage(message)
  }

  async #failed(): Promise<void> {
    while (!this.#failure && !this.#isEnding) {
      await new Promise<void>((resolve) => {
        this.#wakes.push(resolve)
      })
    }
  }

  #receive(message: FromWorker): void {
    if ('counters' in message) this.counters = message.counters
    switch (message.type) {
      case 'progress':
        this.inFlight = message.inFlight
        break
      case 'directory':
        this.#forget(message.place)
        this.#free.push(message.place)
        this.inFlight = undefined
        this.#events.onDirectory(message.result as DirectoryAnswer)
        break
      case 'passed':
        this.#free.push(message.place)
        break
      case 'index-needed':
        this.#events
          .onIndexNeeded()
          .then(() => this.#offerAgain(message.place))
          .catch((error: unknown) => this.#fail(error))
        break
      case 'pack':
        this.#events.onPack(message.pack)
        break
      case 'turn':
        this.#turns?.(message.turn)
        break
      case 'stretch-end':
        this.#stretch = undefined
        this.#stretchEnd?.()
        break
      case 'finished':
        this.#isEnding = true
        this.#answered?.()
        break
      case 'flushed':
        this.#answered?.()
        break
      case 'failed':
        this.#fail(receivedError(message.error))
    }
    this.#wakeUp()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#wakeUp()
  }

  #wakeUp(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}

function previousBytes({ previous }: DirectoryTask): number {
  return previous.reduce((sum, pages) => pages.reduce((all, page) => all + page.length, sum), 0)
}
