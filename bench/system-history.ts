/**
 * What the list of backups, the status and the figures of 30 days cost with 1,000 configurations and 1,000,000 runs on
 * PostgreSQL.
 */
import { sql } from 'kysely'
import { type Catalog, DEFAULT_TENANT_ID, initExternalDatabase, openCatalog } from '../src/catalog/index.ts'
import type { SystemParts } from '../src/services/index.ts'
import { getRealTimeMetrics } from '../src/services/monitoring/index.ts'
import {
  configStatuses,
  listBackups,
  listPlan,
  runningRuns,
  schedulerStatus,
} from '../src/services/scheduling/index.ts'
import { temporaryPostgres } from '../test/harness/catalog.ts'
import { planConfig, schedulingParts } from '../test/harness/scheduling.ts'
import { testSystem } from '../test/harness/system.ts'
import { median, milliseconds } from './measure.ts'
import type { Finding } from './system-part.ts'

const CONFIGS = 1000
const RUNS_OF_EACH = 1000
const POINTS_OF_EACH = 30
const MS_MAX = 100
const TIMES = 4

export async function benchHistory({ runs }: { readonly runs: number }): Promise<readonly Finding[]> {
  await using server = await temporaryPostgres()
  const url = await server.newDatabase()
  await initExternalDatabase(url)
  await using catalog = await openCatalog({ url })
  const parts = await schedulingParts(catalog)
  for (let i = 0; i < CONFIGS; i += 1)
    await planConfig(parts, {
      schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
      timezone: 'America/Sao_Paulo',
    })
  await using system = await testSystem({ catalog })
  const monitored: SystemParts = { ...system.parts, tenantId: DEFAULT_TENANT_ID }
  await fill(catalog, monitored)
  const [{ id: configId }] = (await catalog.db.selectFrom('configs').select('id').limit(1).execute()) as [
    { id: string },
  ]
  const questions: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
    ['listBackups, first page', () => listBackups(parts, {}, {})],
    ['listBackups, first page of one configuration', () => listBackups(parts, { configId }, {})],
    ['listBackups, first page of the failed', () => listBackups(parts, { status: 'FAILED' }, {})],
    ['status', () => Promise.all([schedulerStatus(parts), configStatuses(parts), runningRuns(parts)])],
    ['getRealTimeMetrics', () => getRealTimeMetrics(monitored)],
  ]
  const findings: Finding[] = []
  for (const [what, ask] of questions) {
    const costs: number[] = []
    for (let time = 0; time <= runs * TIMES; time += 1) costs.push(await milliseconds(ask))
    const cost = median(costs.slice(1))
    findings.push({
      what: `${what}, ${(CONFIGS * RUNS_OF_EACH).toLocaleString('en')} runs`,
      measured: `${cost.toFixed(1)} ms`,
      bar: `<= ${MS_MAX} ms`,
      holds: cost <= MS_MAX,
    })
  }
  findings.push(await plans(parts))
  await parts.queue.stop({ graceMs: 0 })
  return findings
}

/** An hour between two runs of a configuration; every fiftieth failed. Of the newest there is a point. */
async function fill(catalog: Catalog, { repositories: { first: repository } }: SystemParts): Promise<void> {
  await sql`insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, due_at, state, requested_by, created_at, started_at, finished_at, stats)
    select gen_random_uuid(), c.tenant_id, c.id, c.name, c.name, 'INCREMENTAL', 'SCHEDULED', at, case when i % 50 = 0 then 'FAILED' else 'COMPLETED' end, 'system', at, at, at + interval '1 minute' + random() * interval '10 seconds',
      '{"filesNew":1,"filesChanged":2,"filesUnmodified":3,"bytesProcessed":4,"bytesAdded":5,"bytesStored":6}'
    from generate_series(1, ${RUNS_OF_EACH}::integer) i, lateral (select now() - i * interval '1 hour' as at) times, neonpro_backup.configs c`.execute(
    catalog.db,
  )
  await sql`insert into neonpro_backup.recovery_points (id, tenant_id, repository_id, snapshot, run_id, config_id, source, created_at, counts_at, type, is_complete, bytes, bytes_added)
    select gen_random_uuid(), tenant_id, ${repository.rowId}, id::text, id, config_id, source, finished_at, finished_at, 'INCREMENTAL', true, 4, 5
    from neonpro_backup.runs where state = 'COMPLETED' and created_at > now() - ${POINTS_OF_EACH}::integer * interval '1 hour'`.execute(
    catalog.db,
  )
  await catalog.queue.executeSql('vacuum analyze')
}

async function plans(parts: SystemParts): Promise<Finding> {
  const texts = [await listPlan(parts, {}), await listPlan(parts, { status: 'FAILED' })]
  return {
    what: 'the first page is read from an index',
    measured: texts.every((text) => text.includes('Index')) ? 'Index Scan' : 'no index',
    bar: 'EXPLAIN names no Seq Scan',
    holds: texts.every((text) => !text.includes('Seq Scan on runs')),
  }
}
