// Goal: a clock that was wrong, ahead or behind, neither keeps a configuration from its next run nor changes what has
// been. Method: the use cases against a real database and queue, embedded and PostgreSQL; moments are given.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  noServer,
  postgresCatalog,
  type TestServer,
  temporaryCatalog,
  temporaryPostgres,
} from '../../../test/harness/catalog.ts'
import {
  claimOf,
  clearScheduling,
  dueTimesOf,
  everyMinutes,
  type PlannedConfig,
  planConfig,
  runsOf,
  schedulingParts,
  waitingOf,
} from '../../../test/harness/scheduling.ts'
import type { Catalog } from '../../catalog/index.ts'
import type { ConfigSettings } from '../../contracts/system/index.ts'
import { QUEUE_SCHEMA, scheduledRunId } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import {
  ensureDueTimes,
  failAttempt,
  getRun,
  heartbeatRun,
  replanDueTimes,
  requestRun,
  takeOverRuns,
  tick,
} from './index.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function describeReplanning(make: () => Promise<Catalog>): void {
  let catalog: Catalog
  let parts: SystemParts
  before(async () => {
    catalog = await make()
    parts = await schedulingParts(catalog)
  })
  after(async () => {
    await parts.queue.stop({ graceMs: 0 })
    await catalog[Symbol.asyncDispose]()
  })
  beforeEach(() => clearScheduling(catalog))

  const config = (options: PlannedConfig = {}) => planConfig(parts, options)
  const dueTimes = (configId: string) => dueTimesOf(parts, configId)
  const waiting = (configId: string) => waitingOf(parts, configId)
  const runs = (configId: string) => runsOf(parts, configId)
  const claimed = (runId: string, by = parts) => claimOf(by, runId)

  test('a clock that was 400 days ahead for a while leaves every configuration with its next due time', async () => {
    const [daily, other, disabled] = [
      await config({ schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' }, timezone: 'UTC' }),
      await config({ schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '03:00' }, timezone: 'UTC' }),
      await config({ schedule: everyMinutes(60), enabled: false }),
    ]
    const now = Date.now()
    const [due] = await waiting(daily)
    await tick(parts, now + 400 * DAY)
    assert.ok((await waiting(daily))[0]! > now + 399 * DAY, 'it would wait for a year')
    await catalog.db
      .updateTable('runs')
      .set({ created_at: new Date(now + 400 * DAY) })
      .execute()
    assert.deepEqual(new Set((await replanDueTimes(parts, { atMs: now })).configs), new Set([daily, other]))
    assert.deepEqual([await waiting(daily), (await waiting(other)).length, await waiting(disabled)], [[due], 1, []])
    assert.deepEqual((await replanDueTimes(parts, { atMs: now })).configs, [])
    const { created } = await catalog.db
      .selectFrom('runs')
      .select(({ fn }) => fn.max('created_at').as('created'))
      .executeTakeFirstOrThrow()
    assert.ok(created!.getTime() <= now + MINUTE, 'no run is newer than now')
    const { started } = await tick(parts, due!)
    assert.ok(started.includes(scheduledRunId(daily, due!)))
    assert.equal((await getRun(parts, scheduledRunId(daily, due!))).state, 'PENDING')
  })

  test('saved again, or disabled and enabled, a configuration has a due time, whatever a wrong clock has used up', async () => {
    const id = await config({ schedule: everyMinutes(60) })
    const [due] = await waiting(id)
    await tick(parts, due! + 100 * DAY)
    const row = await catalog.db.selectFrom('configs').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const asked = { id, settings: row.settings as ConfigSettings, createdAt: row.created_at }
    const ensure = (enabled: boolean) => catalog.transaction((tx) => ensureDueTimes(tx, parts, { ...asked, enabled }))
    await ensure(false)
    assert.deepEqual(await waiting(id), [])
    await ensure(true)
    assert.deepEqual(await waiting(id), [due])
    // The one that ran under the wrong clock keeps its run: the next one waits in its place.
    await catalog.db
      .updateTable('due_times')
      .set({ state: 'ENQUEUED' })
      .where('config_id', '=', id)
      .where('due_at', '=', new Date(due!))
      .execute()
    await replanDueTimes(parts)
    assert.deepEqual(await waiting(id), [due! + 60 * MINUTE])
    await ensure(false)
    assert.equal(await ensure(true), due! + 60 * MINUTE, 'told is the moment that waits')
  })

  test('a clock that is behind touches no history, and what it planned long ago is no year of missed runs', async () => {
    const schedule = { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' } as const
    const id = await config({ schedule, createdAt: new Date(Date.now() - 30 * DAY) })
    const [due] = await waiting(id)
    await tick(parts, due!)
    for (const days of [1, 2, 3])
      await catalog.db
        .updateTable('runs')
        .set({ created_at: new Date(Date.now() + days * DAY) })
        .where('id', '=', await requestRun(parts, { configId: id, by: 'ana' }))
        .execute()
    const times = async () => (await runs(id)).map((run) => [run.id, run.createdAt])
    const before = await times()
    await replanDueTimes(parts, { atMs: Date.parse('2000-01-01'), isClockDoubted: true })
    assert.deepEqual([await times(), new Date((await waiting(id))[0]!).getUTCFullYear()], [before, 2000])
    const { length } = await dueTimes(id)
    const later = due! + 30 * MINUTE
    assert.deepEqual(await tick(parts, later), { started: [], missed: 0 })
    assert.deepEqual([await waiting(id), (await dueTimes(id)).length], [[due! + DAY], length])
    await replanDueTimes(parts)
    const after = await times()
    assert.deepEqual(
      after.map(([run]) => run),
      before.map(([run]) => run),
      'the newest stays the newest',
    )
    assert.ok(after.every(([, at]) => Date.parse(at!) <= Date.now() + MINUTE))
  })

  test("a worker whose clock is behind the database's leaves every sign of life as it is", async () => {
    const claim = await claimed(await requestRun(parts, { configId: await config(), by: 'ana' }))
    await heartbeatRun(parts, claim)
    await replanDueTimes(parts, { atMs: Date.now() - 5 * MINUTE })
    assert.deepEqual(await takeOverRuns(parts), [])
    assert.equal((await getRun(parts, claim.runId)).state, 'RUNNING')
  })

  test('what a clock ahead has put off goes on, and what its configuration puts off for days waits', async () => {
    const put = async (options: PlannedConfig) => {
      const claim = await claimed(await requestRun(parts, { configId: await config(options), by: 'ana' }))
      await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job where singleton_key = '${claim.runId}'`)
      await failAttempt(parts, claim, new BackupError('STORAGE_UNAVAILABLE', 'away'))
      return claim.runId
    }
    const delayed = await put({ performance: { retryDelay: 10 * DAY } })
    const usual = await put({})
    await catalog.queue.executeSql(
      `update ${QUEUE_SCHEMA}.job set start_after = now() + interval '40 hours' where singleton_key = '${usual}'`,
    )
    const notice = { id: randomUUID(), tenant_id: parts.tenantId, channel: 'mail', event: '{}', idempotency_key: 'k' }
    await catalog.db
      .insertInto('outbox')
      .values({ ...notice, next_at: new Date(Date.now() + 40 * 60 * MINUTE), created_at: new Date() })
      .execute()
    await replanDueTimes(parts)
    const jobs = (
      await catalog.queue.executeSql(
        `select singleton_key as id, start_after > now() + interval '9 days' as waits, start_after <= now() as goes from ${QUEUE_SCHEMA}.job`,
      )
    ).rows as Array<{ id: string; waits: boolean; goes: boolean }>
    assert.deepEqual(
      jobs.filter(({ waits }) => waits).map(({ id }) => id),
      [delayed],
    )
    assert.deepEqual(
      jobs.filter(({ goes }) => goes).map(({ id }) => id),
      [usual],
    )
    const { next_at } = await catalog.db.selectFrom('outbox').select('next_at').executeTakeFirstOrThrow()
    await catalog.db.deleteFrom('outbox').execute()
    assert.ok(next_at.getTime() <= Date.now())
  })
}

describe('replanning on the embedded database', () => describeReplanning(temporaryCatalog))

describe('replanning on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())
  describeReplanning(() => postgresCatalog(server))
})
