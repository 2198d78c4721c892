/**
 * A process at work: it makes runs of due times, carries them out, looks after those whose worker is gone, and does
 * what others want done now and then. Each of these goes round by itself; a database that does not answer is waited
 * for.
 */
import { CatalogKind } from '../../../catalog/index.ts'
import { JobKind } from '../../../jobs/index.ts'
import { monotonicNs, nowMs } from '../../../kernel/clock.ts'
import { Waker } from '../../../kernel/timer.ts'
import type { SystemParts } from '../../parts.ts'
import { replanDueTimes } from '../replan.ts'
import { resumeRuns } from '../resume-runs.ts'
import { listen, RunEvent } from '../run-events.ts'
import type { RunHooks } from '../run-hooks.ts'
import { STALE_MS, takeOverRuns } from '../take-over.ts'
import { nextWaitingMs, tick } from '../tick.ts'
import { heartbeatWorker, registerWorker, stopWorker, type WorkerRoles } from '../workers.ts'
import { type CarryOutRun, carryOutJob } from './carry-out-job.ts'

/** Something done now and then. A failure is logged and costs one turn. */
export interface PeriodicWork {
  readonly name: string
  readonly everyMs: number
  readonly run: (options: { readonly signal: AbortSignal }) => Promise<unknown>
}

export interface WorkerOptions extends RunHooks {
  readonly roles: WorkerRoles
  readonly carryOutRun: CarryOutRun
  readonly carryOutRecovery: (
    parts: SystemParts,
    requestId: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<unknown>
  readonly periodic?: readonly PeriodicWork[]
  /** Whether this machine's clock may be wrong; else it is right. */
  readonly isClockDoubted?: () => boolean
  /** For tests: silence after which a worker counts as dead, and the time between two heartbeats of a run. */
  readonly staleMs?: number
  readonly heartbeatMs?: number
}

export interface Worker {
  /**
   * Takes nothing more, has running work checkpoint and waits for it up to `graceMs`; then this process is known to
   * have stopped.
   */
  stop(options: { readonly graceMs: number }): Promise<void>
}

const WORKER_HEARTBEAT_MS = 15_000
/**
 * Between looks at the next due time, where other processes make configurations too; where none does, and only for
 * clocks that are set.
 */
const LOOK_MS = { [CatalogKind.POSTGRES]: 2_000, [CatalogKind.EMBEDDED]: 10_000 } as const
const SWEEP_MS = 15_000
const OUTAGE_MS = 5_000
const REPLAN_MS = 60_000
/** What a time service may put right in one step is less. */
const CLOCK_SET_MS = 10_000
/** Until another scheduler has let go of what is due. */
const HELD_MS = 500

/** Registers this process, resumes what an earlier one left, and begins. Throws DATABASE_UNAVAILABLE. */
export async function startWorker(parts: SystemParts, options: WorkerOptions): Promise<Worker> {
  const { roles } = options
  const stopping = new AbortController()
  await registerWorker(parts, roles)
  await takeOverRuns(parts, options)
  await resumeRuns(parts, { afterMs: 0 })
  const round = (work: PeriodicWork) => goRound(parts, work, stopping.signal)
  const rounds = [
    round({ name: 'heartbeat', everyMs: WORKER_HEARTBEAT_MS, run: () => heartbeatWorker(parts) }),
    round({
      name: 'sweep',
      everyMs: Math.min(SWEEP_MS, options.staleMs ?? STALE_MS),
      run: () => sweep(parts, options),
    }),
    ...(options.periodic ?? []).map(round),
    ...(roles.scheduler
      ? [schedule(parts, { isClockDoubted: options.isClockDoubted ?? (() => false), signal: stopping.signal })]
      : []),
  ]
  if (roles.worker) await carryOut(parts, options)
  parts.log.info('at work', { ...parts.worker, ...roles })
  return {
    stop: async ({ graceMs }) => {
      stopping.abort()
      await parts.queue.stop({ graceMs })
      await Promise.all(rounds)
      await stopWorker(parts)
      parts.log.info('stopped', { ...parts.worker })
    },
  }
}

async function carryOut(parts: SystemParts, options: WorkerOptions): Promise<void> {
  const { carryOutRun, carryOutRecovery, runStarted, runFinished, heartbeatMs } = options
  const hooks = {
    ...(runStarted && { runStarted }),
    ...(runFinished && { runFinished }),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
  }
  await parts.queue.work(
    JobKind.BACKUP,
    (runId, { signal }) => carryOutJob(parts, runId, { carryOutRun, signal, ...hooks }),
    { concurrency: parts.defaults.performance?.maxConcurrentBackups ?? 1 },
  )
  await parts.queue.work(
    JobKind.RECOVERY,
    async (requestId, { signal }) => void (await carryOutRecovery(parts, requestId, { signal })),
    { concurrency: 1 },
  )
}

async function sweep(parts: SystemParts, options: WorkerOptions): Promise<void> {
  await takeOverRuns(parts, options)
  await resumeRuns(parts)
}

/** Makes runs of due times at their moment; a due time that was put in by this process is seen at once. */
async function schedule(
  parts: SystemParts,
  { isClockDoubted, signal }: { readonly isClockDoubted: () => boolean; readonly signal: AbortSignal },
): Promise<void> {
  const waker = new Waker()
  listen(parts.catalog, RunEvent.DUE_TIMES_CHANGED, { signal, heard: () => waker.wake() })
  const lookMs = LOOK_MS[parts.catalog.kind]
  const clock = new SteadyClock()
  while (!signal.aborted) {
    if (clock.isAnewDue()) await replan(parts, clock, isClockDoubted())
    const waitMs = await untilNext(parts)
    // A hair late rather than a hair early: early would mean another look.
    await waker.wait(Math.max(5, Math.min(waitMs + 1, lookMs)), { signal })
  }
}

/** Notes when the wall clock and the one that nobody can set part. */
class SteadyClock {
  #wallMs: number | undefined
  #steadyNs = 0n

  /** At the first look, once a minute, and whenever the wall clock was set. */
  isAnewDue(): boolean {
    if (this.#wallMs === undefined) return true
    const passedMs = Number(monotonicNs() - this.#steadyNs) / 1e6
    return passedMs >= REPLAN_MS || Math.abs(nowMs() - this.#wallMs - passedMs) > CLOCK_SET_MS
  }

  note(): void {
    this.#wallMs = nowMs()
    this.#steadyNs = monotonicNs()
  }
}

/** A clock that was wrong must not have planned for years. */
async function replan(parts: SystemParts, clock: SteadyClock, isClockDoubted: boolean): Promise<void> {
  try {
    await replanDueTimes(parts, { isClockDoubted })
    clock.note()
  } catch (error) {
    parts.log.warn('the due times could not be looked through', { error })
  }
}

async function untilNext(parts: SystemParts): Promise<number> {
  try {
    const next = await nextWaitingMs(parts)
    if (next > nowMs()) return next - nowMs()
    const { started, missed } = await tick(parts)
    if (started.length === 0 && missed === 0) return HELD_MS
    parts.log.info('due runs were put into the queue', { runs: started.length, missed })
    return 0
  } catch (error) {
    parts.log.warn('the scheduler could not look at its due times', { error })
    return OUTAGE_MS
  }
}

async function goRound(parts: SystemParts, { name, everyMs, run }: PeriodicWork, signal: AbortSignal): Promise<void> {
  const waker = new Waker()
  while (!signal.aborted) {
    await waker.wait(everyMs, { signal })
    if (signal.aborted) return
    await run({ signal }).catch((error: unknown) => {
      if (!signal.aborted) parts.log.warn('work that is done now and then failed', { name, error })
    })
  }
}
