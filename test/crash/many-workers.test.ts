// Goal: several workers over one PostgreSQL and one repository; one is killed, one frozen past its takeover and then
// woken: every due run is committed exactly once, as seen in the repository, and the sleeper does no harm.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { noServer, temporaryPostgres } from '../harness/catalog.ts'
import { pacedEngine } from '../harness/engine-children.ts'
import {
  callerOf,
  makeDue,
  query,
  repositoryTruth,
  type SystemPlace,
  systemPlace,
  WorkingProcess,
} from '../harness/system-processes.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const TIMING = { staleMs: 2500, heartbeatMs: 400 }
const CONFIGS = 4

test('three workers, one killed, one frozen and woken: each due run exactly once', { skip: noServer() }, async (t) => {
  using folder = temporaryDirectory()
  await using server = await temporaryPostgres()
  const place = await systemPlace(folder.path, server)
  await using caller = await callerOf(place)
  for (let i = 0; i < CONFIGS; i += 1) {
    const source = path.join(folder.path, `source-${i}`)
    fs.mkdirSync(source)
    // Enough to be caught in the middle of it.
    fs.writeFileSync(path.join(source, 'big'), Buffer.alloc(150 * 1024 * 1024, `content of ${i} `))
    const made = await caller.system.setupFileBackup(`config ${i}`, [source], {
      cron: '0 3 1 1 *',
      timezone: 'UTC',
      performance: { retryDelay: 0 },
    })
    assert.equal(made.success, true, JSON.stringify(made.error))
  }
  using pace = pacedEngine()
  const start = (name: string) => WorkingProcess.start(place, { name, timing: TIMING, env: pace.env })
  await using killed = await start('a')
  await using frozen = await start('b')
  await using survivor = await start('c')
  await makeDue(place)
  const [, caught] = await Promise.all(
    [killed, frozen].map(({ child }) => until('each has a run in hand', () => runOf(place, child.pid!))),
  )
  await killed.kill()
  frozen.child.kill('SIGSTOP')
  pace.lift()
  await until(
    'the run of the frozen one is taken over',
    async () =>
      (await query(place, `select 1 from neonpro_backup.run_attempts where run_id = '${caught}' and attempt > 1`))
        .length > 0,
  )
  frozen.child.kill('SIGCONT')
  await until(
    'every run is over',
    async () =>
      (await query(place, "select 1 from neonpro_backup.runs where state in ('PENDING', 'RUNNING')")).length === 0,
  )
  await frozen.stop()
  await survivor.stop()
  const runs = await query(place, 'select id, state, attempts from neonpro_backup.runs')
  t.diagnostic(JSON.stringify(runs.map(({ state, attempts }) => ({ state, attempts }))))
  assert.equal(runs.length, CONFIGS)
  assert.ok(
    runs.every(({ state }) => state === 'COMPLETED'),
    JSON.stringify(runs),
  )
  assert.ok(
    runs.some(({ attempts }) => Number(attempts) > 1),
    'some run was taken over',
  )
  const { snapshotsOfRun, problems } = await repositoryTruth(place)
  assert.deepEqual(problems, [])
  assert.deepEqual([...snapshotsOfRun.entries()].sort(), runs.map(({ id }) => [String(id), 1] as const).sort())
})

/** What a worker has at work. */
async function runOf(place: SystemPlace, pid: number): Promise<string | undefined> {
  const [row] = await query(
    place,
    `select run_id from neonpro_backup.run_attempts join neonpro_backup.workers on workers.id = worker_id where pid = ${pid} and outcome is null`,
  )
  return row && String(row['run_id'])
}
