/** The lanes of one run: the main thread's own, and one worker that starts only when there is work for it. */
import { invariant } from '../../../kernel/invariant.ts'
import type { IgnoreRules } from '../../../sources/index.ts'
import type { BlobTableMemory } from '../../index/index.ts'
import type { FinishedPack } from '../../pack/index.ts'
import type { LaneCounters } from '../session/lane.ts'
import { LaneThread } from '../session/lane-thread.ts'
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts'
import type { DirectoryTask } from './directory-task.ts'
import { pauseStretch, type SharedStretch, type Turn } from './shared-file.ts'
import type { WorkerAnswer, WorkerSetup, WorkerTask } from './worker-protocol.ts'
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
  readonly #thread: LaneThread<WorkerTask, WorkerAnswer>
  readonly #events: WorkerEvents
  readonly #queue = new WorkerQueue()
  readonly #free = Array.from({ length: PLACES }, (_, place) => place)
  /** By place, oldest first: handed over, and not answered or taken back. */
  readonly #waiting = new Map<number, DirectoryTask>()
  /** Of earlier pages in `#waiting`. */
  #waitingBytes = 0
  /** The worker takes turns at it, and has not seen its end. */
  #stretch: SharedStretch | undefined
  #turns: ((turn: Turn) => void) | undefined
  #stretchEnd: (() => void) | undefined
  /** Of the directory that the worker is in, as far as it has said. */
  inFlight: DirectoryCounters | undefined

  constructor(setup: WorkerSetup, events: WorkerEvents) {
    this.#events = events
    this.#thread = new LaneThread(
      { ...setup, queue: this.#queue.memory },
      { onPack: (pack) => events.onPack(pack), onAnswer: (answer) => this.#receive(answer) },
    )
  }

  get counters(): LaneCounters {
    return this.#thread.counters
  }

  get hasRoom(): boolean {
    return this.#free.length > 0 && this.#waitingBytes < WAITING_BYTES_MAX
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** Takes what has arrived without a turn of the event loop: a directory's result waits for nothing. */
  drain(): void {
    this.#thread.drain()
  }

  /** The worker's blob table, where it was started without one. */
  useTable(dataTable: BlobTableMemory): void {
    this.#thread.post({ type: 'table', dataTable })
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
    this.#thread.post({ type: 'directory', task, place })
  }

  /** Lets the worker take turns at a stretch; resolves when it sees its end. */
  async share(stretch: SharedStretch, take: (turn: Turn) => void): Promise<void> {
    this.#turns = take
    this.#stretch = stretch
    const end = new Promise<void>((resolve) => {
      this.#stretchEnd = resolve
    })
    this.#thread.post({ type: 'stretch', stretch })
    await this.#thread.orFailed(end)
  }

  /** Resolves at the next message. */
  next(): Promise<void> {
    return this.#thread.next()
  }

  /**
   * Hands over what the worker holds after all that was submitted before; it goes on working. It interrupts its turns
   * at a stretch for that.
   */
  async flush(): Promise<void> {
    if (this.#stretch) pauseStretch(this.#stretch, true)
    await this.#thread.flush()
    // The stretch was posted before the flush: where its end has not been told, the worker has left it.
    if (!this.#stretch) return
    pauseStretch(this.#stretch, false)
    this.#thread.post({ type: 'stretch', stretch: this.#stretch })
  }

  /** Seals what the worker holds and ends it. */
  finish(): Promise<void> {
    return this.#thread.finish()
  }

  /** Ends the worker and throws away what it holds. */
  discard(): Promise<void> {
    return this.#thread.discard()
  }

  throwIfFailed(): void {
    this.#thread.throwIfFailed()
  }

  #receive(message: WorkerAnswer): void {
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
          .catch((error: unknown) => this.#thread.fail(error))
        break
      case 'turn':
        this.#turns?.(message.turn)
        break
      case 'stretch-end':
        this.#stretch = undefined
        this.#stretchEnd?.()
    }
  }
}

function previousBytes({ previous }: DirectoryTask): number {
  return previous.reduce((sum, pages) => pages.reduce((all, page) => all + page.length, sum), 0)
}
