import { sql } from 'kysely'
import type { RealTimeMetrics } from '../../contracts/system/index.ts'
import { monotonicNs, nowMs } from '../../kernel/clock.ts'
import { repositoryRoom } from '../alarms/index.ts'
import { type SystemParts, withRepository } from '../parts.ts'
import { backupMetrics } from './backup-metrics.ts'
import { machineFigures } from './machine-figures.ts'
import { repositoryBytes } from './repository-size.ts'

const DAYS = 30
const DAY_MS = 86_400_000
const SOURCES_MAX = 1000

/** This moment, and the runs of the last 30 days. */
export async function getRealTimeMetrics(
  parts: SystemParts,
  options: { readonly atMs?: number } = {},
): Promise<RealTimeMetrics> {
  const toMs = options.atMs ?? nowMs()
  // Figures of the machine take a tenth of a second: the rest is asked meanwhile.
  const [machine, metrics, counts, bySource, room, bytes, storageLatencyMs] = await Promise.all([
    machineFigures(parts.home),
    backupMetrics(parts, { fromMs: toMs - DAYS * DAY_MS, toMs }),
    activity(parts),
    bytesBySource(parts),
    repositoryRoom(withRepository(parts, parts.repositories.first)),
    repositoryBytes(parts),
    latencyMs(parts),
  ])
  return {
    ...metrics,
    ...counts,
    storage: {
      repositoryBytes: bytes,
      bytesFree: room?.bytesFree ?? null,
      bytesTotal: room?.bytesTotal ?? null,
      growthBytes30Days: metrics.bytesStored,
      bySource,
    },
    system: { ...machine, storageLatencyMs },
  }
}

async function activity({
  catalog: { db },
  tenantId,
}: SystemParts): Promise<
  Pick<RealTimeMetrics, 'activeBackups' | 'queuedBackups' | 'activeRecoveries' | 'activeAlerts'>
> {
  const counted = (table: 'runs' | 'recovery_requests' | 'alerts', states: readonly string[]) =>
    db
      .selectFrom(table)
      .select(sql<number>`count(*)::float8`.as('count'))
      .where('tenant_id', '=', tenantId)
      .where('state', 'in', [...states])
      .executeTakeFirstOrThrow()
      .then(({ count }) => count)
  return {
    activeBackups: await counted('runs', ['RUNNING']),
    queuedBackups: await counted('runs', ['PENDING']),
    activeRecoveries: await counted('recovery_requests', ['RUNNING']),
    activeAlerts: await counted('alerts', ['FIRING', 'ACKNOWLEDGED']),
  }
}

/** What each source's present points added when they were made. */
async function bytesBySource({ catalog: { db }, tenantId }: SystemParts): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('recovery_points')
    .select(['source', sql<number>`sum(bytes_added)::float8`.as('bytes')])
    .where('tenant_id', '=', tenantId)
    .where('removed_at', 'is', null)
    .groupBy('source')
    .orderBy('bytes', 'desc')
    .limit(SOURCES_MAX)
    .execute()
  return Object.fromEntries(rows.map(({ source, bytes }) => [source, bytes]))
}

/** One look at one object's name in the first. */
async function latencyMs(parts: SystemParts): Promise<number | null> {
  try {
    await using store = parts.repositories.first.openStore()
    const startNs = monotonicNs()
    await store.head('config/latency')
    return Number((monotonicNs() - startNs) / 10_000n) / 100
  } catch (error) {
    parts.log.warn('the storage did not answer', { cause: String(error) })
    return null
  }
}
