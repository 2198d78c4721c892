// Goal: kill -9 at any moment of scheduled runs loses and doubles nothing. Method: a working process over a real
// PostgreSQL is killed at random moments and started again; afterwards every due time has one run that came to its end
// (a run that never began before the next one was due is MISSED), every completed run one snapshot in the repository,
// every stored byte is whole, and the configurations are as they were.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { noServer, temporaryPostgres } from '../harness/catalog.ts'
import { pacedEngine } from '../harness/engine-children.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { callerOf, makeDue, query, repositoryTruth, systemPlace, WorkingProcess } from '../harness/system-processes.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const ROUNDS = process.env['NEONPRO_TEST_LONG'] ? 50 : 5
const TIMING = { staleMs: 3000, heartbeatMs: 500 }
const CONFIGS = 2
const KILL_MS_MAX = 1500
/** From the start of the process to its first run. */
const BEGIN_MS_MAX = 15_000
const END_MS_MAX = 300_000

test(`a server killed at ${ROUNDS} random moments of scheduled runs loses and doubles nothing`, {
  skip: noServer(),
}, async (t) => {
  using folder = temporaryDirectory()
  await using server = await temporaryPostgres()
  const place = await systemPlace(folder.path, server)
  const random = seededRandom(Number(process.env['NEONPRO_TEST_SEED'] ?? 20261124))
  const sources = Array.from({ length: CONFIGS }, (_, i) => path.join(folder.path, `source-${i}`))
  for (const source of sources) fill(source, random)

  await using caller = await callerOf(place)
  for (const [i, source] of sources.entries()) {
    const made = await caller.system.setupFileBackup(`config ${i}`, [source], {
      cron: '0 3 1 1 *',
      timezone: 'UTC',
      performance: { retryDelay: 0 },
    })
    assert.equal(made.success, true, JSON.stringify(made.error))
  }
  const before = await query(place, 'select id, name, settings::text from neonpro_backup.configs order by name')
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const source of sources) fs.writeFileSync(path.join(source, `round-${round}`), String(round))
    await makeDue(place)
    // The first is caught in the middle of a run on whatever machine.
    using pace = round === 0 ? pacedEngine() : undefined
    const worker = await WorkingProcess.start(place, { name: 'server', timing: TIMING, ...(pace && { env: pace.env }) })
    // Every third is killed at any moment of its start; the others while they work.
    if (round === 0) await until('a run has begun', () => isRunning(place))
    else if (round % 3 !== 2) await untilRunning(place)
    await new Promise((resolve) => setTimeout(resolve, random() * KILL_MS_MAX))
    await worker.kill()
  }
  await using last = await WorkingProcess.start(place, { name: 'server', timing: TIMING })
  await untilQuiet(place)
  await last.stop()

  const runs = await query(place, 'select id, state, snapshot from neonpro_backup.runs')
  const due = await query(
    place,
    "select config_id, due_at, run_id, state from neonpro_backup.due_times where state <> 'WAITING'",
  )
  t.diagnostic(`${runs.length} runs of ${due.length} due times`)
  assert.ok(runs.length >= CONFIGS, 'something ran')
  assert.deepEqual(
    due.filter(({ run_id }) => !runs.some(({ id }) => id === run_id)),
    [],
    'no due time without its run',
  )
  assert.deepEqual(
    runs.filter(({ state }) => state !== 'COMPLETED' && state !== 'MISSED'),
    [],
    'every run came to its end',
  )
  const newest = await query(
    place,
    'select distinct on (config_id) state from neonpro_backup.runs order by config_id, due_at desc',
  )
  assert.ok(
    newest.every(({ state }) => state === 'COMPLETED'),
    'the newest of each configuration was caught up',
  )
  assert.ok(
    (await query(place, 'select 1 from neonpro_backup.run_attempts where attempt > 1')).length > 0,
    'some run was caught in the middle',
  )
  const { snapshotsOfRun, problems } = await repositoryTruth(place)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    runs.filter(({ id, state }) => (snapshotsOfRun.get(String(id)) ?? 0) !== (state === 'COMPLETED' ? 1 : 0)),
    [],
    'a completed run is committed exactly once, a missed one never',
  )
  assert.deepEqual(
    [...snapshotsOfRun.keys()].filter((id) => !runs.some((run) => run['id'] === id)),
    [],
    'and nothing else is',
  )
  const points = await query(place, 'select run_id from neonpro_backup.recovery_points where removed_at is null')
  assert.equal(points.length, runs.filter(({ state }) => state === 'COMPLETED').length)
  assert.deepEqual(
    await query(place, 'select id, name, settings::text from neonpro_backup.configs order by name'),
    before,
  )
})

function fill(folder: string, random: () => number): void {
  fs.mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 40; i += 1)
    fs.writeFileSync(
      path.join(folder, `f${i}`),
      Buffer.from(Array.from({ length: 200_000 }, () => Math.floor(random() * 256))),
    )
}

async function isRunning(place: Parameters<typeof query>[0]): Promise<boolean> {
  return (await query(place, "select 1 from neonpro_backup.runs where state = 'RUNNING'")).length > 0
}

/** One that ends between two looks is none the worse: the kill then falls elsewhere. */
async function untilRunning(place: Parameters<typeof query>[0]): Promise<void> {
  for (let waited = 0; waited < BEGIN_MS_MAX; waited += 50) {
    if (await isRunning(place)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function untilQuiet(place: Parameters<typeof query>[0]): Promise<void> {
  for (let waited = 0; ; waited += 300) {
    const open = await query(
      place,
      "select id, state, attempts, error from neonpro_backup.runs where state in ('PENDING', 'RUNNING')",
    )
    const dueNow = await query(
      place,
      "select 1 from neonpro_backup.due_times where state = 'WAITING' and due_at <= now()",
    )
    if (open.length + dueNow.length === 0) return
    assert.ok(waited < END_MS_MAX, `still open: ${JSON.stringify(open)}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}
