/**
 * One job of the queue: claim the run, keep it alive while it is carried out, stop it when it must, and write down how
 * it ended.
 */
import { RunState } from '../../../contracts/system/index.ts'
import { BackupError, isBackupError } from '../../../kernel/backup-error.ts'
import { DATABASE_LATER } from '../../../kernel/error-code.ts'
import { sleep, Waker } from '../../../kernel/timer.ts'
import type { SystemParts } from '../../parts.ts'
import { claimRun } from '../claim-run.ts'
import { failAttempt, releaseRun } from '../fail-attempt.ts'
import { finishRun } from '../finish-run.ts'
import { findRun } from '../get-run.ts'
import { heartbeatRun } from '../heartbeat-run.ts'
import type { RunClaim } from '../run-claim.ts'
import { listen, RunEvent } from '../run-events.ts'
import { type RunHooks, withHooks } from '../run-hooks.ts'

/**
 * Carries a claimed run out. Good ends it writes with `finishRun`; anything else it throws, ABORTED when the signal
 * stopped it.
 */
export type CarryOutRun = (
  parts: SystemParts,
  claim: RunClaim,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>

export interface CarryOutOptions extends RunHooks {
  readonly carryOutRun: CarryOutRun
  /** Aborted when this worker stops. */
  readonly signal: AbortSignal
  /** {@link HEARTBEAT_MS} unless told. */
  readonly heartbeatMs?: number
}

/** Also how long another process's wish to cancel may take to arrive. */
export const HEARTBEAT_MS = 5_000
const TIMEOUT_SECONDS = 7_200

const Halt = { TIMEOUT: 'TIMEOUT', CANCEL: 'CANCEL', SHUTDOWN: 'SHUTDOWN', STALE: 'STALE' } as const
type Halt = (typeof Halt)[keyof typeof Halt]

/** Resolves when nothing more is to be done for the job. Throws what kept the end from being written down. */
export async function carryOutJob(parts: SystemParts, runId: string, options: CarryOutOptions): Promise<void> {
  if (options.signal.aborted) throw new BackupError('ABORTED', 'This worker stops.')
  const outcome = await claimRun(parts, runId, options)
  if (outcome.kind !== 'CLAIMED')
    return parts.log.debug('a job has nothing to do now', { runId, outcome: outcome.kind })
  const { claim } = outcome
  const halt = new AbortController()
  const end = new AbortController()
  const watches = [
    watchHeartbeat(parts, claim, { halt, end: end.signal, everyMs: options.heartbeatMs ?? HEARTBEAT_MS }),
    watchTimeout(claim, { halt, end: end.signal }),
  ]
  const stop = () => halt.abort(Halt.SHUTDOWN)
  options.signal.addEventListener('abort', stop)
  // It may have come while the run was claimed.
  if (options.signal.aborted) stop()
  try {
    await options.carryOutRun(parts, claim, { signal: halt.signal })
    await refuseOpenEnd(parts, claim)
  } catch (error) {
    await writeEnd(parts, claim, {
      error,
      halt: halt.signal.aborted ? (halt.signal.reason as Halt) : undefined,
      hooks: options,
    })
  } finally {
    options.signal.removeEventListener('abort', stop)
    end.abort()
    await Promise.all(watches)
  }
}

interface Watch {
  readonly halt: AbortController
  readonly end: AbortSignal
}

async function watchTimeout({ settings }: RunClaim, { halt, end }: Watch): Promise<void> {
  await sleep((settings.performance.timeout ?? TIMEOUT_SECONDS) * 1000, { signal: end }).catch(() => {})
  if (!end.aborted) halt.abort(Halt.TIMEOUT)
}

/** While the database does not answer, the run goes on: whether somebody took it over is seen when it answers again. */
async function watchHeartbeat(
  parts: SystemParts,
  claim: RunClaim,
  { halt, end, everyMs }: Watch & { readonly everyMs: number },
): Promise<void> {
  const waker = new Waker()
  listen(parts.catalog, RunEvent.CANCEL_REQUESTED, {
    signal: end,
    heard: (subject) => subject === claim.runId && waker.wake(),
  })
  while (!end.aborted && !halt.signal.aborted) {
    await waker.wait(everyMs, { signal: end })
    if (end.aborted) return
    try {
      if ((await heartbeatRun(parts, claim)).isCancelled) halt.abort(Halt.CANCEL)
    } catch (error) {
      if (isBackupError(error, 'STALE_WORKER')) {
        // What follows the run's end needs no heartbeat, and still hears that this worker stops.
        if (await hasEndedHere(parts, claim)) return
        halt.abort(Halt.STALE)
      } else parts.log.warn('a heartbeat could not be written', { runId: claim.runId, error })
    }
  }
  // It is being stopped, which takes its time: nobody must think it dead.
  while (!end.aborted && halt.signal.reason !== Halt.STALE) {
    await waker.wait(everyMs, { signal: end })
    if (!end.aborted) await heartbeatRun(parts, claim).catch(() => {})
  }
}

/** While the database does not answer, it is taken for somebody else's. */
async function hasEndedHere(parts: SystemParts, { runId, fence }: RunClaim): Promise<boolean> {
  const run = await findRun(parts, parts.catalog.db, runId).catch(() => undefined)
  return run !== undefined && run.fence === fence && run.state !== RunState.RUNNING
}

/** A run that came back without an end would hold its configuration for ever. */
async function refuseOpenEnd(parts: SystemParts, { runId, fence }: RunClaim): Promise<void> {
  const run = await findRun(parts, parts.catalog.db, runId)
  if (run.state === RunState.RUNNING && run.fence === fence)
    throw new BackupError('INTERNAL', `Run ${runId} came back without an end.`)
}

interface End {
  readonly error: unknown
  readonly halt: Halt | undefined
  readonly hooks: RunHooks
}

async function writeEnd(parts: SystemParts, claim: RunClaim, { error, halt, hooks }: End): Promise<void> {
  if (halt === Halt.STALE || isBackupError(error, 'STALE_WORKER'))
    return parts.log.warn('another worker has the run', { runId: claim.runId, attempt: claim.attempt })
  const write = async () => {
    if (halt === Halt.CANCEL)
      return await withHooks(parts, hooks, (own) =>
        finishRun(
          parts,
          claim,
          { state: RunState.CANCELLED },
          { within: async (tx, run) => await own.runFinished?.(parts, run, { tx }) },
        ),
      )
    if (halt === Halt.SHUTDOWN) return await releaseRun(parts, claim)
    const seconds = claim.settings.performance.timeout ?? TIMEOUT_SECONDS
    const cause =
      halt === Halt.TIMEOUT
        ? new BackupError('BACKUP_TIMEOUT', `Run ${claim.runId} took longer than ${seconds} s.`, {
            context: { seconds },
            cause: error,
          })
        : error
    if (!isBackupError(cause)) parts.log.error('a run failed by a bug', { runId: claim.runId, error })
    return await failAttempt(parts, claim, cause, hooks)
  }
  try {
    const run = await patiently(write)
    const facts = { runId: run.id, state: run.state, ...(run.error && { code: run.error.code }) }
    // `doctor` looks for errors.
    if (run.state === RunState.FAILED) parts.log.error(`a run of ${claim.configName} failed`, facts)
    else parts.log.info('a run was stopped', facts)
  } catch (late) {
    if (!isBackupError(late, 'STALE_WORKER')) throw late
    parts.log.warn('another worker has the run', { runId: claim.runId, attempt: claim.attempt })
  }
}

const PATIENCE = 15
const PATIENCE_MS = 2_000

/**
 * A database that is away for a moment does not cost the end of a run. After that, whoever takes the run over finds
 * what was stored.
 */
async function patiently<T>(write: () => Promise<T>): Promise<T> {
  for (let left = PATIENCE; ; left -= 1) {
    try {
      return await write()
    } catch (error) {
      if (left === 0 || !isBackupError(error) || !DATABASE_LATER.includes(error.code)) throw error
      await sleep(PATIENCE_MS)
    }
  }
}
