/** The system's own checks. Each looks at what is, and says what to do where something is not well. */
import { sql } from 'kysely'
import type { HealthCheck } from '../../contracts/system/index.ts'
import { bytesText, freeSpaceLimit, hasHeartbeat, homeRoom, repositoryRoom } from '../alarms/index.ts'
import { schedulerAlive, schedulerStatus } from '../scheduling/index.ts'
import { type HealthContext, healthCheck } from './health-check.ts'

export async function databaseHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { catalog } = context.parts
  await catalog.ping(context.signal)
  return [
    healthCheck(context, {
      name: 'database',
      status: 'HEALTHY',
      text: 'database.ok',
      values: { database: catalog.location },
    }),
  ]
}

export async function repositoryHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  await using _repository = await context.parts.repository.open(context.signal)
  return [healthCheck(context, { name: 'repository', status: 'HEALTHY', text: 'repository.ok' })]
}

/** Without a schedule nothing waits for one. */
export async function schedulerHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { parts } = context
  if (await schedulerAlive(parts))
    return [healthCheck(context, { name: 'scheduler', status: 'HEALTHY', text: 'scheduler.ok' })]
  const scheduled = await parts.catalog.db
    .selectFrom('configs')
    .select('id')
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where('enabled', '=', true)
    .where(sql<string>`settings -> 'schedule' ->> 'kind'`, '<>', 'MANUAL')
    .limit(1)
    .executeTakeFirst()
  return [
    healthCheck(context, { name: 'scheduler', status: scheduled ? 'UNHEALTHY' : 'DEGRADED', text: 'scheduler.none' }),
  ]
}

export async function spaceHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { parts } = context
  const [limit, repository, home] = [
    await freeSpaceLimit(parts, parts.catalog.db),
    await repositoryRoom(parts),
    await homeRoom(parts),
  ]
  if (!repository || !home)
    return [healthCheck(context, { name: 'free-space', status: 'UNKNOWN', text: 'space.unknown' })]
  const isLow = Math.min(repository.bytesFree, home.bytesFree) < limit
  const values = {
    repository: bytesText(repository.bytesFree, parts.locale),
    home: bytesText(home.bytesFree, parts.locale),
    limit: bytesText(limit, parts.locale),
  }
  return [
    healthCheck(context, {
      name: 'free-space',
      status: isLow ? 'UNHEALTHY' : 'HEALTHY',
      text: isLow ? 'space.low' : 'space.ok',
      values,
    }),
  ]
}

export async function alertHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { catalog, tenantId } = context.parts
  const { count, critical } = await catalog.db
    .selectFrom('alerts')
    .select([
      sql<number>`count(*)::float8`.as('count'),
      sql<number>`count(*) filter (where severity = 'CRITICAL')::float8`.as('critical'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('state', '<>', 'RESOLVED')
    .executeTakeFirstOrThrow()
  if (count === 0) return [healthCheck(context, { name: 'alerts', status: 'HEALTHY', text: 'alerts.none' })]
  return [
    healthCheck(context, {
      name: 'alerts',
      status: critical > 0 ? 'UNHEALTHY' : 'DEGRADED',
      text: 'alerts.open',
      values: { count, critical },
    }),
  ]
}

export function channelHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { notifiers, locale } = context.parts
  const channels = notifiers.filter(({ carries }) => carries === 'ALARM').map(({ title }) => title[locale])
  return Promise.resolve([
    channels.length > 0
      ? healthCheck(context, {
          name: 'channels',
          status: 'HEALTHY',
          text: 'channels.ok',
          values: { channels: channels.join(', ') },
        })
      : healthCheck(context, { name: 'channels', status: 'DEGRADED', text: 'channels.none' }),
  ])
}

/** A process that is dead can't say so: a service outside has to miss it, or another worker. */
export async function heartbeatHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  if (hasHeartbeat(context.parts))
    return [healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.ok' })]
  const hosts = new Set((await schedulerStatus(context.parts)).workers.map(({ host }) => host))
  return [
    hosts.size > 1
      ? healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.others' })
      : healthCheck(context, { name: 'heartbeat', status: 'DEGRADED', text: 'heartbeat.none' }),
  ]
}
