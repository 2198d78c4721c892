/** Everything at a glance: is all well, what is planned, what ran last, what is wrong. */
import { type SystemStatus, verdictFactsOf, verdictOf } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { getActiveAlerts } from '../monitoring/index.ts'
import type { SystemParts } from '../parts.ts'
import { pointsDatedAhead } from '../recovery/index.ts'
import { configStatuses, runningRuns, schedulerStatus } from '../scheduling/index.ts'
import { lookIntoRepository } from './second-copy.ts'
import { lastVerification } from './verification.ts'

export async function systemStatus(parts: SystemParts): Promise<SystemStatus> {
  const [scheduler, configs, running, alerts, datedAhead, verified, look] = await Promise.all([
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
    datedAhead,
    repository: parts.repository.location.path,
    database: parts.catalog.location,
    lastVerification: verified,
    ...look,
  }
  return { ...facts, verdict: verdictOf(verdictFactsOf(facts), { locale: parts.locale, nowMs: nowMs() }) }
}
