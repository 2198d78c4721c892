/** The port of the queue: it carries jobs, at least once; what a job does is fenced elsewhere. */
import type { DatabaseTransaction } from '../catalog/index.ts'

export const JobKind = { BACKUP: 'backup', RECOVERY: 'recovery', DELIVERY: 'delivery' } as const
export type JobKind = (typeof JobKind)[keyof typeof JobKind]

export interface Job {
  readonly kind: JobKind
  /** Of the run, request or message that the job is about. */
  readonly subject: string
  /** Larger goes first. */
  readonly priority: number
  readonly startAfter?: Date
}

export interface JobContext {
  /** Aborted when the worker shuts down. What else has taken the subject over is for its own fence to say. */
  readonly signal: AbortSignal
}

export type JobHandler = (subject: string, context: JobContext) => Promise<void>

export interface JobQueue extends AsyncDisposable {
  /**
   * Commits with `tx`. A job that stands in the queue for the same kind and subject, and has not begun, takes the place
   * of a second one.
   */
  enqueue(job: Job, tx: DatabaseTransaction): Promise<void>
  /** The same for many, in one statement a kind. */
  enqueueAll(jobs: readonly Job[], tx: DatabaseTransaction): Promise<void>
  /**
   * Takes jobs of a kind, `concurrency` at once, until `stop`. A handler that throws is tried again by the queue's own
   * rule.
   */
  work(kind: JobKind, handler: JobHandler, options: { readonly concurrency: number }): Promise<void>
  /** Takes no more jobs, aborts the running ones' signals, waits for them up to `graceMs`. */
  stop(options: { readonly graceMs: number }): Promise<void>
}
