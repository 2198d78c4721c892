/**
 * The list of runs, newest first. The page is found in an index that holds its order; the total is kept beside the
 * rows.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Database, Tables } from '../../catalog/index.ts'
import {
  BackupType,
  CALL_FORMS,
  type ConfigSettings,
  type listBackupsFilterSchema,
  type Page,
  type paginationSchema,
  RunState,
  type RunView,
} from '../../contracts/system/index.ts'
import { isTimeZone } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { machineZone } from '../../kernel/zone.ts'
import type { SystemParts } from '../parts.ts'
import { runView } from './run-row.ts'
import { isUuid } from './uuid.ts'

export type ListFilters = z.output<typeof listBackupsFilterSchema>
export type ListPagination = z.output<typeof paginationSchema>

const LIMIT = 20

/**
 * `from` and `to` bound the moment at which a run was made, both inclusive; dates are days of the configuration's zone,
 * else of the machine's. Throws CONFIG_INVALID for an unknown state
 * or type, or a time that can't be read.
 */
export async function listBackups(
  parts: SystemParts,
  filters: ListFilters = {},
  { page = 1, limit = LIMIT }: ListPagination = {},
): Promise<Page<RunView>> {
  const chosen = checked(filters, await zoneOf(parts, filters))
  if (chosen.configId !== undefined && !isUuid(chosen.configId)) return { items: [], total: 0, page, limit }
  const { db } = parts.catalog
  const [total, rows] = await Promise.all([
    countRuns(parts, chosen),
    pageQuery(db, parts.tenantId, { chosen, page, limit }).execute(),
  ])
  return { items: rows.map(runView), total, page, limit }
}

interface Chosen {
  readonly configId?: string
  readonly state?: string
  readonly type?: string
  readonly from?: Date
  readonly to?: Date
}

function checked({ configId, status, type, from, to }: ListFilters, zone: string): Chosen {
  oneOf('status', status, Object.values(RunState))
  oneOf('type', type, Object.values(BackupType))
  const since = timeOf('from', from, { zone, end: DayEnd.FIRST })
  const until = timeOf('to', to, { zone, end: DayEnd.LAST })
  return {
    ...(configId !== undefined && { configId }),
    ...(status !== undefined && { state: status }),
    ...(type !== undefined && { type }),
    ...(since && { from: since }),
    ...(until && { to: until }),
  }
}

function oneOf(path: string, value: string | undefined, accepted: readonly string[]): void {
  if (value === undefined || accepted.includes(value)) return
  throw new BackupError('CONFIG_INVALID', `${path} is ${value}.`, {
    context: { path, why: `it is ${JSON.stringify(value)}`, accepted: accepted.join(', ') },
  })
}

function timeOf(
  path: string,
  value: string | undefined,
  { zone, end }: { zone: string; end: DayEnd },
): Date | undefined {
  if (value === undefined) return undefined
  const at = momentOf(value, { zone, end })
  if (at !== undefined) return new Date(at)
  throw new BackupError('CONFIG_INVALID', `${path} is no time.`, {
    context: { path, why: `it is ${JSON.stringify(value)}`, accepted: CALL_FORMS['filters.from'].en },
  })
}

/** The configuration's, where one is asked for; else the machine's. */
async function zoneOf(parts: SystemParts, { configId, from, to }: ListFilters): Promise<string> {
  if (from === undefined && to === undefined) return machineZone()
  const row =
    configId === undefined || !isUuid(configId)
      ? undefined
      : await parts.catalog.db
          .selectFrom('configs')
          .select('settings')
          .where('tenant_id', '=', parts.tenantId)
          .where('id', '=', configId)
          .executeTakeFirst()
  const { timezone } = (row?.settings ?? {}) as Partial<ConfigSettings>
  return timezone !== undefined && isTimeZone(timezone) ? timezone : machineZone()
}

type Runs<O> = SelectQueryBuilder<Tables, 'runs', O>

function where<O>(query: Runs<O>, tenantId: string, { configId, state, type, from, to }: Chosen): Runs<O> {
  return query
    .where('tenant_id', '=', tenantId)
    .$if(configId !== undefined, (q) => q.where('config_id', '=', configId!))
    .$if(state !== undefined, (q) => q.where('state', '=', state!))
    .$if(type !== undefined, (q) => q.where('type', '=', type!))
    .$if(from !== undefined, (q) => q.where('created_at', '>=', from!))
    .$if(to !== undefined, (q) => q.where('created_at', '<=', to!))
}

/** How the database would read the first page: for the test and the bench that hold it against the indexes. */
export async function listPlan(parts: SystemParts, filters: ListFilters): Promise<string> {
  const plan = await pageQuery(parts.catalog.db, parts.tenantId, {
    chosen: checked(filters, machineZone()),
    page: 1,
    limit: LIMIT,
  }).explain<Record<string, string>>('text', sql`costs off`)
  return plan.map((line) => Object.values(line).join('')).join('\n')
}

/** Skips to the page in the index, then reads its rows. */
export function pageQuery(
  db: Database,
  tenantId: string,
  { chosen, page, limit }: { readonly chosen: Chosen; readonly page: number; readonly limit: number },
) {
  return db
    .with('page', (q) =>
      where(q.selectFrom('runs').select(['runs.id as run_id', 'runs.created_at as at']), tenantId, chosen)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset((page - 1) * limit),
    )
    .selectFrom('page')
    .innerJoin('runs', 'runs.id', 'page.run_id')
    .selectAll('runs')
    .orderBy('page.at', 'desc')
    .orderBy('page.run_id')
}

async function countRuns(parts: SystemParts, chosen: Chosen): Promise<number> {
  const { db } = parts.catalog
  if (chosen.from || chosen.to) {
    const { count } = await where(
      db.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('count')),
      parts.tenantId,
      chosen,
    ).executeTakeFirstOrThrow()
    return count
  }
  const { configId, state, type } = chosen
  const { count } = await db
    .selectFrom('run_counts')
    .select(sql<number>`coalesce(sum(count), 0)::bigint`.as('count'))
    .where('tenant_id', '=', parts.tenantId)
    .$if(configId !== undefined, (q) => q.where('config_id', '=', configId!))
    .$if(state !== undefined, (q) => q.where('state', '=', state!))
    .$if(type !== undefined, (q) => q.where('type', '=', type!))
    .executeTakeFirstOrThrow()
  return count
}
