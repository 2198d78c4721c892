/** What a working process does besides runs and recoveries: rules, messages, records, audit, heartbeat. */

import { RunState } from '../contracts/system/index.ts'
import { lookAtClock } from '../engine/index.ts'
import { nowMs } from '../kernel/clock.ts'
import {
  dispatchOutbox,
  evaluateRules,
  runStarted,
  schedulerHeartbeat,
  unsentNotices,
} from '../services/alarms/index.ts'
import { closeAuditSegments } from '../services/audit/index.ts'
import { recordControlKey } from '../services/control-key/index.ts'
import { carryOutRun, inEach, runEnded, syncPoints, verifyWhenDue } from '../services/execution/index.ts'
import { type SystemParts, withRepository } from '../services/index.ts'
import { alarmPending, retryRecords } from '../services/records/index.ts'
import { carryOutRecovery, resumeRecoveries } from '../services/recovery/index.ts'
import { dropOldEvents, getRun, newestRecordedMs, startWorker } from '../services/scheduling/index.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
/** What a running backup gets to write its checkpoint. */
const STOP_GRACE_MS = 30 * SECOND_MS
/** A repository that does not answer must not hold the end. */
const CLOSE_MS_MAX = 30 * SECOND_MS
/** Nor a channel that is dead: what it does not take stays in the outbox. */
const NOTICES_MS_MAX = 10 * SECOND_MS

export interface Work {
  stop(): Promise<void>
}

/** For tests: silence after which a worker counts as dead, and the time between two signs of life of a run. */
export interface WorkTiming {
  readonly staleMs?: number
  readonly heartbeatMs?: number
}

export interface WorkOptions {
  readonly timing?: WorkTiming
  /** At the end, where notices could not be sent: they wait for the next process of this system. */
  readonly onUnsent?: (notices: number) => void
  /** A `command` ends with its run: what comes after that run, retention, is waited for. */
  readonly role?: string
  /** Of who waits for it. */
  readonly signal?: AbortSignal
}

/** Throws DATABASE_UNAVAILABLE. The repository may be away: what needs it is tried again. */
export async function startWork(parts: SystemParts, options: WorkOptions = {}): Promise<Work> {
  const { timing = {}, onUnsent } = options
  const underWay = new Map<string, Promise<unknown>>()
  // Before anything of now is written down: what is known of time is what others wrote.
  lookAtClock(parts.repositories.first.stateDirectory, await newestRecordedMs(parts))
  const worker = await startWorker(parts, {
    ...timing,
    roles: { scheduler: true, worker: true },
    isClockDoubted: () => lookAtClock(parts.repositories.first.stateDirectory).doubt !== undefined,
    carryOutRecovery,
    runStarted,
    runFinished: runEnded,
    carryOutRun: async (each, claim, call) => {
      const work = carryOutRun(each, claim, call)
      underWay.set(claim.runId, work)
      try {
        await work
      } finally {
        underWay.delete(claim.runId)
      }
      await closeAudit(each)
    },
    periodic: [
      { name: 'rules', everyMs: 15 * SECOND_MS, run: () => evaluateRules(parts, nowMs()) },
      { name: 'outbox', everyMs: 2 * SECOND_MS, run: ({ signal }) => dispatchOutbox(parts, { signal }) },
      {
        name: 'records',
        everyMs: MINUTE_MS,
        run: ({ signal }) => retryRecords(parts, { signal, onPending: alarmPending(parts) }),
      },
      { name: 'recoveries', everyMs: 15 * SECOND_MS, run: () => resumeRecoveries(parts) },
      { name: 'audit', everyMs: 30 * MINUTE_MS, run: ({ signal }) => closeAuditSegments(parts, { signal }) },
      { name: 'heartbeat', everyMs: MINUTE_MS, run: ({ signal }) => schedulerHeartbeat(parts, { signal }) },
      { name: 'database', everyMs: 24 * 60 * MINUTE_MS, run: ({ signal }) => parts.catalog.maintain(signal) },
      { name: 'events', everyMs: 24 * 60 * MINUTE_MS, run: () => dropOldEvents(parts) },
      { name: 'verification', everyMs: 60 * MINUTE_MS, run: ({ signal }) => verifyWhenDue(parts, { signal }) },
      { name: 'repository', everyMs: 60 * MINUTE_MS, run: ({ signal }) => lookIntoRepositories(parts, signal) },
    ],
  })
  const stop = async () => {
    if (options.role === 'command') await endedRunsSettled(parts, underWay, options.signal)
    await worker.stop({ graceMs: STOP_GRACE_MS })
    const unsent = await sendNotices(parts)
    if (unsent > 0) onUnsent?.(unsent)
    // What was done since the last run.
    await closeAudit(parts)
  }
  return { stop }
}

/** The run has its end, and who waited for it goes; what no rule keeps any more goes before. Never throws. */
async function endedRunsSettled(
  parts: SystemParts,
  underWay: ReadonlyMap<string, Promise<unknown>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const isInterrupted = signal.aborted
    ? Promise.resolve()
    : new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  for (const [runId, work] of underWay) {
    const state = await getRun(parts, runId).then(
      (run) => run.state,
      () => RunState.RUNNING,
    )
    // Its own end is told elsewhere.
    if (state !== RunState.RUNNING) await Promise.race([isInterrupted, work.catch(() => {})])
  }
}

/**
 * What the last run has told must not wait for the next process, which may come a day later. Gives how many notices are
 * left. Never throws: they are rows, and stay.
 */
async function sendNotices(parts: SystemParts): Promise<number> {
  try {
    await dispatchOutbox(parts, { signal: AbortSignal.timeout(NOTICES_MS_MAX) })
  } catch (error) {
    parts.log.warn('not all notices could be sent before the end', { error })
  }
  try {
    return await unsentNotices(parts)
  } catch (error) {
    parts.log.warn('whether notices are left could not be seen', { error })
    return 0
  }
}

/**
 * With each run, and at the end. Nothing fails for it: what can't be closed now is closed with the next run, or within
 * the half hour.
 */
export async function closeAudit(parts: SystemParts): Promise<void> {
  try {
    // Without the run's signal: it says nothing about this.
    await closeAuditSegments(parts, { signal: AbortSignal.timeout(CLOSE_MS_MAX) })
  } catch (error) {
    parts.log.warn('the audit log could not be closed into the repository', { error })
  }
}

/** What others did to the repositories, by the command line or on another machine, is seen here too. */
async function lookIntoRepositories(parts: SystemParts, signal: AbortSignal): Promise<void> {
  await inEach(await parts.repositories.all(), signal, async (access) => {
    const there = withRepository(parts, access)
    await using repository = await access.open(signal)
    await recordControlKey(there, repository)
    await syncPoints(there, repository)
  })
}
