/** A lane in a thread of its own, seen from the main thread: what every kind of work for it has in common. */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type TransferListItem,
  type Worker,
} from 'node:worker_threads'
import { type CrossingError, receivedError } from '../../../kernel/crossing-error.ts'
import { lostThread } from '../../../kernel/worker-thread.ts'
import type { BlobTableMemory } from '../../index/index.ts'
import type { FinishedPack } from '../../pack/index.ts'
import { startWorkerThread } from '../../repository/index.ts'
import type { LaneCounters } from './lane.ts'

export type ToLane =
  | { readonly type: 'table'; readonly dataTable: BlobTableMemory }
  | { readonly type: 'flush' }
  | { readonly type: 'finish' }
  | { readonly type: 'discard' }

export type FromLane =
  | { readonly type: 'pack'; readonly pack: FinishedPack }
  | { readonly type: 'flushed'; readonly counters: LaneCounters }
  | { readonly type: 'finished'; readonly counters: LaneCounters }
  | { readonly type: 'failed'; readonly error: CrossingError }

/** What is made for the thread besides its work. */
export interface LaneLinks {
  readonly port: MessagePort
}

export interface ThreadEvents<Answer> {
  onPack(pack: FinishedPack): void
  /** What is none of FromLane. */
  onAnswer(answer: Answer): void
  /** Once; it is thrown, too, by whatever is called next. */
  onFailure?(error: unknown): void
}

/** `Task` and `Answer`: what the thread is asked, and what it says to that. */
export class LaneThread<Task, Answer extends { readonly type: string }> {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #events: ThreadEvents<Answer>
  #failure: unknown
  #answered: (() => void) | undefined
  #wakes: Array<() => void> = []
  #isEnding = false
  counters: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }

  /** `setup` is plain data. */
  constructor(setup: object, events: ThreadEvents<Answer>) {
    this.#events = events
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#worker = startWorkerThread({ ...setup, port: port2 } satisfies LaneLinks, [port2])
    this.#port.on('message', (message: FromLane | Answer) => this.#receive(message))
    this.#worker.on('error', (error) => this.fail(error))
    this.#worker.on('exit', (code) => {
      // The end of the thread can be heard before its last messages: they come by another port.
      this.drain()
      if (!this.#isEnding) this.fail(lostThread(code))
      this.#wakeUp()
    })
  }

  /** Takes what has arrived without a turn of the event loop: an answer waits for nothing. */
  drain(): void {
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port))
      this.#receive(received.message as FromLane | Answer)
  }

  post(message: ToLane | Task, transferList: readonly TransferListItem[] = []): void {
    this.#port.postMessage(message, transferList)
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

  /** Hands over what the thread holds after all that was posted before; it goes on working. */
  flush(): Promise<void> {
    return this.#ask({ type: 'flush' })
  }

  /** Seals what the thread holds and ends it. */
  async finish(): Promise<void> {
    await this.#ask({ type: 'finish' })
    await this.#end()
  }

  async #ask(message: ToLane): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#answered = resolve
    })
    this.post(message)
    await this.orFailed(done)
  }

  /** The same, but no longer than the thread is sound. Throws what has failed. */
  async orFailed(done: Promise<void>): Promise<void> {
    await Promise.race([done, this.#failed()])
    this.throwIfFailed()
  }

  /** Ends the thread and throws away what it holds. */
  async discard(): Promise<void> {
    this.#isEnding = true
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.post({ type: 'discard' })
    await Promise.race([exited, this.#end()])
  }

  async #end(): Promise<void> {
    await this.#worker.terminate()
    this.#port.close()
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  fail(error: unknown): void {
    if (this.#failure) return
    this.#failure = error
    this.#events.onFailure?.(error)
    this.#wakeUp()
  }

  async #failed(): Promise<void> {
    while (!this.#failure && !this.#isEnding) {
      await new Promise<void>((resolve) => {
        this.#wakes.push(resolve)
      })
    }
  }

  #receive(message: FromLane | Answer): void {
    if ('counters' in message) this.counters = message.counters as LaneCounters
    if (isOfLane(message)) this.#receiveOwn(message)
    else this.#events.onAnswer(message)
    this.#wakeUp()
  }

  #receiveOwn(message: FromLane): void {
    switch (message.type) {
      case 'pack':
        this.#events.onPack(message.pack)
        break
      case 'finished':
        this.#isEnding = true
        this.#answered?.()
        break
      case 'flushed':
        this.#answered?.()
        break
      case 'failed':
        this.fail(receivedError(message.error))
    }
  }

  #wakeUp(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}

const OF_LANE: ReadonlySet<string> = new Set(['pack', 'flushed', 'finished', 'failed'] satisfies Array<
  FromLane['type']
>)

function isOfLane(message: { readonly type: string }): message is FromLane {
  return OF_LANE.has(message.type)
}
