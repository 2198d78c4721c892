// Goal: the list of runs, the status, the figures of a month and a scheduler's beat cost by what they show or start,
// not by how many runs and due times there have been. Method: PostgreSQL with 1,000 configurations and many runs (a
// million with NEONPRO_TEST_LONG=1). The services run as they are; afterwards the server's own statistics say whether
// any statement of theirs read a big table from end to end. For the list and the figures, EXPLAIN names the index.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Catalog, DEFAULT_TENANT_ID, initExternalDatabase, openCatalog } from '../../src/catalog/index.ts'
import { metricsQuery } from '../../src/services/monitoring/backup-metrics.ts'
import { calculateMetrics } from '../../src/services/monitoring/index.ts'
import { configStatuses, schedulerStatus, tick } from '../../src/services/scheduling/index.ts'
import { listBackups, pageQuery } from '../../src/services/scheduling/list-backups.ts'
import { asAdmin, noServer, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import { testSettings } from '../harness/rows.ts'
import { schedulingParts } from '../harness/scheduling.ts'
import { until } from '../harness/until.ts'

const RUNS = process.env['NEONPRO_TEST_LONG'] === '1' ? 1_000_000 : 60_000
/** One a minute. */
const RUNS_A_DAY = 1440
const DUE = 10
const BIG = ['runs', 'due_times', 'run_attempts']

describe('with many runs on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  let url: string
  before(async () => {
    server = await temporaryPostgres()
    url = await server.newDatabase()
    await initExternalDatabase(url)
    const settings = JSON.stringify(testSettings({ schedule: { kind: 'EVERY', every: '1h' } })).replaceAll("'", "''")
    await asAdmin(
      url,
      `
      insert into neonpro_backup.tenants (id, name) values ('${DEFAULT_TENANT_ID}', 'default');
      insert into neonpro_backup.configs (id, tenant_id, name, kind, settings, created_by, created_at)
        select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 'config ' || n, 'FILES', '${settings}', 'test', now() - interval '10000 hours 30 minutes' from generate_series(1, 1000) n;
      create temporary table numbered as select id, row_number() over () as n from neonpro_backup.configs;
      insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, state, requested_by, created_at, started_at, finished_at, fence, attempts, stats)
        select gen_random_uuid(), '${DEFAULT_TENANT_ID}', id, 'config', 's', 'INCREMENTAL', 'SCHEDULED', case when r % 50 = 0 then 'FAILED' else 'COMPLETED' end, 'system', at, at, at + interval '1 minute', 1, 1, '{"files":1}'
        from generate_series(1, ${RUNS}) r join numbered on n = r % 1000 + 1 cross join lateral (select now() - r * interval '1 minute' as at) as times;
      insert into neonpro_backup.run_attempts (run_id, attempt, tenant_id, fence, worker_id, finished_at, outcome) select id, 1, tenant_id, 1, gen_random_uuid(), finished_at, 'COMPLETED' from neonpro_backup.runs;
      insert into neonpro_backup.due_times (config_id, due_at, tenant_id, state, late_at) select config_id, created_at, tenant_id, 'ENQUEUED', created_at + interval '10 minutes' from neonpro_backup.runs on conflict do nothing;
      insert into neonpro_backup.due_times (config_id, due_at, tenant_id, late_at)
        select id, at, '${DEFAULT_TENANT_ID}', at + interval '10 minutes' from numbered cross join lateral (select date_trunc('second', now()) + (case when n <= ${DUE} then -0.5 else n end) * interval '1 minute' as at) as times;`,
    )
    await asAdmin(url, 'vacuum analyze')
  })
  after(() => server[Symbol.asyncDispose]())

  /** Tables that `run` read from end to end. */
  async function readWhole(run: (catalog: Catalog) => Promise<void>): Promise<string[]> {
    const scans = async () =>
      new Map(
        (
          await asAdmin(
            url,
            `select relname, seq_scan from pg_stat_user_tables where relname = any (array['${BIG.join("','")}'])`,
          )
        ).map(({ relname, seq_scan }) => [String(relname), Number(seq_scan)]),
      )
    const before = await scans()
    {
      // Closing its connections makes each send its figures.
      await using catalog = await openCatalog({ url })
      await run(catalog)
    }
    await until(
      'its connections have ended',
      async () =>
        (await asAdmin(url, "select 1 from pg_stat_activity where application_name = 'neonpro-backup'")).length === 0,
    )
    const now = await scans()
    return BIG.filter((table) => now.get(table) !== before.get(table))
  }

  test('the figures notice a table that is read whole', async () => {
    assert.deepEqual(
      await readWhole(async (catalog) => {
        await catalog.db.selectFrom('runs').select('id').where('snapshot', '=', 'none').execute()
      }),
      ['runs'],
    )
  })

  test('pages of the list and the status read no big table whole', async () => {
    const whole = await readWhole(async (catalog) => {
      const parts = await schedulingParts(catalog)
      await using _queue = parts.queue
      const {
        items: [newest],
        total,
      } = await listBackups(parts)
      assert.equal(total, RUNS)
      await listBackups(parts, { configId: newest!.configId })
      await listBackups(parts, { status: 'FAILED' })
      await listBackups(parts, { type: 'INCREMENTAL' }, { page: 3, limit: 50 })
      await schedulerStatus(parts)
      assert.equal((await configStatuses(parts)).length, 1000)
    })
    assert.deepEqual(whole, [])
  })

  test('each first page comes out of an index in its order', async () => {
    await using catalog = await openCatalog({ url })
    const { id } = await catalog.db.selectFrom('configs').select('id').limit(1).executeTakeFirstOrThrow()
    const plan = async (chosen: Parameters<typeof pageQuery>[2]['chosen']) =>
      JSON.stringify(await pageQuery(catalog.db, DEFAULT_TENANT_ID, { chosen, page: 1, limit: 20 }).explain('json'))
    for (const [chosen, index] of [
      [{}, 'runs_newest'],
      [{ configId: id }, 'runs_of_config'],
      [{ state: 'FAILED' }, 'runs_state'],
      [{ type: 'INCREMENTAL' }, 'runs_type|runs_newest'],
    ] as const) {
      const text = await plan(chosen)
      assert.match(text, new RegExp(`"Index Name":"(${index})"`), text)
      assert.doesNotMatch(text, /Seq Scan/)
    }
  })

  test('figures of a month, a week and a day read no big table whole', async () => {
    const [newest] = await asAdmin(url, 'select max(finished_at) as at from neonpro_backup.runs')
    const atMs = (newest!['at'] as Date).getTime()
    const whole = await readWhole(async (catalog) => {
      const parts = await schedulingParts(catalog)
      await using _queue = parts.queue
      for (const [period, days] of [
        ['30d', 30],
        ['7d', 7],
        ['24h', 1],
      ] as const)
        assert.equal((await calculateMetrics(parts, period, { atMs })).total, days * RUNS_A_DAY)
    })
    assert.deepEqual(whole, [])
  })

  test('of a month, only the runs on its edges and the longest are read, each by its index', async () => {
    await using catalog = await openCatalog({ url })
    const toMs = Date.now()
    const text = JSON.stringify(
      await metricsQuery(catalog.db, DEFAULT_TENANT_ID, { fromMs: toMs - 30 * 86_400_000, toMs }).explain('json'),
    )
    const used = [...text.matchAll(/"Index Name":"(runs_\w+)"/g)].map(([, name]) => name).sort()
    assert.deepEqual(used, ['runs_counted', 'runs_counted', 'runs_longest'], text)
  })

  test('a beat finds what is due by its index', async () => {
    const whole = await readWhole(async (catalog) => {
      const parts = await schedulingParts(catalog)
      await using _queue = parts.queue
      const { started } = await tick(parts, Date.now())
      assert.equal(started.length, DUE)
      assert.equal((await tick(parts, Date.now())).started.length, 0)
    })
    assert.deepEqual(whole, [])
  })
})
