/** The system's own checks. Each looks at what is, and says what to do where something is not well. */
import { sql } from 'kysely'
import { failureOf } from '../../contracts/index.ts'
import type { HealthCheck } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { Notifier } from '../../notifiers/index.ts'
import {
  bytesText,
  freeSpaceLimit,
  hasHeartbeat,
  homeRoom,
  lastHeartbeatCause,
  repositoryRoom,
} from '../alarms/index.ts'
import { type RepositoryAccess, RepositoryRole, withRepository } from '../parts.ts'
import { schedulerAlive, schedulerStatus } from '../scheduling/index.ts'
import { type HealthContext, healthCheck } from './health-check.ts'
import type { HealthText } from './health-texts.ts'

/** Shorter than the report waits for a check. */
const PROBE_MS = 8_000

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
  const all = await context.parts.repositories.all()
  return await Promise.all(all.map((each) => healthOf(each, context)))
}

/** One that is away says so beside those that answer. */
async function healthOf(access: RepositoryAccess, context: HealthContext): Promise<HealthCheck> {
  const { parts, signal } = context
  const name = access.role === RepositoryRole.FIRST ? 'repository' : `repository:${access.name}`
  const late = AbortSignal.timeout(PROBE_MS)
  try {
    await using _repository = await access.open(AbortSignal.any([signal, late]))
    return healthCheck(context, { name, status: 'HEALTHY', text: 'repository.ok' })
  } catch (error) {
    if (late.aborted)
      return healthCheck(context, {
        name,
        status: 'UNHEALTHY',
        text: 'check.noAnswer',
        values: { seconds: PROBE_MS / 1000 },
      })
    const { message, guidance } = failureOf(error, parts.locale)
    return { name, status: 'UNHEALTHY', message: `${message} ${guidance}` }
  }
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
  const first = withRepository(parts, parts.repositories.first)
  const [limit, repository, home] = [
    await freeSpaceLimit(parts, parts.catalog.db),
    await repositoryRoom(first),
    await homeRoom(parts),
  ]
  if (repository === undefined || !home)
    return [healthCheck(context, { name: 'free-space', status: 'UNKNOWN', text: 'space.unknown' })]
  const isLow = Math.min(repository?.bytesFree ?? Infinity, home.bytesFree) < limit
  const values = {
    ...(repository && { repository: bytesText(repository.bytesFree, parts.locale) }),
    home: bytesText(home.bytesFree, parts.locale),
    limit: bytesText(limit, parts.locale),
  }
  return [
    healthCheck(context, {
      name: 'free-space',
      status: isLow ? 'UNHEALTHY' : 'HEALTHY',
      text: spaceText({ isLow, isCounted: repository !== null }),
      values,
    }),
  ]
}

function spaceText({ isLow, isCounted }: { readonly isLow: boolean; readonly isCounted: boolean }): HealthText {
  if (isCounted) return isLow ? 'space.low' : 'space.ok'
  return isLow ? 'space.homeLow' : 'space.home'
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

/** A channel counts when it was tried just now, and when nothing that it was given has lately stayed behind. */
export async function channelHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { notifiers, locale } = context.parts
  const channels = notifiers.filter(({ carries }) => carries === 'ALARM')
  if (channels.length === 0)
    return [healthCheck(context, { name: 'channels', status: 'DEGRADED', text: 'channels.none' })]
  const causes = await Promise.all(channels.map((channel) => causeOf(context, channel)))
  const dead = channels.flatMap(({ title }, i) => (causes[i] === null ? [] : [`${title[locale]} (${causes[i]})`]))
  const alive = channels.filter((_, i) => causes[i] === null).map(({ title }) => title[locale])
  if (dead.length === 0)
    return [
      healthCheck(context, {
        name: 'channels',
        status: 'HEALTHY',
        text: 'channels.ok',
        values: { channels: alive.join(', ') },
      }),
    ]
  return [
    healthCheck(context, {
      name: 'channels',
      status: alive.length === 0 ? 'UNHEALTHY' : 'DEGRADED',
      text: 'channels.dead',
      values: { channels: dead.join(', ') },
    }),
  ]
}

/** Why nothing would arrive; null where it would. */
async function causeOf({ parts, signal }: HealthContext, notifier: Notifier): Promise<string | null> {
  const probe = await probeCause(notifier, signal)
  if (probe !== null) return probe
  const row = await parts.catalog.db
    .selectFrom('outbox')
    .select('last_error')
    .where('tenant_id', '=', parts.tenantId)
    .where('channel', '=', notifier.kind)
    .where('state', '=', 'WAITING')
    .where('last_error', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row?.last_error ?? null
}

async function probeCause(notifier: Notifier, signal: AbortSignal): Promise<string | null> {
  try {
    await notifier.probe?.({ signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]) })
    return null
  } catch (error) {
    if (!isBackupError(error)) throw error
    return error.code === 'ABORTED' ? 'timeout' : String(error.context['cause'] ?? error.code)
  }
}

/** A process that is dead can't say so: a service outside has to miss it, or another worker. */
export async function heartbeatHealth(context: HealthContext): Promise<readonly HealthCheck[]> {
  const { parts, signal } = context
  if (hasHeartbeat(parts)) {
    const pinger = parts.notifiers.find(({ carries }) => carries === 'PING')
    const cause = lastHeartbeatCause(parts) ?? (pinger ? await probeCause(pinger, signal) : null)
    return [
      cause === null
        ? healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.ok' })
        : healthCheck(context, { name: 'heartbeat', status: 'UNHEALTHY', text: 'heartbeat.dead', values: { cause } }),
    ]
  }
  const hosts = new Set((await schedulerStatus(context.parts)).workers.map(({ host }) => host))
  return [
    hosts.size > 1
      ? healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.others' })
      : healthCheck(context, { name: 'heartbeat', status: 'DEGRADED', text: 'heartbeat.none' }),
  ]
}
