// Goal: whoever follows runs is told each change once, in an order that nothing is lost by, whatever transactions are
// open; where he can't go on from where he stopped he is told so. Method: a real PostgreSQL, its transactions held open
// by hand.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import type { RunEventView } from '../../src/contracts/system/index.ts'
import { dropOldEvents, followRuns } from '../../src/services/scheduling/follow-runs.ts'
import { asAdmin, noServer, postgresCatalog, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import { failsWith } from '../harness/refusal.ts'
import { addConfig, addRun } from '../harness/rows.ts'
import { testSystem } from '../harness/system.ts'
import { until } from '../harness/until.ts'

async function first(events: AsyncGenerator<RunEventView>, count: number): Promise<RunEventView[]> {
  const told: RunEventView[] = []
  for await (const event of events) if (event.kind === 'STATE' && told.push(event) === count) break
  return told
}

describe('events of runs on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())

  test('a transaction that ends late is told before what came after it; another application keeps nobody waiting', async () => {
    await using catalog = await postgresCatalog(server)
    await using system = await testSystem({ catalog })
    const { parts } = system
    // Of two configurations: what is counted of one keeps the other's from being counted.
    const pending = async () => addRun(parts, await addConfig(parts), { state: 'PENDING', at: Date.now() })
    const [slow, quick] = [await pending(), await pending()]
    const other = new pg.Client({ connectionString: server.adminUrl })
    const writer = new pg.Client({ connectionString: parts.catalog.location })
    await Promise.all([other.connect(), writer.connect()])
    // It has a number of its own, and never ends.
    await other.query('begin; select pg_current_xact_id()')
    const told = first(await followRuns(parts, {}), 2)
    await writer.query('begin')
    await writer.query("update neonpro_backup.runs set state = 'RUNNING' where id = $1", [slow])
    await catalog.db.updateTable('runs').set({ state: 'RUNNING' }).where('id', '=', quick).execute()
    let isOpen = true
    const isTold = told.then(() => assert.equal(isOpen, false, 'what came before it was still open'))
    await until('the follower waits for the writer', async () => {
      const [row] = await asAdmin(
        server.adminUrl,
        "select count(*)::int as looks from pg_stat_activity where query like '%pg_locks%' and query not like '%looks%'",
      )
      return Number(row!['looks']) > 0
    })
    isOpen = false
    await writer.query('commit')
    await isTold
    assert.deepEqual(
      (await told).map(({ run, state }) => [run.id, state]),
      [
        [slow, 'RUNNING'],
        [quick, 'RUNNING'],
      ],
    )
    // From the first one on, the other is told once more; from what never was, nothing.
    const again = await first(await followRuns(parts, { after: (await told)[0]!.id! }), 1)
    assert.equal(again[0]!.run.id, quick)
    await assert.rejects(followRuns(parts, { after: `${(await told)[0]!.id}1` }), failsWith('CONFIG_INVALID'))
    await catalog.db
      .updateTable('run_events')
      .set({ at: new Date(Date.now() - 31 * 86_400_000) })
      .execute()
    await dropOldEvents(parts)
    await assert.rejects(followRuns(parts, { after: (await told)[0]!.id! }), failsWith('CONFIG_INVALID'))
    await Promise.all([other.end(), writer.end()])
  })
})
