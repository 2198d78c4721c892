/**
 * Whether each enabled configuration has a good backup that is not older than its schedule allows: from the points that
 * exist now, never from what runs said.
 */
import { sql } from 'kysely'
import type { ConfigSettings, HealthCheck } from '../../contracts/system/index.ts'
import { lateAtMs, nextDueAt } from '../../jobs/index.ts'
import { timeText } from '../alarms/index.ts'
import { type HealthContext, healthCheck } from './health-check.ts'

export async function backupFreshness(context: HealthContext): Promise<readonly HealthCheck[]> {
  const rows = await freshnessRows(context)
  if (rows.length === 0) return [healthCheck(context, { name: 'backups', status: 'UNKNOWN', text: 'backups.none' })]
  return rows.map((row) => freshnessOf(context, row))
}

interface FreshnessRow {
  readonly name: string
  readonly settings: ConfigSettings
  readonly created_at: Date
  readonly good_at: Date | null
  readonly newest_at: Date | null
  readonly running: string | null
}

/** When it was made, as far as its date goes with the order of points. */
const countedAt = sql<Date>`least(recovery_points.created_at, recovery_points.counts_at)`
/** A point that is dated later proves nothing about now. */
const AHEAD_MS_MAX = 60_000

async function freshnessRows({ parts: { catalog, tenantId }, atMs }: HealthContext): Promise<FreshnessRow[]> {
  const latest = new Date(atMs + AHEAD_MS_MAX)
  const rows = await catalog.db
    .selectFrom('configs')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('recovery_points')
          .select(countedAt.as('good_at'))
          .whereRef('recovery_points.config_id', '=', 'configs.id')
          .where('recovery_points.removed_at', 'is', null)
          .where('recovery_points.counts_at', '<=', latest)
          .where('recovery_points.is_complete', '=', true)
          .orderBy('recovery_points.counts_at', 'desc')
          .limit(1)
          .as('good'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('recovery_points')
          .select(countedAt.as('newest_at'))
          .whereRef('recovery_points.config_id', '=', 'configs.id')
          .where('recovery_points.removed_at', 'is', null)
          .where('recovery_points.counts_at', '<=', latest)
          .orderBy('recovery_points.counts_at', 'desc')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('runs')
          .select('runs.id as running')
          .whereRef('runs.config_id', '=', 'configs.id')
          .where('runs.state', '=', 'RUNNING')
          .limit(1)
          .as('now'),
      (join) => join.onTrue(),
    )
    .select([
      'configs.name',
      'configs.settings',
      'configs.created_at',
      'good.good_at',
      'newest.newest_at',
      'now.running',
    ])
    .where('configs.tenant_id', '=', tenantId)
    .where('configs.removed_at', 'is', null)
    .where('configs.enabled', '=', true)
    .orderBy('configs.name')
    .execute()
  return rows.map((row) => ({ ...row, settings: row.settings as ConfigSettings }))
}

function freshnessOf(context: HealthContext, row: FreshnessRow): HealthCheck {
  const { name, settings, good_at: good, newest_at: newest, running } = row
  const text = (at: Date) => timeText(at, settings.timezone, context.parts.locale)
  const check = `backup:${name}`
  const due = overdueSince(row, (good ?? row.created_at).getTime(), context.atMs)
  if (good === null) {
    if (newest !== null)
      return healthCheck(context, {
        name: check,
        status: due === undefined ? 'DEGRADED' : 'UNHEALTHY',
        text: 'backup.onlyIncomplete',
        values: { at: text(newest) },
      })
    return due === undefined || running !== null
      ? healthCheck(context, { name: check, status: 'UNKNOWN', text: 'backup.never', values: { name } })
      : healthCheck(context, {
          name: check,
          status: 'UNHEALTHY',
          text: 'backup.neverOverdue',
          values: { name, due: text(due) },
        })
  }
  const at = text(good)
  if (due !== undefined) {
    return running === null
      ? healthCheck(context, {
          name: check,
          status: 'UNHEALTHY',
          text: 'backup.overdue',
          values: { name, at, due: text(due) },
        })
      : healthCheck(context, {
          name: check,
          status: 'DEGRADED',
          text: 'backup.overdueRunning',
          values: { at, due: text(due) },
        })
  }
  if (newest !== null && newest > good)
    return healthCheck(context, {
      name: check,
      status: 'DEGRADED',
      text: 'backup.newestIncomplete',
      values: { at, newest: text(newest) },
    })
  return healthCheck(context, { name: check, status: 'HEALTHY', text: 'backup.ok', values: { at } })
}

/** The due time after `sinceMs` whose grace has passed; undefined where there is none. */
function overdueSince({ settings, created_at }: FreshnessRow, sinceMs: number, atMs: number): Date | undefined {
  const frame = { timezone: settings.timezone, createdAtMs: created_at.getTime() }
  const dueAtMs = nextDueAt(settings.schedule, { ...frame, afterMs: sinceMs })
  if (dueAtMs === Number.POSITIVE_INFINITY) return undefined
  return atMs >= lateAtMs({ dueAtMs, nextDueAtMs: nextDueAt(settings.schedule, { ...frame, afterMs: dueAtMs }) })
    ? new Date(dueAtMs)
    : undefined
}
