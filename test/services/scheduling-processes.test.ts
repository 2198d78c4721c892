// Goal: whatever happens to the processes, every due time becomes one run, and every run ends once. Method: real
// processes over one PostgreSQL, or one after the other over an embedded database; one is killed, one frozen until it
// was taken over and then woken; schedulers are killed at random moments of their beats.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Catalog, initExternalDatabase, openCatalog } from '../../src/catalog/index.ts'
import { openJobQueue, QUEUE_SCHEMA } from '../../src/jobs/index.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { finishRun, requestRun, startWorker, waitForRun } from '../../src/services/scheduling/index.ts'
import { directoryCatalog, noServer, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import { everyMinutes, planConfig, schedulingParts } from '../harness/scheduling.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const HOUR = 3_600_000
const isLong = process.env['NEONPRO_TEST_LONG'] === '1'
const random = seededRandom(testSeed())
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
}

function begin(mode: string, at: string): Child {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'scheduling-child.ts'), mode, at], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop()!
    lines.push(...parts)
  })
  return { process: child, lines }
}

async function kill({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** A run that the child has begun and not ended. */
const underWay = ({ lines }: Child) =>
  lines
    .filter((line) => line.startsWith('begin '))
    .map((line) => line.slice(6))
    .find((id) => !lines.includes(`end ${id}`))

describe('several processes over one PostgreSQL', { skip: noServer() }, () => {
  let server: TestServer
  let url: string
  let catalog: Catalog
  before(async () => {
    server = await temporaryPostgres()
    url = await server.newDatabase()
    await initExternalDatabase(url)
    catalog = await openCatalog({ url })
  })
  after(async () => {
    await catalog[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test('with one killed and one frozen, taken over and woken, every due run ends exactly once', async () => {
    await catalog.queue.executeSql(
      'create schema effects; create table effects.effects (run_id uuid, fence bigint, pid integer)',
    )
    const parts = await schedulingParts(catalog)
    const count = 24
    const ids: string[] = []
    for (let i = 0; i < count; i += 1)
      ids.push(await planConfig(parts, { schedule: everyMinutes(1440), dueAt: new Date(Date.now() + i * 250) }))
    // These two keep what they have begun; the third comes when each has something in hand.
    const [victim, sleeper] = [begin('hold', url), begin('hold', url)]
    const others: Child[] = []
    try {
      await until(
        'the victim and the sleeper have begun runs',
        () => underWay(victim) !== undefined && underWay(sleeper) !== undefined,
      )
      others.push(begin('work', url), begin('work', url))
      await kill(victim)
      const frozen = underWay(sleeper)!
      sleeper.process.kill('SIGSTOP')
      const state = async (id: string) =>
        (await catalog.db.selectFrom('runs').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state
      await until('another has finished the frozen run', async () => (await state(frozen)) === 'COMPLETED')
      sleeper.process.stdin!.write('go on\n')
      sleeper.process.kill('SIGCONT')
      await until('the sleeper was refused', () => sleeper.lines.includes(`STALE_WORKER ${frozen}`))
      await until('all runs are over', async () => {
        // One look: between two the last one may come.
        const states = await catalog.db.selectFrom('runs').select('state').execute()
        return states.length >= count && states.every((each) => !['PENDING', 'RUNNING'].includes(each.state))
      })
      const effects = (await catalog.queue.executeSql('select run_id, fence from effects.effects')).rows as Array<{
        run_id: string
        fence: number
      }>
      const runs = await catalog.db.selectFrom('runs').selectAll().execute()
      assert.deepEqual(
        runs.map(({ state: ended }) => ended),
        runs.map(() => 'COMPLETED'),
      )
      assert.equal(runs.length, count)
      assert.deepEqual(new Set(runs.map(({ config_id }) => config_id)), new Set(ids))
      assert.deepEqual(effects.map(({ run_id }) => run_id).sort(), runs.map(({ id }) => id).sort())
      for (const run of runs) assert.equal(effects.find(({ run_id }) => run_id === run.id)!.fence, run.fence)
      assert.ok(runs.some(({ attempts }) => attempts > 1))
      assert.ok(others.some(({ lines }) => lines.some((line) => line.startsWith('end '))))
    } finally {
      for (const child of [victim, sleeper, ...others]) await kill(child)
      await parts.queue.stop({ graceMs: 0 })
    }
  })

  test('a database that goes away under a worker and comes back finds it at work', async () => {
    const own = await server.newDatabase()
    await initExternalDatabase(own)
    await using cut = await openCatalog({ url: own })
    const queue = await openJobQueue(cut, { log: silentLog, isWorker: true })
    const parts = await schedulingParts(cut, { queue })
    const begun: number[] = []
    const gate = Promise.withResolvers<void>()
    const failed = Promise.withResolvers<void>()
    const worker = await startWorker(parts, {
      roles: { scheduler: true, worker: true },
      carryOutRecovery: () => Promise.resolve(),
      heartbeatMs: 200,
      carryOutRun: async (_, claim) => {
        begun.push(claim.attempt)
        if (claim.attempt === 1) await gate.promise
        const finishing = finishRun(parts, claim, { state: 'COMPLETED' })
        if (claim.attempt === 1) finishing.catch(() => failed.resolve())
        await finishing
      },
    })
    const id = await requestRun(parts, {
      configId: await planConfig(parts, { performance: { retryDelay: 0 } }),
      by: 'ana',
    })
    await until('the run has begun', () => begun.length === 1)
    await server.stop()
    gate.resolve()
    // It stays away until the end of the run could not be written.
    await failed.promise
    await server.start()
    const run = await waitForRun(parts, id)
    assert.deepEqual([run.state, begun], ['COMPLETED', [1, 2]])
    await worker.stop({ graceMs: 1_000 })
  })

  test('schedulers killed at random moments of their beats lose and double no due time', async () => {
    const own = await server.newDatabase()
    await initExternalDatabase(own)
    await killedSchedulers(() => openCatalog({ url: own }), { at: own, rounds: isLong ? 50 : 3, schedulers: 2 })
  })
})

test('a scheduler of an embedded database killed at random moments loses and doubles no due time', async () => {
  using folder = temporaryDirectory()
  const directory = path.join(folder.path, 'db')
  await killedSchedulers(() => directoryCatalog(directory), { at: directory, rounds: isLong ? 50 : 2, schedulers: 1 })
})

async function killedSchedulers(
  open: () => Promise<Catalog>,
  { at, rounds, schedulers }: { readonly at: string; readonly rounds: number; readonly schedulers: number },
): Promise<void> {
  {
    await using catalog = await open()
    const parts = await schedulingParts(catalog)
    for (let i = 0; i < 5; i += 1) await planConfig(parts, { schedule: everyMinutes(60) })
    await parts.queue.stop({ graceMs: 0 })
  }
  for (let round = 0; round < rounds; round += 1) {
    const children = Array.from({ length: schedulers }, () => begin('tick', at))
    await until('the schedulers beat', () => children.every(({ lines }) => lines.length >= 2))
    await pause(random() * 150)
    for (const child of children) await kill(child)
  }
  await using catalog = await open()
  await using queue = await openJobQueue(catalog, { log: silentLog, isWorker: false })
  void queue
  const dueTimes = await catalog.db.selectFrom('due_times').selectAll().orderBy('config_id').orderBy('due_at').execute()
  const runs = new Map((await catalog.db.selectFrom('runs').selectAll().execute()).map((run) => [run.id, run]))
  const jobs = (
    (await catalog.queue.executeSql(`select data->>'subject' as subject from ${QUEUE_SCHEMA}.job`)).rows as Array<{
      subject: string
    }>
  ).map(({ subject }) => subject)
  assert.ok(dueTimes.length > 5 * 3, 'the schedulers did something')
  for (const [configId, own] of Map.groupBy(dueTimes, ({ config_id }) => config_id)) {
    for (const [i, { due_at }] of own.entries())
      if (i > 0)
        assert.equal(due_at.getTime() - own[i - 1]!.due_at.getTime(), HOUR, `${configId} at ${due_at.toISOString()}`)
    assert.deepEqual(
      own.filter(({ state }) => state === 'WAITING'),
      own.slice(-1),
    )
    for (const { run_id, due_at } of own.slice(0, -1)) assert.deepEqual(runs.get(run_id!)?.due_at, due_at)
    const pending = own.filter(({ run_id }) => run_id !== null && runs.get(run_id)?.state === 'PENDING')
    assert.equal(pending.length, 1)
    assert.equal(jobs.filter((subject) => subject === pending[0]!.run_id).length, 1)
  }
  assert.equal(runs.size, dueTimes.length - 5)
}
