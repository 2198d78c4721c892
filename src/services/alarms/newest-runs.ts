/**
 * For each configuration, the newest of its runs that tells something. One index probe each, however many runs there
 * are.
 */
import { sql } from 'kysely'
import type { RunState } from '../../contracts/system/index.ts'
import type { RuleContext } from './alarm-rule.ts'

export interface NewestRun {
  readonly configId: string
  readonly configName: string
  readonly runId: string
  readonly state: string
  readonly error: unknown
  readonly skipped: number
  /** Paths among them that had files and have none. */
  readonly emptied: readonly string[]
}

/** The newest run of each configuration among those in `states`; a configuration that has none is left out. */
export async function newestRuns(
  { db, parts, configId }: RuleContext,
  states: readonly RunState[],
): Promise<NewestRun[]> {
  const rows = await db
    .selectFrom('configs')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('runs')
          .select([
            'runs.id as run_id',
            'runs.state as state',
            'runs.error as error',
            sql<number>`case when jsonb_typeof(runs.skipped) = 'array' then jsonb_array_length(runs.skipped) else 0 end`.as(
              'skipped',
            ),
            sql<
              string[]
            >`case when jsonb_typeof(runs.skipped) = 'array' then (select coalesce(jsonb_agg(each->>'path'), '[]') from jsonb_array_elements(runs.skipped) each where each->>'reason' = 'EMPTIED') else '[]' end`.as(
              'emptied',
            ),
          ])
          .whereRef('runs.config_id', '=', 'configs.id')
          .where('runs.state', 'in', [...states])
          .orderBy('runs.created_at', 'desc')
          .orderBy('runs.id')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select([
      'configs.id as config_id',
      'configs.name as config_name',
      'newest.run_id',
      'newest.state',
      'newest.error',
      'newest.skipped',
      'newest.emptied',
    ])
    .where('configs.tenant_id', '=', parts.tenantId)
    .where('configs.removed_at', 'is', null)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .execute()
  return rows.map((row) => ({
    configId: row.config_id,
    configName: row.config_name,
    runId: row.run_id,
    state: row.state,
    error: row.error,
    skipped: row.skipped,
    emptied: row.emptied,
  }))
}

/** How many runs of a configuration failed since the last one that stored something. */
export async function failuresInARow({ db }: RuleContext, configId: string): Promise<number> {
  const row = await db
    .selectFrom('runs')
    .select((on) => on.fn.countAll<number>().as('count'))
    .where('config_id', '=', configId)
    .where('state', '=', 'FAILED')
    .where('created_at', '>', (from) =>
      from
        .selectFrom('runs as good')
        .select(sql<Date>`coalesce(max(good.created_at), '-infinity')`.as('at'))
        .where('good.config_id', '=', configId)
        .where('good.state', 'in', ['COMPLETED', 'PARTIAL']),
    )
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
