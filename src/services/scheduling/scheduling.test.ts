// Goal: due times become runs once, runs are carried out one at a time for a configuration, and whoever lost a run can
// not write to it. Method: the use cases against a real database and queue, embedded and PostgreSQL; moments are given,
// not waited for.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import {
  noServer,
  postgresCatalog,
  type TestServer,
  temporaryCatalog,
  temporaryPostgres,
} from '../../../test/harness/catalog.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { testSettings } from '../../../test/harness/rows.ts'
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
import { until } from '../../../test/harness/until.ts'
import type { Catalog } from '../../catalog/index.ts'
import { Priority, type RunView } from '../../contracts/system/index.ts'
import { openJobQueue, QUEUE_SCHEMA, scheduledRunId } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { silentLog } from '../../kernel/log.ts'
import type { SystemParts } from '../parts.ts'
import {
  type CarryOutRun,
  cancelRun,
  claimRun,
  configStatuses,
  endRunsOf,
  ensureDueTimes,
  failAttempt,
  finishRun,
  getRun,
  heartbeatRun,
  lateDueTimes,
  listBackups,
  listPlan,
  missedRuns,
  nextDueOf,
  registerWorker,
  releaseRun,
  requestRun,
  resumeRuns,
  schedulerAlive,
  schedulerStatus,
  startWorker,
  stopWorker,
  takeOverRuns,
  tick,
  type Worker,
  waitForRun,
} from './index.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function describeScheduling(make: () => Promise<Catalog>): void {
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
  const queued = async () =>
    (
      await catalog.queue.executeSql(
        `select data->>'subject' as subject from ${QUEUE_SCHEMA}.job where state < 'active' order by priority desc, created_on`,
      )
    ).rows.map((row) => (row as { subject: string }).subject)
  const other = (workerId = randomUUID()) => schedulingParts(catalog, { queue: parts.queue, workerId })
  const claimed = (runId: string, by = parts) => claimOf(by, runId)

  test('a due time becomes a run with a job and the next due time, once for several schedulers at once', async () => {
    const id = await config({ schedule: everyMinutes(60) })
    const [due] = await waiting(id)
    const results = await Promise.all(Array.from({ length: 4 }, () => tick(parts, due!)))
    assert.deepEqual(
      results.flatMap(({ started }) => started),
      [scheduledRunId(id, due!)],
    )
    assert.deepEqual(await dueTimes(id), [
      [due, 'ENQUEUED'],
      [due! + 60 * MINUTE, 'WAITING'],
    ])
    const [run, ...more] = await runs(id)
    assert.deepEqual(
      [more.length, run!.id, run!.state, run!.trigger, run!.dueAt, run!.attempts],
      [0, scheduledRunId(id, due!), 'PENDING', 'SCHEDULED', new Date(due!).toISOString(), 0],
    )
    assert.deepEqual(await queued(), [run!.id])
    assert.deepEqual(await tick(parts, due!), { started: [], missed: 0 })
  })

  // One statement for them all would hold more values than the protocol can count.
  test('25,000 due times that passed meanwhile are caught up in one beat', async () => {
    const ids: string[] = []
    for (let i = 0; i < 50; i += 1) ids.push(await config({ schedule: everyMinutes(1) }))
    const [due] = await waiting(ids.at(-1)!)
    const { started, missed } = await tick(parts, due! + 520 * MINUTE)
    assert.deepEqual([started.length, missed], [50, 25_000])
    assert.equal((await listBackups(parts, { status: 'MISSED' })).total, 25_000)
    assert.equal(
      await catalog.db
        .selectFrom('due_times')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('state', '=', 'MISSED')
        .executeTakeFirstOrThrow()
        .then(({ count }) => count),
      25_000,
    )
    for (const id of ids) assert.equal((await waiting(id)).length, 1)
  })

  test('what was missed while nothing ran is caught up once; the older due times are missed runs', async () => {
    const id = await config({ schedule: everyMinutes(60) })
    const [due] = await waiting(id)
    const { started, missed } = await tick(parts, due! + 150 * MINUTE)
    assert.deepEqual([started, missed], [[scheduledRunId(id, due! + 120 * MINUTE)], 2])
    assert.deepEqual(
      (await dueTimes(id)).map(([at, state]) => [(at - due!) / MINUTE, state]),
      [
        [0, 'MISSED'],
        [60, 'MISSED'],
        [120, 'ENQUEUED'],
        [180, 'WAITING'],
      ],
    )
    const found = (await runs(id))
      .map(({ state, trigger, dueAt }) => [state, trigger, (Date.parse(dueAt!) - due!) / MINUTE] as const)
      .sort((a, b) => a[2] - b[2])
    assert.deepEqual(found, [
      ['MISSED', 'SCHEDULED', 0],
      ['MISSED', 'SCHEDULED', 60],
      ['PENDING', 'CATCH_UP', 120],
    ])
    assert.equal((await missedRuns(parts, { sinceMs: 0 })).length, 2)
  })

  test('a due time that is a little late is no catch-up; one past its grace is', async () => {
    const [punctual, tardy] = [
      await config({ schedule: everyMinutes(60) }),
      await config({ schedule: everyMinutes(60) }),
    ]
    await tick(parts, (await waiting(punctual))[0]! + 14 * MINUTE)
    assert.equal((await runs(punctual))[0]!.trigger, 'SCHEDULED')
    await catalog.db.updateTable('due_times').set({ state: 'WAITING' }).where('config_id', '=', tardy).execute()
    await catalog.queue.executeSql('delete from neonpro_backup.runs')
    await tick(parts, (await waiting(tardy))[0]! + 16 * MINUTE)
    assert.equal((await runs(tardy))[0]!.trigger, 'CATCH_UP')
  })

  test('a run that has not begun when the next one is due is missed; one that runs is left alone, and no two run at once', async () => {
    const id = await config({ schedule: everyMinutes(60) })
    const [due] = await waiting(id)
    await tick(parts, due!)
    await tick(parts, due! + 60 * MINUTE)
    const states = async () =>
      Object.fromEntries((await runs(id)).map(({ state, dueAt }) => [(Date.parse(dueAt!) - due!) / MINUTE, state]))
    assert.deepEqual(await states(), { 0: 'MISSED', 60: 'PENDING' })
    assert.equal((await claimRun(parts, scheduledRunId(id, due!))).kind, 'GONE')
    const claim = await claimed(scheduledRunId(id, due! + 60 * MINUTE))
    await tick(parts, due! + 120 * MINUTE)
    assert.deepEqual(await states(), { 0: 'MISSED', 60: 'RUNNING', 120: 'PENDING' })
    const next = scheduledRunId(id, due! + 120 * MINUTE)
    assert.equal((await claimRun(parts, next)).kind, 'WAIT')
    await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job`)
    await finishRun(parts, claim, { state: 'COMPLETED' })
    assert.deepEqual(await queued(), [next])
    await claimed(next)
  })

  test('a disabled or removed configuration has no due times; a changed schedule replaces them; an unchanged one keeps an overdue one', async () => {
    const createdAt = new Date('2026-01-01T00:00:00Z')
    const id = await config({ schedule: everyMinutes(60), createdAt })
    const ensure = (enabled: boolean, schedule = everyMinutes(60)) =>
      catalog.transaction((tx) =>
        ensureDueTimes(tx, parts, { id, enabled, settings: testSettings({ schedule, timezone: 'UTC' }), createdAt }),
      )
    const [due] = await waiting(id)
    assert.equal(await ensure(true), due)
    await catalog.db
      .updateTable('due_times')
      .set({ due_at: new Date(due! - 300 * MINUTE) })
      .where('config_id', '=', id)
      .execute()
    assert.equal(await ensure(true), due! - 300 * MINUTE)
    await ensure(true, { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' })
    assert.equal(new Date((await waiting(id))[0]!).toISOString().slice(11, 16), '02:00')
    assert.equal(await ensure(false), Number.POSITIVE_INFINITY)
    assert.deepEqual(await waiting(id), [])
    assert.equal(await ensure(true), due)
  })

  test('one unreadable schedule does not stop the others', async () => {
    const [good, bad] = [await config({ schedule: everyMinutes(60) }), await config({ schedule: everyMinutes(60) })]
    await catalog.db
      .updateTable('configs')
      .set({ settings: JSON.stringify(testSettings({ schedule: everyMinutes(60), timezone: 'America/Atlantis' })) })
      .where('id', '=', bad)
      .execute()
    const { started } = await tick(parts, (await waiting(good))[0]! + MINUTE)
    assert.equal(started.length, 1)
    assert.deepEqual(await waiting(bad), [])
  })

  test("a run asked for by hand has a job in the same transaction and the configuration's priority", async () => {
    const [low, high] = [
      await config({ priority: Priority.LOW }),
      await config({ priority: Priority.CRITICAL, enabled: false }),
    ]
    const first = await requestRun(parts, { configId: low, by: 'ana' })
    const second = await requestRun(parts, { configId: high, by: 'ana' })
    assert.deepEqual(await queued(), [second, first])
    const run = await getRun(parts, first)
    assert.deepEqual([run.state, run.trigger, run.dueAt, run.type], ['PENDING', 'MANUAL', null, 'INCREMENTAL'])
    for (const configId of [randomUUID(), 'no id at all'])
      await assert.rejects(requestRun(parts, { configId, by: 'ana' }), failsWith('CONFIG_NOT_FOUND'))
    for (const runId of [randomUUID(), 'no id at all'])
      await assert.rejects(getRun(parts, runId), failsWith('RUN_NOT_FOUND'))
  })

  test("one of many claims wins; the claim carries the settings completed by the system's", async () => {
    const strict = await schedulingParts(catalog, {
      queue: parts.queue,
      defaults: { performance: { timeout: 60, retryAttempts: 7 } },
    })
    const id = await requestRun(parts, { configId: await config({ performance: { retryAttempts: 1 } }), by: 'ana' })
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => claimRun(strict, id)))
    assert.equal(outcomes.filter(({ kind }) => kind === 'CLAIMED').length, 1)
    const won = outcomes.find((outcome) => outcome.kind === 'CLAIMED')!
    assert.deepEqual(
      [won.claim.settings.performance, won.claim.fence, won.claim.attempt, won.claim.requestedBy],
      [{ timeout: 60, retryAttempts: 1 }, 1, 1, 'ana'],
    )
    assert.equal((await getRun(parts, id)).state, 'RUNNING')
  })

  test('a finished run keeps what it tells, in one transaction with what belongs to it', async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    const claim = await claimed(id)
    assert.deepEqual(
      await heartbeatRun(parts, claim, { progress: { percent: 40, filesDone: 4, bytesDone: 5, bytesAdded: 6 } }),
      { isCancelled: false },
    )
    assert.equal((await getRun(parts, id)).progress!.percent, 40)
    await assert.rejects(
      finishRun(
        parts,
        claim,
        { state: 'COMPLETED' },
        { within: () => Promise.reject(new Error('the point could not be written')) },
      ),
      /point/,
    )
    assert.equal((await getRun(parts, id)).state, 'RUNNING')
    const stats = { filesNew: 1, filesChanged: 2, filesUnmodified: 3, bytesProcessed: 4, bytesAdded: 5, bytesStored: 6 }
    let told: RunView | undefined
    const run = await finishRun(
      parts,
      claim,
      { state: 'PARTIAL', snapshot: 'abc', stats, skipped: [{ path: '/a', reason: 'EACCES' }] },
      {
        within: (_, seen) => {
          told = seen
          return Promise.resolve()
        },
      },
    )
    assert.deepEqual(
      [run.state, run.snapshot, run.stats, run.skipped, run.error],
      ['PARTIAL', 'abc', stats, [{ path: '/a', reason: 'EACCES' }], null],
    )
    assert.ok(run.durationMs !== null && run.durationMs >= 0)
    assert.deepEqual(told, run)
    await assert.rejects(finishRun(parts, claim, { state: 'FAILED' }), failsWith('STALE_WORKER'))
    assert.equal((await getRun(parts, id)).state, 'PARTIAL')
  })

  test('a worker that was taken over can not write to the run any more, whoever has it now', async () => {
    const lost = await other()
    await registerWorker(lost, { scheduler: false, worker: true })
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    const stale = await claimed(id, lost)
    if (catalog.kind === 'POSTGRES') assert.deepEqual(await takeOverRuns(parts), [])
    await catalog.db
      .updateTable('run_attempts')
      .set({ heartbeat_at: new Date(Date.now() - 61_000) })
      .execute()
    assert.deepEqual(
      (await takeOverRuns(parts)).map((run) => [run.id, run.state, run.attempts]),
      [[id, 'PENDING', 1]],
    )
    const refused = async () => {
      await assert.rejects(heartbeatRun(lost, stale, {}), failsWith('STALE_WORKER'))
      await assert.rejects(
        heartbeatRun(lost, stale, { progress: { percent: 1, filesDone: 0, bytesDone: 0, bytesAdded: 0 } }),
        failsWith('STALE_WORKER'),
      )
      await assert.rejects(finishRun(lost, stale, { state: 'COMPLETED', snapshot: 'stale' }), failsWith('STALE_WORKER'))
      await assert.rejects(failAttempt(lost, stale, new Error('late')), failsWith('STALE_WORKER'))
      await assert.rejects(releaseRun(lost, stale), failsWith('STALE_WORKER'))
    }
    await refused()
    const fresh = await claimed(id)
    assert.deepEqual([fresh.fence, fresh.attempt], [2, 2])
    await refused()
    await finishRun(parts, fresh, { state: 'COMPLETED', snapshot: 'fresh' })
    await refused()
    assert.equal((await getRun(parts, id)).snapshot, 'fresh')
    const attempts = await catalog.db
      .selectFrom('run_attempts')
      .select(['attempt', 'outcome'])
      .orderBy('attempt')
      .execute()
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ['LOST', 'COMPLETED'],
    )
    const { duration_us } = await catalog.db
      .selectFrom('runs')
      .select('duration_us')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const days = await catalog.db
      .selectFrom('run_days')
      .select(['state', 'count', 'durations', 'duration_us'])
      .where('count', '<>', 0)
      .execute()
    assert.deepEqual(days, [{ state: 'COMPLETED', count: 1, durations: 1, duration_us }], 'summed once')
  })

  test('a worker that stopped in order loses what it still held at once', async () => {
    const left = await other()
    await registerWorker(left, { scheduler: true, worker: true })
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    await claimed(id, left)
    await stopWorker(left)
    assert.equal((await takeOverRuns(parts)).length, 1)
  })

  test('a run that loses one worker after the other is failed in the end, and told', async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    const told: string[] = []
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await claimed(id, await other())
      await catalog.db
        .updateTable('run_attempts')
        .set({ heartbeat_at: new Date(0) })
        .execute()
      await takeOverRuns(parts, { runFinished: (_, run) => Promise.resolve(void told.push(run.state)) })
    }
    const run = await getRun(parts, id)
    assert.deepEqual([run.state, run.error?.code, run.attempts, told], ['FAILED', 'WORKER_LOST', 10, ['FAILED']])
  })

  test('a transient error is tried again after the delay, as often as the configuration says; another one fails at once', async () => {
    const id = await requestRun(parts, {
      configId: await config({ performance: { retryAttempts: 1, retryDelay: 60_000 } }),
      by: 'ana',
    })
    const told: string[] = []
    const hooks = { runFinished: (_: SystemParts, run: RunView) => Promise.resolve(void told.push(run.state)) }
    const first = await claimed(id)
    await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job`)
    const again = await failAttempt(parts, first, new BackupError('STORAGE_UNAVAILABLE', 'away'), hooks)
    assert.deepEqual([again.state, again.error?.code, told], ['PENDING', 'STORAGE_UNAVAILABLE', []])
    const [job] = (
      await catalog.queue.executeSql(
        `select extract(epoch from start_after - created_on)::integer as delay from ${QUEUE_SCHEMA}.job where state = 'created' order by created_on desc limit 1`,
      )
    ).rows as Array<{ delay: number }>
    assert.ok(Math.abs(job!.delay - 60) <= 2, String(job!.delay))
    const over = await failAttempt(parts, await claimed(id), new BackupError('STORAGE_UNAVAILABLE', 'away'), hooks)
    assert.deepEqual([over.state, over.attempts, told], ['FAILED', 2, ['FAILED']])
    const bad = await requestRun(parts, { configId: await config(), by: 'ana' })
    assert.equal((await failAttempt(parts, await claimed(bad), new BackupError('KEY_WRONG', 'no'))).state, 'FAILED')
    const bug = await requestRun(parts, { configId: await config(), by: 'ana' })
    assert.equal(
      (await failAttempt(parts, await claimed(bug), new TypeError('x of undefined'))).error?.code,
      'INTERNAL',
    )
  })

  test('a delay that no calendar holds is cut: the run waits in the queue and does not fall', async () => {
    const configId = await config({ performance: { retryDelay: Number.MAX_SAFE_INTEGER } })
    const claim = await claimed(await requestRun(parts, { configId, by: 'ana' }))
    assert.equal((await failAttempt(parts, claim, new BackupError('STORAGE_UNAVAILABLE', 'away'))).state, 'PENDING')
  })

  test("what others want to do at a run's beginning and end can not keep it from either", async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    const broken = () => Promise.reject(new TypeError('a bug'))
    const outcome = await claimRun(parts, id, { runStarted: broken })
    assert.ok(outcome.kind === 'CLAIMED')
    assert.equal(
      (await failAttempt(parts, outcome.claim, new BackupError('KEY_WRONG', 'no'), { runFinished: broken })).state,
      'FAILED',
    )
    assert.equal((await getRun(parts, id)).attempts, 1)
  })

  test('a released run goes back without counting as a failure', async () => {
    const id = await requestRun(parts, { configId: await config({ performance: { retryAttempts: 0 } }), by: 'ana' })
    assert.equal((await releaseRun(parts, await claimed(id))).state, 'PENDING')
    assert.ok((await queued()).includes(id))
    assert.equal((await claimed(id)).attempt, 2)
  })

  test('cancelling ends what waits at once and asks what runs; what is over stays', async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    assert.equal((await cancelRun(parts, id)).state, 'CANCELLED')
    assert.equal((await claimRun(parts, id)).kind, 'GONE')
    assert.equal((await cancelRun(parts, id)).state, 'CANCELLED')
    const second = await requestRun(parts, { configId: await config(), by: 'ana' })
    const claim = await claimed(second)
    assert.equal((await cancelRun(parts, second)).state, 'RUNNING')
    assert.deepEqual(await heartbeatRun(parts, claim), { isCancelled: true })
    await assert.rejects(cancelRun(parts, randomUUID()), failsWith('RUN_NOT_FOUND'))
  })

  test('removing a configuration ends its runs and its due times', async () => {
    const id = await config({ schedule: everyMinutes(60) })
    const [running, pending] = [
      await requestRun(parts, { configId: id, by: 'ana' }),
      await requestRun(parts, { configId: id, by: 'ana' }),
    ]
    const claim = await claimed(running)
    await catalog.transaction(async (tx) => {
      await endRunsOf(tx, parts, id)
      await tx.updateTable('configs').set({ removed_at: new Date() }).where('id', '=', id).execute()
    })
    assert.deepEqual(await waiting(id), [])
    assert.equal((await getRun(parts, pending)).state, 'CANCELLED')
    assert.deepEqual(await heartbeatRun(parts, claim), { isCancelled: true })
    await assert.rejects(requestRun(parts, { configId: id, by: 'ana' }), failsWith('CONFIG_NOT_FOUND'))
  })

  test('a pending run whose job has vanished gets one again, and only one', async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    await resumeRuns(parts, { afterMs: 0 })
    assert.deepEqual(await queued(), [id])
    await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job`)
    await resumeRuns(parts)
    assert.deepEqual(await queued(), [])
    await resumeRuns(parts, { afterMs: 0 })
    assert.deepEqual(await queued(), [id])
  })

  test('late is what has not begun when its grace is over', async () => {
    const createdAt = new Date('2026-01-01T00:00:00Z')
    const [idle, busy] = [
      await config({ schedule: everyMinutes(60), name: 'idle', createdAt }),
      await config({ schedule: everyMinutes(60), name: 'busy', createdAt }),
    ]
    const due = (await waiting(idle))[0]!
    await catalog.db
      .updateTable('due_times')
      .set({ due_at: new Date(due + 1) })
      .where('config_id', '=', idle)
      .execute()
    await tick(parts, due)
    assert.deepEqual(await lateDueTimes(parts, due + 14 * MINUTE), [])
    const late = (await lateDueTimes(parts, due + 16 * MINUTE))
      .map(({ configName, runId }) => [configName, runId] as const)
      .sort()
    assert.deepEqual(late, [
      ['busy', scheduledRunId(busy, due)],
      ['idle', null],
    ])
    await claimed(scheduledRunId(busy, due))
    assert.deepEqual(
      (await lateDueTimes(parts, due + 16 * MINUTE)).map(({ configName }) => configName),
      ['idle'],
    )
  })

  test('the list is filtered, ordered, counted and cut into pages', async () => {
    const [first, second] = [await config(), await config()]
    const at = (minutes: number) => new Date(Date.parse('2026-05-01T00:00:00Z') + minutes * MINUTE)
    const row = (configId: string, minutes: number, state: string) => ({
      id: randomUUID(),
      tenant_id: parts.tenantId,
      config_id: configId,
      config_name: 'c',
      source: 'c',
      type: minutes % 2 ? 'FULL' : 'INCREMENTAL',
      trigger: 'MANUAL',
      state,
      requested_by: 'ana',
      created_at: at(minutes),
    })
    const all = [
      ...Array.from({ length: 7 }, (_, i) => row(first, i, 'COMPLETED')),
      ...Array.from({ length: 4 }, (_, i) => row(second, 10 + i, i === 0 ? 'FAILED' : 'COMPLETED')),
    ]
    await catalog.db.insertInto('runs').values(all).execute()
    const newest: string[] = all.toReversed().map(({ id }) => id)
    const page = async (...args: Parameters<typeof listBackups> extends [unknown, ...infer Rest] ? Rest : never) => {
      const { items, total } = await listBackups(parts, ...args)
      return [items.map(({ id }) => newest.indexOf(id)), total]
    }
    assert.deepEqual(await page({}, { limit: 3 }), [[0, 1, 2], 11])
    assert.deepEqual(await page({}, { limit: 4, page: 3 }), [[8, 9, 10], 11])
    assert.deepEqual(await page({}, { limit: 4, page: 9 }), [[], 11])
    assert.deepEqual(await page({ configId: second }), [[0, 1, 2, 3], 4])
    assert.deepEqual(await page({ status: 'FAILED' }), [[3], 1])
    assert.deepEqual(await page({ type: 'FULL', configId: first }), [[5, 7, 9], 3])
    assert.deepEqual(await page({ from: at(2).toISOString(), to: at(4).toISOString() }), [[6, 7, 8], 3])
    assert.deepEqual(await page({ configId: 'nobody' }), [[], 0])
    await catalog.db.updateTable('runs').set({ state: 'FAILED' }).where('config_id', '=', second).execute()
    await catalog.db.deleteFrom('runs').where('id', '=', all[0]!.id).execute()
    assert.deepEqual(await page({ status: 'FAILED' }), [[0, 1, 2, 3], 4])
    assert.deepEqual(await page({ status: 'COMPLETED' }, { limit: 1 }), [[4], 6])
    for (const filters of [{ status: 'DONE' }, { type: 'BIG' }, { from: 'yesterday' }])
      await assert.rejects(listBackups(parts, filters), failsWith('CONFIG_INVALID'))
  })

  test('the scheduler is alive while a process with that role beats', async () => {
    assert.equal(await schedulerAlive(parts), false)
    await registerWorker(parts, { scheduler: false, worker: true })
    assert.equal(await schedulerAlive(parts), false)
    await registerWorker(parts, { scheduler: true, worker: true })
    assert.equal(await schedulerAlive(parts), true)
    assert.deepEqual(
      (await schedulerStatus(parts)).workers.map(({ pid, role }) => [pid, role]),
      [[process.pid, 'scheduler,worker']],
    )
    await catalog.db
      .updateTable('workers')
      .set({ heartbeat_at: new Date(Date.now() - 61_000) })
      .execute()
    assert.equal(await schedulerAlive(parts), false)
    await registerWorker(parts, { scheduler: true, worker: true })
    await stopWorker(parts)
    assert.equal(await schedulerAlive(parts), false)
  })

  test('the status tells when each configuration runs next, in its zone, how its newest run ended and when the last good one was', async () => {
    const id = await config({
      name: 'clinic',
      schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
      timezone: 'America/Sao_Paulo',
    })
    await config({ name: 'by hand' })
    const good = await finishRun(parts, await claimed(await requestRun(parts, { configId: id, by: 'ana' })), {
      state: 'COMPLETED',
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await finishRun(parts, await claimed(await requestRun(parts, { configId: id, by: 'ana' })), { state: 'FAILED' })
    const [byHand, clinic] = await configStatuses(parts)
    assert.deepEqual(
      [byHand!.name, byHand!.nextRunLocal, byHand!.lastRun, byHand!.lastGoodAt],
      ['by hand', null, null, null],
    )
    assert.match(clinic!.nextRunLocal!, /T02:00:00-03:00$/)
    assert.deepEqual([clinic!.lastRun!.state, clinic!.lastGoodAt], ['FAILED', good.finishedAt])
    const { next } = await schedulerStatus(parts)
    assert.deepEqual(
      next.map(({ configName, dueLocal }) => [configName, dueLocal]),
      [['clinic', clinic!.nextRunLocal]],
    )
    assert.deepEqual([...(await nextDueOf(parts, [id])).keys()], [id])
  })

  describe('a worker', () => {
    const atWork: Worker[] = []
    afterEach(async () => {
      for (const worker of atWork.splice(0)) await worker.stop({ graceMs: 2_000 })
    })
    const work = async (carryOutRun: CarryOutRun, options: { readonly defaults?: SystemParts['defaults'] } = {}) => {
      const queue = await openJobQueue(catalog, { log: silentLog, isWorker: true })
      const own = await schedulingParts(catalog, { queue, ...options })
      const told: string[] = []
      const hook = (_: SystemParts, run: RunView) => Promise.resolve(void told.push(run.state))
      const worker = await startWorker(own, {
        roles: { scheduler: true, worker: true },
        carryOutRun,
        carryOutRecovery: () => Promise.resolve(),
        runStarted: hook,
        runFinished: hook,
        heartbeatMs: 50,
      })
      atWork.push(worker)
      return { own, told, stop: () => atWork.pop()!.stop({ graceMs: 2_000 }) }
    }
    const stopped = (signal: AbortSignal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new BackupError('ABORTED', 'stopped'))),
      )
    const completes: CarryOutRun = (own, claim) => finishRun(own, claim, { state: 'COMPLETED' })

    test('carries out what is asked for and what falls due', async () => {
      const at = await work(completes)
      const byHand = await requestRun(at.own, { configId: await planConfig(at.own), by: 'ana' })
      const id = await planConfig(at.own, { schedule: everyMinutes(60), dueAt: new Date(Date.now() - 1_000) })
      assert.equal((await waitForRun(at.own, byHand)).state, 'COMPLETED')
      await until('what fell due is done', async () => (await runs(id))[0]?.state === 'COMPLETED')
      assert.equal(at.told.length, 2)
      await at.stop()
      assert.equal(await schedulerAlive(parts), false)
    })

    test('never runs two of one configuration at once, and no more at once than it may', async () => {
      const running = new Map<string, number>()
      let most = 0
      const at = await work(
        async (own, claim) => {
          running.set(claim.configId, (running.get(claim.configId) ?? 0) + 1)
          assert.equal(running.get(claim.configId), 1)
          most = Math.max(
            most,
            [...running.values()].reduce((sum, count) => sum + count, 0),
          )
          // Those that begin are held until as many are at it as may be; a moment more shows one too many.
          await until('three run at once', () => most >= 3)
          await new Promise((resolve) => setTimeout(resolve, 40))
          running.set(claim.configId, 0)
          await finishRun(own, claim, { state: 'COMPLETED' })
        },
        { defaults: { performance: { maxConcurrentBackups: 3 } } },
      )
      const configs = await Promise.all(Array.from({ length: 4 }, () => planConfig(at.own)))
      const ids = await Promise.all(
        [...configs, ...configs, ...configs].map((configId) => requestRun(at.own, { configId, by: 'ana' })),
      )
      const ended = await Promise.all(ids.map((id) => waitForRun(at.own, id)))
      assert.deepEqual([new Set(ended.map(({ state }) => state)), most], [new Set(['COMPLETED']), 3])
    })

    test('stops a run that is cancelled, one that takes too long, and fails one that comes back without an end', async () => {
      const at = await work((_, claim, { signal }) =>
        claim.configName === 'open end' ? Promise.resolve() : stopped(signal),
      )
      const cancelled = await requestRun(at.own, { configId: await planConfig(at.own), by: 'ana' })
      await until('it runs', async () => (await getRun(at.own, cancelled)).state === 'RUNNING')
      await cancelRun(parts, cancelled)
      assert.equal((await waitForRun(at.own, cancelled)).state, 'CANCELLED')
      const slow = await waitForRun(
        at.own,
        await requestRun(at.own, { configId: await planConfig(at.own, { performance: { timeout: 1 } }), by: 'ana' }),
      )
      assert.deepEqual([slow.state, slow.error?.code, slow.attempts], ['FAILED', 'BACKUP_TIMEOUT', 1])
      const open = await waitForRun(
        at.own,
        await requestRun(at.own, { configId: await planConfig(at.own, { name: 'open end' }), by: 'ana' }),
      )
      assert.deepEqual([open.state, open.error?.code], ['FAILED', 'INTERNAL'])
      await until('all is told', () => at.told.length >= 6)
      assert.deepEqual(at.told, ['RUNNING', 'CANCELLED', 'RUNNING', 'FAILED', 'RUNNING', 'FAILED'])
    })

    test('that stops has its run checkpoint and go on at the next start', async () => {
      const first = await work((_, __, { signal }) => stopped(signal))
      const id = await requestRun(first.own, { configId: await planConfig(first.own), by: 'ana' })
      await until('it runs', async () => (await getRun(parts, id)).state === 'RUNNING')
      await first.stop()
      assert.equal((await getRun(parts, id)).state, 'PENDING')
      const second = await work(completes)
      const run = await waitForRun(second.own, id)
      assert.deepEqual([run.state, run.attempts], ['COMPLETED', 2])
    })

    test('tries a transient failure again by itself', async () => {
      let tries = 0
      const at = await work(async (own, claim) => {
        tries += 1
        if (tries < 3) throw new BackupError('STORAGE_FAILED', 'away')
        await finishRun(own, claim, { state: 'COMPLETED' })
      })
      const run = await waitForRun(
        at.own,
        await requestRun(at.own, {
          configId: await planConfig(at.own, { performance: { retryDelay: 0 } }),
          by: 'ana',
        }),
      )
      assert.deepEqual([run.state, run.attempts, run.error], ['COMPLETED', 3, null])
    })
  })

  test('the wait for a run ends with its signal and leaves the run alone', async () => {
    const id = await requestRun(parts, { configId: await config(), by: 'ana' })
    const stop = new AbortController()
    const waitingFor = assert.rejects(waitForRun(parts, id, { signal: stop.signal }), failsWith('ABORTED'))
    stop.abort()
    await waitingFor
    assert.equal((await getRun(parts, id)).state, 'PENDING')
  })

  test('a year of minutes that nobody ran is written down briefly', async () => {
    const id = await config({ schedule: { kind: 'CRON', cron: '* * * * *' } })
    const [due] = await waiting(id)
    const { started, missed } = await tick(parts, due! + 365 * DAY)
    assert.deepEqual([started.length, missed <= 501], [1, true])
    assert.deepEqual((await waiting(id))[0], due! + 365 * DAY + MINUTE)
  })
}

describe('scheduling on the embedded database', () => describeScheduling(temporaryCatalog))

describe('scheduling on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())
  describeScheduling(() => postgresCatalog(server))

  test('the first page of the list is read from an index, whatever it is filtered by', async () => {
    await using catalog = await postgresCatalog(server)
    const parts = await schedulingParts(catalog)
    const configId = await planConfig(parts)
    await planConfig(parts)
    await catalog.queue.executeSql(`insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, state, requested_by, created_at)
      select gen_random_uuid(), c.tenant_id, c.id, c.name, c.name, 'INCREMENTAL', 'MANUAL', case when i % 50 = 0 then 'FAILED' else 'COMPLETED' end, 'system', now() - i * interval '1 minute'
      from generate_series(1, 5000) i, neonpro_backup.configs c; analyze neonpro_backup.runs`)
    for (const filters of [{}, { configId }, { status: 'FAILED' }, { type: 'INCREMENTAL' }]) {
      const plan = await listPlan(parts, filters)
      assert.match(plan, /Index (Only )?Scan using runs_/)
      assert.doesNotMatch(plan, /Seq Scan on runs/)
    }
    assert.equal((await listBackups(parts, { status: 'FAILED' })).total, 200)
    await parts.queue.stop({ graceMs: 0 })
  })
})
