/** What is due, what runs, and how each configuration stands: cheap however many runs there are. */
import { sql } from 'kysely'
import {
  type ConfigSettings,
  DueState,
  RunState,
  type RunView,
  type SchedulerStatus,
  type SystemStatus,
} from '../../contracts/system/index.ts'
import { formatLocal } from '../../jobs/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { type RunRow, runView } from './run-row.ts'
import { isScheduler, liveWorkers } from './workers.ts'

const NEXT_MAX = 20

export async function schedulerStatus(parts: SystemParts): Promise<SchedulerStatus> {
  const workers = await liveWorkers(parts)
  const next = await parts.catalog.db
    .selectFrom('due_times')
    .innerJoin('configs', 'configs.id', 'due_times.config_id')
    .select(['configs.id', 'configs.name', 'configs.settings', 'due_times.due_at'])
    .where('due_times.tenant_id', '=', parts.tenantId)
    .where('due_times.state', '=', DueState.WAITING)
    .orderBy('due_times.due_at')
    .limit(NEXT_MAX)
    .execute()
  return {
    alive: workers.some(isScheduler),
    workers,
    next: next.map(({ id, name, settings, due_at }) => ({
      configId: id,
      configName: name,
      dueAt: isoTime(due_at.getTime()),
      dueLocal: formatLocal(due_at.getTime(), (settings as ConfigSettings).timezone),
    })),
  }
}

/** When each configuration runs next; one without a due time is absent. All configurations unless some are named. */
export async function nextDueOf(parts: SystemParts, configIds?: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  if (configIds?.length === 0) return new Map()
  const rows = await parts.catalog.db
    .selectFrom('due_times')
    .select(['config_id', 'due_at'])
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '=', DueState.WAITING)
    .$if(configIds !== undefined, (query) => query.where('config_id', 'in', configIds!))
    .orderBy('due_at', 'desc')
    .execute()
  return new Map(rows.map(({ config_id, due_at }) => [config_id, due_at]))
}

export async function configStatuses(parts: SystemParts): Promise<SystemStatus['configs']> {
  const [next, rows] = await Promise.all([nextDueOf(parts), statusRows(parts)])
  return rows.map((row) => ({
    id: row.config,
    name: row.name,
    enabled: row.enabled,
    nextRunLocal: next.has(row.config)
      ? formatLocal(next.get(row.config)!.getTime(), (row.settings as ConfigSettings).timezone)
      : null,
    lastRun: row.id === null ? null : runView(row as unknown as RunRow),
    lastGoodAt: isoOf(row.good_at),
    newestGoodAt: isoOf(row.point_good_at),
    newestAt: isoOf(row.point_at),
  }))
}

function isoOf(at: Date | null): string | null {
  return at === null ? null : isoTime(at.getTime())
}

/** When a point was made, as far as its date goes with the order of points. */
const countedAt = sql<Date>`least(recovery_points.created_at, recovery_points.counts_at)`

async function statusRows(parts: SystemParts) {
  return await parts.catalog.db
    .selectFrom('configs')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('runs')
          .selectAll('runs')
          .whereRef('runs.config_id', '=', 'configs.id')
          .orderBy('runs.created_at', 'desc')
          .orderBy('runs.id')
          .limit(1)
          .as('last'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('runs')
          .select('runs.finished_at as good_at')
          .whereRef('runs.config_id', '=', 'configs.id')
          .where('runs.state', '=', RunState.COMPLETED)
          .orderBy('runs.created_at', 'desc')
          .limit(1)
          .as('good'),
      (join) => join.onTrue(),
    )
    .selectAll('last')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('recovery_points')
          .select([
            sql<Date | null>`max(${countedAt})`.as('point_at'),
            sql<Date | null>`max(${countedAt}) filter (where recovery_points.is_complete)`.as('point_good_at'),
          ])
          .whereRef('recovery_points.config_id', '=', 'configs.id')
          .where('recovery_points.removed_at', 'is', null)
          .as('points'),
      (join) => join.onTrue(),
    )
    .select(['points.point_at', 'points.point_good_at'])
    .select(['configs.id as config', 'configs.name', 'configs.enabled', 'configs.settings', 'good.good_at'])
    .where('configs.tenant_id', '=', parts.tenantId)
    .where('configs.removed_at', 'is', null)
    .orderBy('configs.name')
    .execute()
}

export async function runningRuns(parts: SystemParts): Promise<readonly RunView[]> {
  const rows = await parts.catalog.db
    .selectFrom('runs')
    .selectAll()
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '=', RunState.RUNNING)
    .orderBy('started_at')
    .execute()
  return rows.map(runView)
}

export interface LateDueTime {
  readonly configId: string
  readonly configName: string
  readonly dueAt: Date
  /** Where a run was made of it that has not begun. */
  readonly runId: string | null
}

/** Due times past their grace of which no run has begun. */
export async function lateDueTimes(parts: SystemParts, atMs: number): Promise<readonly LateDueTime[]> {
  const { db } = parts.catalog
  const at = new Date(atMs)
  const waiting = await db
    .selectFrom('due_times')
    .innerJoin('configs', 'configs.id', 'due_times.config_id')
    .select(['configs.id', 'configs.name', 'due_times.due_at', sql<string | null>`null`.as('run_id')])
    .where('due_times.tenant_id', '=', parts.tenantId)
    .where('due_times.state', '=', DueState.WAITING)
    .where('due_times.due_at', '<=', at)
    .where('due_times.late_at', '<=', at)
    .execute()
  const queued = await db
    .selectFrom('runs')
    .innerJoin('due_times', (join) =>
      join.onRef('due_times.config_id', '=', 'runs.config_id').onRef('due_times.due_at', '=', 'runs.due_at'),
    )
    .select(['runs.config_id as id', 'runs.config_name as name', 'due_times.due_at', 'runs.id as run_id'])
    .where('runs.tenant_id', '=', parts.tenantId)
    .where('runs.state', '=', RunState.PENDING)
    .where('runs.attempts', '=', 0)
    .where('due_times.late_at', '<=', at)
    .execute()
  return [...waiting, ...queued].map(({ id, name, due_at, run_id }) => ({
    configId: id,
    configName: name,
    dueAt: due_at,
    runId: run_id,
  }))
}

/** Runs that were due after a moment and never began. */
export async function missedRuns(
  parts: SystemParts,
  { sinceMs }: { readonly sinceMs: number },
): Promise<readonly RunView[]> {
  const rows = await parts.catalog.db
    .selectFrom('runs')
    .selectAll()
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '=', RunState.MISSED)
    .where('created_at', '>=', new Date(sinceMs))
    .orderBy('created_at')
    .execute()
  return rows.map(runView)
}
