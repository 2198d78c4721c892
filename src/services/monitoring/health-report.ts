/** How the system stands, from what exists now. Unknown is never healthy. */
import { failureOf } from '../../contracts/index.ts'
import { type HealthCheck, type HealthReport, HealthStatus } from '../../contracts/system/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/timer.ts'
import type { SystemParts } from '../parts.ts'
import { backupFreshness } from './backup-freshness.ts'
import { type HealthContext, healthCheck, type RunHealthCheck } from './health-check.ts'
import {
  alertHealth,
  channelHealth,
  databaseHealth,
  heartbeatHealth,
  repositoryHealth,
  schedulerHealth,
  spaceHealth,
} from './health-checks.ts'

const ANSWER_SECONDS = 10

/** `isSubject`: an error there is the subject's own; elsewhere it only means that the check could not be made. */
const CHECKS: ReadonlyArray<{ readonly name: string; readonly run: RunHealthCheck; readonly isSubject?: boolean }> = [
  { name: 'database', run: databaseHealth, isSubject: true },
  { name: 'repository', run: repositoryHealth, isSubject: true },
  { name: 'scheduler', run: schedulerHealth },
  { name: 'backups', run: backupFreshness },
  { name: 'free-space', run: spaceHealth },
  { name: 'alerts', run: alertHealth },
  { name: 'channels', run: channelHealth },
  { name: 'heartbeat', run: heartbeatHealth },
]

/** The first that any check has. A thing that is not known weighs more than one that is known to be a little wrong. */
const WORST_FIRST = [HealthStatus.UNHEALTHY, HealthStatus.UNKNOWN, HealthStatus.DEGRADED, HealthStatus.HEALTHY] as const

export interface HealthOptions {
  readonly signal?: AbortSignal
  /** Default: now. */
  readonly atMs?: number
}

/** Answers within some ten seconds, whatever hangs. Throws ABORTED alone. */
export async function performHealthCheck(
  parts: SystemParts,
  { signal, atMs = nowMs() }: HealthOptions = {},
): Promise<HealthReport> {
  const stop = new AbortController()
  const context: HealthContext = { parts, atMs, signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal }
  try {
    const checks = (await Promise.all(CHECKS.map((check) => made(context, check)))).flat()
    throwIfAborted(signal)
    return {
      overall: WORST_FIRST.find((status) => checks.some((check) => check.status === status)) ?? HealthStatus.UNKNOWN,
      checkedAt: isoTime(atMs),
      checks,
    }
  } finally {
    stop.abort()
  }
}

async function made(
  context: HealthContext,
  { name, run, isSubject = false }: (typeof CHECKS)[number],
): Promise<readonly HealthCheck[]> {
  const noAnswer = [
    healthCheck(context, {
      name,
      status: isSubject ? 'UNHEALTHY' : 'UNKNOWN',
      text: 'check.noAnswer',
      values: { seconds: ANSWER_SECONDS },
    }),
  ]
  const late = sleep(ANSWER_SECONDS * 1000, { signal: context.signal, unref: true }).then(
    () => noAnswer,
    () => noAnswer,
  )
  try {
    return await Promise.race([run(context), late])
  } catch (error) {
    const { message, guidance } = failureOf(error, context.parts.locale)
    return [{ name, status: isSubject ? 'UNHEALTHY' : 'UNKNOWN', message: `${message} ${guidance}` }]
  }
}
