/** Everything at a glance: what is planned, what ran last, what is wrong. */
import type { SystemStatus } from '../../contracts/system/index.ts'
import { getActiveAlerts } from '../monitoring/index.ts'
import type { SystemParts } from '../parts.ts'
import { pointsDatedAhead } from '../recovery/index.ts'
import { configStatuses, runningRuns, schedulerStatus } from '../scheduling/index.ts'

export async function systemStatus(parts: SystemParts): Promise<SystemStatus> {
  const [scheduler, configs, running, alerts, datedAhead] = await Promise.all([
    schedulerStatus(parts),
    configStatuses(parts),
    runningRuns(parts),
    getActiveAlerts(parts),
    pointsDatedAhead(parts),
  ])
  return {
    scheduler,
    configs,
    running,
    alerts,
    datedAhead,
    repository: parts.repository.location.path,
    database: parts.catalog.location,
  }
}
