/** Everything at a glance: is all well, what is planned, what ran last, what is wrong. */
import { type DatedAheadPoint, type SystemStatus, verdictFactsOf, verdictOf } from '../../contracts/system/index.ts'
import type { OddPoint } from '../../engine/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { getActiveAlerts } from '../monitoring/index.ts'
import type { SystemParts } from '../parts.ts'
import { pointsDatedAhead } from '../recovery/index.ts'
import { configStatuses, runningRuns, schedulerStatus } from '../scheduling/index.ts'
import { lookIntoRepository } from './second-copy.ts'
import { lastVerification } from './verification.ts'

export async function systemStatus(parts: SystemParts): Promise<SystemStatus> {
  const [scheduler, configs, running, alerts, suspects, verified, { odd, ...look }] = await Promise.all([
    schedulerStatus(parts),
    configStatuses(parts),
    runningRuns(parts),
    getActiveAlerts(parts),
    pointsDatedAhead(parts),
    lastVerification(parts),
    lookIntoRepository(parts),
  ])
  const facts = {
    scheduler,
    configs,
    running,
    alerts,
    ...datedWrong(suspects, odd),
    repository: parts.repository.label,
    database: parts.catalog.location,
    lastVerification: verified,
    ...look,
  }
  return { ...facts, verdict: verdictOf(verdictFactsOf(facts), { locale: parts.locale, nowMs: nowMs() }) }
}

/**
 * One clock that was behind makes all that came before it look ahead: the repository's own order says which of them it
 * was, and where that can't be read, the database's suspicion stands.
 */
function datedWrong(
  suspects: readonly DatedAheadPoint[],
  odd: readonly OddPoint[] | undefined,
): Pick<SystemStatus, 'datedAhead' | 'datedBehind'> {
  if (!odd) return { datedAhead: suspects, datedBehind: [] }
  const behind = odd.filter(({ doubt }) => doubt === 'BEHIND')
  const ahead = new Set(odd.filter(({ doubt }) => doubt !== 'BEHIND').map(({ snapshot }) => snapshot))
  return {
    datedAhead: suspects.filter(({ snapshot }) => ahead.has(snapshot)),
    datedBehind: behind.map(({ snapshot, source, finishedAt, countsAt }) => ({
      snapshot,
      source,
      finishedAt,
      countsAt,
    })),
  }
}
