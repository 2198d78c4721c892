/** Takes jobs of one kind as long as there is room, and keeps their claims on the queue alive. */
import type { PgBoss, Job as QueuedJob } from 'pg-boss'
import type { Log } from '../kernel/log.ts'
import { sleep, Waker } from '../kernel/timer.ts'
import type { JobHandler } from './job-queue.ts'

export interface LaneParts {
  readonly boss: PgBoss
  readonly log: Log
  /** The queue's name. */
  readonly name: string
  readonly handler: JobHandler
  readonly concurrency: number
  readonly pollMs: number
  readonly heartbeatMs: number
}

interface JobData {
  readonly subject: string
}

type Taken = QueuedJob<JobData>

/** Waits between looks while the database does not answer. */
const OUTAGE_MS = 5_000

export class JobLane {
  readonly #parts: LaneParts
  readonly #running = new Map<Taken, Promise<void>>()
  readonly #waker = new Waker()
  readonly #stopping = new AbortController()
  #isOut = false
  #loops: Promise<unknown> = Promise.resolve()

  constructor(parts: LaneParts) {
    this.#parts = parts
  }

  start(): void {
    this.#loops = Promise.all([this.#take(), this.#keepAlive()])
  }

  /** Look now: something was put in. */
  wake(): void {
    this.#waker.wake()
  }

  /** Takes no more, aborts what runs and waits for it up to `graceMs`. */
  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#stopping.abort()
    await this.#loops
    const done = new AbortController()
    void Promise.allSettled(this.#running.values()).then(() => done.abort())
    await sleep(graceMs, { signal: done.signal }).catch(() => {})
  }

  async #take(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const room = this.#parts.concurrency - this.#running.size
      const taken = room > 0 ? await this.#fetch(room) : []
      for (const job of taken) this.#begin(job)
      if (room === 0 || taken.length < room)
        await this.#waker.wait(this.#isOut ? OUTAGE_MS : this.#parts.pollMs, { signal: this.#stopping.signal })
    }
  }

  async #fetch(batchSize: number): Promise<readonly Taken[]> {
    const { boss, name, log } = this.#parts
    try {
      const taken = await boss.fetch<JobData>(name, { batchSize })
      this.#isOut = false
      return taken
    } catch (error) {
      if (!this.#isOut) log.warn('the queue does not answer', { queue: name, error })
      this.#isOut = true
      return []
    }
  }

  #begin(job: Taken): void {
    const work = this.#carryOut(job).finally(() => {
      this.#running.delete(job)
      this.#waker.wake()
    })
    this.#running.set(job, work)
  }

  async #carryOut(job: Taken): Promise<void> {
    const { boss, name, handler, log } = this.#parts
    try {
      await handler(job.data.subject, { signal: this.#stopping.signal })
      await boss.complete(name, job)
    } catch (error) {
      log.warn('a job failed', { queue: name, subject: job.data.subject, error })
      // The queue that can't be told finds out by itself: the claim's heartbeat stops.
      await boss.fail(name, job, { message: error instanceof Error ? error.message : String(error) }).catch(() => {})
    }
  }

  async #keepAlive(): Promise<void> {
    const { boss, name, heartbeatMs, log } = this.#parts
    while (!this.#stopping.signal.aborted) {
      await sleep(heartbeatMs, { signal: this.#stopping.signal }).catch(() => {})
      const held = [...this.#running.keys()]
      if (held.length === 0) continue
      await boss
        .touch(name, held)
        .catch((error: unknown) => log.debug('the queue missed a heartbeat', { queue: name, error }))
    }
  }
}
