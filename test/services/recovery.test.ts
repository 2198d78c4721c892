// Goal: a restore that was asked for comes to its end, whole and once, whoever is killed meanwhile; what is pinned or
// held stays; what can't be done is refused before. Method: real repositories, processes and an embedded database;
// children and parents are killed at random moments; an independent walker compares the trees.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { RecoveryOptions, RecoveryType } from '../../src/contracts/system/index.ts'
import { listRecords } from '../../src/engine/index.ts'
import type { JobQueue } from '../../src/jobs/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import type { ErrorCode } from '../../src/kernel/error-code.ts'
import { applyRetention, syncPoints } from '../../src/services/execution/index.ts'
import {
  addHold,
  cancelRecovery,
  carryOutRecovery,
  createRecoveryRequest,
  getRecoveryPoints,
  getRecoveryStatus,
  liftHold,
  pinPoint,
  resumeRecoveries,
  unpinPoint,
} from '../../src/services/recovery/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { engineChildren, engineStarted, killEngineChildren, pacedEngine } from '../harness/engine-children.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, open, sampleTree } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { inFirst, plantSnapshots, type TestSystem, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const never = new AbortController().signal
const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

/** A backup of a tree of many files, known to the catalog. Gives its run's id. */
async function backedUp(system: TestSystem, source: string, files = 0): Promise<string> {
  sampleTree(source, seededRandom(3))
  const random = seededRandom(9)
  for (let i = 0; i < files; i += 1) {
    fs.mkdirSync(path.join(source, `d${i % 50}`), { recursive: true })
    fs.writeFileSync(
      path.join(source, `d${i % 50}/f${i}`),
      Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256))),
    )
  }
  const runId = randomUUID()
  await backup(system.repository, source, { runId })
  await syncPoints(inFirst(system.parts))
  return runId
}

const ask = ({ parts }: TestSystem, id: string, options: RecoveryOptions, type: RecoveryType = 'FULL_RESTORE') =>
  createRecoveryRequest(parts, { pointOrRunId: id, type, options }, 'somebody')

function leftovers(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name).startsWith('.neonpro-'))
}

test('a full restore brings everything back, byte for byte, verified; the point is proven', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  const runId = await backedUp(system, source)
  const target = path.join(base.path, 'target')
  const request = await ask(system, runId, { targetPath: target, overwrite: true, priority: 'HIGH' })
  assert.deepEqual(
    [request.state, request.progress, request.priority, request.targetPath],
    ['PENDING', 0, 'HIGH', target],
  )
  assert.deepEqual(system.enqueued, [request.id])
  await carryOutRecovery(system.parts, request.id, { signal: never })
  const done = await getRecoveryStatus(system.parts, request.id)
  assert.deepEqual(
    [done.state, done.progress, done.filesRestored, done.filesVerified, done.issues, done.error],
    ['COMPLETED', 100, 14, 13, [], null],
  )
  assert.ok(done.startedAt !== null && done.finishedAt !== null && done.bytesRestored > 300_000)
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
  const [point] = await getRecoveryPoints(system.parts)
  assert.deepEqual([point?.state, point?.runId, point?.id], ['RESTORED', runId, request.pointId])
  assert.deepEqual(
    system.audited.map(({ action, resource, result }) => [action, resource, result]),
    [['recovery.finish', `recovery:${request.id}`, 'SUCCESS']],
  )
  await carryOutRecovery(system.parts, request.id, { signal: never })
  assert.equal(system.audited.length, 1, 'a job that comes twice does nothing')
})

test('HOME in the target is left as it is, and named', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  const home = path.join(source, 'home')
  fs.mkdirSync(home, { recursive: true })
  fs.writeFileSync(path.join(home, 'row'), 'of then')
  await using system = await testSystem({ folder: base.path, home })
  const runId = await backedUp(system, source)
  fs.writeFileSync(path.join(home, 'row'), 'as it is now')
  const request = await ask(system, runId, { targetPath: source, subtree: source, overwrite: true })
  await carryOutRecovery(system.parts, request.id, { signal: never })
  const { state, issues } = await getRecoveryStatus(system.parts, request.id)
  assert.deepEqual([state, issues], ['PARTIAL', [{ path: home, reason: 'NEEDED' }]])
  assert.equal(fs.readFileSync(path.join(home, 'row'), 'utf8'), 'as it is now')
})

test('a part is restored by path and glob, and no more; what is not there makes it partial; what is left as it was proves nothing', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  const runId = await backedUp(system, source)
  const [point] = await getRecoveryPoints(system.parts)
  const target = path.join(base.path, 'target')
  const request = await ask(
    system,
    point!.id,
    { targetPath: target, paths: [path.join(source, 'b/c'), '**/chunked.bin'] },
    'PARTIAL_RESTORE',
  )
  await carryOutRecovery(system.parts, request.id, { signal: never })
  assert.equal((await getRecoveryStatus(system.parts, request.id)).state, 'COMPLETED')
  const expected = [...lookAt(source)].filter(([name]) => name === '/chunked.bin' || name.startsWith('/b/c'))
  const found = [...lookAt(path.join(target, source))].filter(([name]) => name !== '/b')
  assert.deepEqual(new Map(found), new Map(expected))
  const missing = await ask(
    system,
    runId,
    { targetPath: target, paths: [path.join(source, 'b/c'), path.join(source, 'nothing')] },
    'PARTIAL_RESTORE',
  )
  await carryOutRecovery(system.parts, missing.id, { signal: never })
  const partial = await getRecoveryStatus(system.parts, missing.id)
  assert.deepEqual([partial.state, partial.issues.length], ['PARTIAL', 1])
  const kept = await ask(system, runId, { targetPath: target, overwrite: false })
  fs.writeFileSync(path.join(target, source, 'b/c/file-2.txt'), 'mine')
  await carryOutRecovery(system.parts, kept.id, { signal: never })
  assert.equal(fs.readFileSync(path.join(target, source, 'b/c/file-2.txt'), 'utf8'), 'mine', 'false = never')
  const always = await ask(system, runId, { targetPath: target, overwrite: true })
  await carryOutRecovery(system.parts, always.id, { signal: never })
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source), 'true = always')
  assert.equal(
    (await getRecoveryPoints(system.parts))[0]?.state,
    'RESTORED',
    'only once all of it was written and read back',
  )
})

test('progress grows while it runs; a request that is cancelled stops, waiting or running', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const runId = await backedUp(system, path.join(base.path, 'source'), 100)
  const waiting = await ask(system, runId, { targetPath: path.join(base.path, 'never') })
  assert.equal((await cancelRecovery(system.parts, waiting.id, 'somebody')).state, 'CANCELLED')
  await carryOutRecovery(system.parts, waiting.id, { signal: never })
  assert.ok(!fs.existsSync(path.join(base.path, 'never')))
  const left = await ask(system, runId, { targetPath: path.join(base.path, 'never') })
  await system.parts.catalog.db
    .updateTable('recovery_requests')
    .set({ state: 'RUNNING', worker_id: null, cancel_requested_at: new Date() })
    .where('id', '=', left.id)
    .execute()
  await carryOutRecovery({ ...system.parts, repositories: undefined as never }, left.id, { signal: never })
  assert.equal((await getRecoveryStatus(system.parts, left.id)).state, 'CANCELLED', 'before anything is opened for it')
  const request = await ask(system, runId, { targetPath: path.join(base.path, 'target') })
  using _pace = pacedEngine()
  let isOver = false
  const work = carryOutRecovery(system.parts, request.id, { signal: never }).finally(() => {
    isOver = true
  })
  const seen: number[] = []
  while (!isOver) {
    const { progress, state } = await getRecoveryStatus(system.parts, request.id)
    if (state === 'RUNNING') seen.push(progress)
    if (progress > 0 && state === 'RUNNING') await cancelRecovery(system.parts, request.id)
    await pause(20)
  }
  await work
  assert.ok(
    seen.some((progress) => progress > 0 && progress < 100),
    `seen: ${[...new Set(seen)].join(' ')}`,
  )
  assert.ok(seen.every((progress, i) => i === 0 || progress >= seen[i - 1]!))
  const ended = await getRecoveryStatus(system.parts, request.id)
  assert.equal(ended.state, 'CANCELLED')
  assert.deepEqual(engineChildren(), [])
  assert.deepEqual(
    (await cancelRecovery(system.parts, request.id)).state,
    'CANCELLED',
    'one that is over stays as it is',
  )
})

test('killed or stopped at any moment, a restore goes on and ends whole, with nothing half-written', async () => {
  const random = seededRandom(testSeed())
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  const runId = await backedUp(system, source, 3000)
  for (let round = 0; round < (isLong ? 20 : 2); round += 1) {
    const target = path.join(base.path, `target-${round}`)
    const request = await ask(system, runId, { targetPath: target, overwrite: true })
    for (let kills = 0; kills < 2; kills += 1) {
      const work = carryOutRecovery(system.parts, request.id, { signal: never })
      await engineStarted(work)
      await pause(random() * 1500)
      killEngineChildren()
      await work
    }
    const stop = new AbortController()
    const work = carryOutRecovery(system.parts, request.id, { signal: stop.signal })
    await pause(random() * 300)
    stop.abort()
    await work
    await carryOutRecovery(system.parts, request.id, { signal: never })
    const done = await getRecoveryStatus(system.parts, request.id)
    assert.deepEqual([done.state, done.error], ['COMPLETED', null])
    assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
    assert.deepEqual(leftovers(target), [])
  }
})

test('the process that had a restore in hand is killed; the next one takes it over at once and ends it', async () => {
  using base = temporaryDirectory()
  const home = path.join(base.path, 'home')
  const source = path.join(base.path, 'source')
  const target = path.join(base.path, 'target')
  let requestId = ''
  let key = ''
  let runId = ''
  {
    await using catalog = await directoryCatalog(home)
    await using system = await testSystem({ folder: base.path, catalog, tenantId: DEFAULT_TENANT_ID })
    runId = await backedUp(system, source, 200)
    requestId = (await ask(system, runId, { targetPath: target })).id
    key = system.repository.kek.kind === 'raw' ? system.repository.kek.key.toString('base64') : ''
  }
  using pace = pacedEngine()
  const parent = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'recovery-parent.ts'), base.path, home, requestId],
    { env: { ...process.env, TEST_KEY: key }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = once(parent, 'exit')
  await until('the restore has begun', () => fs.existsSync(path.join(target, source, 'd1')))
  const [child] = engineChildren(parent.pid)
  parent.kill('SIGKILL')
  await exit
  assert.ok(child !== undefined)
  await using catalog = await directoryCatalog(home)
  const row = await catalog.db
    .selectFrom('recovery_requests')
    .select('state')
    .where('id', '=', requestId)
    .executeTakeFirstOrThrow()
  assert.equal(row.state, 'RUNNING')
  const { systemOf } = await import('./recovery-parent.ts')
  const parts = await systemOf(base.path, catalog, key)
  assert.equal(await resumeRecoveries(parts), 1)
  pace.lift()
  await carryOutRecovery(parts, requestId, { signal: never })
  assert.equal((await getRecoveryStatus(parts, requestId)).state, 'COMPLETED')
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
  assert.deepEqual(leftovers(target), [])
})

test("a request is in one worker's hands; one that was taken over has no effect any more", async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const runId = await backedUp(system, path.join(base.path, 'source'), 100)
  const request = await ask(system, runId, { targetPath: path.join(base.path, 'target') })
  const rows = system.parts.catalog.db.updateTable('recovery_requests')
  const other = randomUUID()
  await system.parts.catalog.db
    .insertInto('workers')
    .values({ id: other, host: 'elsewhere', pid: 1, role: 'worker' })
    .execute()
  await rows.set({ state: 'RUNNING', worker_id: other, heartbeat_at: new Date() }).execute()
  await assert.rejects(carryOutRecovery(system.parts, request.id, { signal: never }), failsWith('STALE_WORKER'))
  assert.equal(await resumeRecoveries(system.parts), 0)
  await rows.set({ heartbeat_at: new Date(Date.now() + 86_400_000) }).execute()
  assert.equal(await resumeRecoveries(system.parts), 1, 'dated ahead, it holds nothing until that date')
  await rows.set({ heartbeat_at: new Date(Date.now() - 31_000) }).execute()
  assert.equal(await resumeRecoveries(system.parts), 1)
  using _pace = pacedEngine()
  const work = carryOutRecovery(system.parts, request.id, { signal: never })
  await engineStarted(work)
  await rows.set({ fence: 77, worker_id: other, heartbeat_at: new Date() }).execute()
  await work
  const row = await system.parts.catalog.db
    .selectFrom('recovery_requests')
    .select(['state', 'fence', 'finished_at'])
    .executeTakeFirstOrThrow()
  assert.deepEqual(row, { state: 'RUNNING', fence: 77, finished_at: null })
  assert.deepEqual(system.audited, [])
})

test('what can not be done is refused before anything is asked for, and says why', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const runId = await backedUp(system, path.join(base.path, 'source'))
  fs.writeFileSync(path.join(base.path, 'file'), '')
  fs.symlinkSync(system.repository.folder, path.join(base.path, 'link'))
  fs.symlinkSync('/', path.join(base.path, 'to-root'))
  const refusals: Array<readonly [id: string, type: RecoveryType, options: Partial<RecoveryOptions>, code: ErrorCode]> =
    [
      [runId, 'FULL_RESTORE', { targetPath: system.repository.folder }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.join(system.repository.folder, 'packs/new') }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.join(base.path, 'link/inside') }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.join(base.path, 'file') }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.join(base.path, 'file/below') }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: '/proc/neonpro' }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: base.path, deleteExtra: true }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.join(base.path, 'to-root'), deleteExtra: true }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: system.parts.home, deleteExtra: true }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: system.parts.home }, 'TARGET_REFUSED'],
      [runId, 'PARTIAL_RESTORE', { targetPath: path.join(system.parts.home, 'x/y'), paths: ['*'] }, 'TARGET_REFUSED'],
      [runId, 'FULL_RESTORE', { targetPath: path.dirname(process.execPath), deleteExtra: true }, 'TARGET_REFUSED'],
      [runId, 'POINT_IN_TIME', { at: '2026-01-01T00:00:00Z' }, 'SOURCE_NOT_AVAILABLE'],
      [runId, 'PARTIAL_RESTORE', {}, 'CONFIG_INVALID'],
      [runId, 'FULL_RESTORE', { paths: ['a'] }, 'CONFIG_INVALID'],
      [runId, 'FULL_RESTORE', { at: '2026-01-01' }, 'CONFIG_INVALID'],
      [randomUUID(), 'FULL_RESTORE', {}, 'POINT_NOT_FOUND'],
      ['no id at all', 'FULL_RESTORE', {}, 'POINT_NOT_FOUND'],
    ]
  const configId = await addConfig(system.parts, { paths: [path.join(base.path, 'source')] })
  await system.parts.catalog.db.updateTable('recovery_points').set({ config_id: configId }).execute()
  fs.symlinkSync(path.join(base.path, 'source'), path.join(base.path, 'to-source'))
  for (const place of ['source', 'source/a', 'to-source']) {
    const nested = ask(system, runId, { targetPath: path.join(base.path, place) })
    await assert.rejects(nested, (error) => isBackupError(error, 'USAGE') && /in the live data/.test(error.message))
  }
  const keyFile = path.join(base.path, 'keys/clinic.key')
  const withKey = { ...system, parts: { ...system.parts, keyFiles: [keyFile] } }
  await assert.rejects(
    ask(withKey, runId, { targetPath: path.dirname(keyFile), deleteExtra: true }),
    (error) => isBackupError(error, 'TARGET_REFUSED') && /the key file/.test(error.message),
  )
  for (const [id, type, options, code] of refusals)
    await assert.rejects(
      ask(system, id, { targetPath: path.join(base.path, 'target'), ...options }, type),
      failsWith(code),
      JSON.stringify(options),
    )
  assert.deepEqual(system.enqueued, [])
  assert.deepEqual(
    fs.readdirSync(base.path).filter((name) => name.startsWith('.neonpro')),
    [],
  )
  await assert.rejects(getRecoveryStatus(system.parts, 'nothing'), failsWith('REQUEST_NOT_FOUND'))
  await assert.rejects(cancelRecovery(system.parts, randomUUID()), failsWith('REQUEST_NOT_FOUND'))
})

test('a priority orders the queue; a mode of overwriting goes by its name as well as by true and false', async () => {
  using base = temporaryDirectory()
  const jobs: Array<{ readonly subject: string; readonly priority?: number }> = []
  const queue: JobQueue = {
    enqueue: async (job) => void jobs.push(job),
    enqueueAll: async () => {},
    work: async () => {},
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  await using system = await testSystem({ folder: base.path, queue })
  const source = path.join(base.path, 'source')
  const runId = await backedUp(system, source)
  const targetPath = path.join(base.path, 'target')
  for (const priority of ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'] as const)
    assert.equal((await ask(system, runId, { targetPath, priority })).priority, priority)
  assert.equal((await ask(system, runId, { targetPath })).priority, 'NORMAL')
  assert.deepEqual(
    jobs.map(({ priority }) => priority),
    [0, 1, 2, 3, 1],
  )
  const file = path.join(targetPath, source, 'b/c/file-2.txt')
  const [old, young] = [new Date('2001-01-01'), new Date('2040-01-01')]
  const outcome = async (overwrite: RecoveryOptions['overwrite'], changed: Date) => {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, 'mine')
    fs.utimesSync(file, changed, changed)
    const request = await ask(system, runId, { targetPath, ...(overwrite !== undefined && { overwrite }) })
    await carryOutRecovery(system.parts, request.id, { signal: never })
    return fs.readFileSync(file, 'utf8') === 'mine' ? 'mine' : 'restored'
  }
  const seen: string[] = []
  for (const [overwrite, changed] of [
    [true, young],
    ['always', young],
    ['if-newer', young],
    ['if-newer', old],
    ['if-changed', young],
    [undefined, young],
    ['never', old],
    [false, old],
  ] as const)
    seen.push(`${overwrite} ${await outcome(overwrite, changed)}`)
  assert.deepEqual(seen, [
    'true restored',
    'always restored',
    'if-newer mine',
    'if-newer restored',
    'if-changed restored',
    'undefined restored',
    'never mine',
    'false mine',
  ])
})

test('a pin or hold is in the repository before it is acknowledged, and keeps its points; lifted, they go', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const config = await addConfig(system.parts, { paths: ['/'], retention: { last: 1 } })
  const day = 86_400_000
  const names = await plantSnapshots(
    system.repository,
    [5, 4, 3, 2, 1].map((ago) => ({
      configId: config,
      source: ago === 5 ? 'old' : 'clinic',
      atMs: Date.now() - ago * day,
      isGood: true,
    })),
  )
  await syncPoints(inFirst(system.parts))
  const points = new Map((await getRecoveryPoints(system.parts, config)).map((point) => [point.snapshot, point]))
  assert.equal(points.size, 5)
  const pinned = await pinPoint(system.parts, points.get(names[1]!)!.id, { by: 'somebody', reason: 'court' })
  assert.deepEqual([pinned.pinned, pinned.holds], [true, []])
  const hold = await addHold(
    system.parts,
    { pointId: points.get(names[2]!)!.id, reason: 'case 7', until: new Date(Date.now() + day).toISOString() },
    'somebody',
  )
  {
    await using repository = await open(system.repository)
    const records = (await listRecords(repository)).records.map(({ document }) => [
      document.record,
      document.subject,
      document.by,
    ])
    assert.deepEqual(records, [
      ['hold', hold.id, 'somebody'],
      ['pin', names[1]!, 'somebody'],
    ])
  }
  await applyRetention(system.parts)
  const shown = (await getRecoveryPoints(system.parts, config)).map(({ snapshot, keptBecause, holds }) => [
    snapshot,
    keptBecause,
    holds,
  ])
  assert.deepEqual(shown, [
    [names[4], ['last 1/1', 'last good'], []],
    [names[2], [`hold ${hold.id}`], [hold.id]],
    [names[1], ['pin'], []],
    [names[0], ['last good'], []],
  ])
  assert.equal((await unpinPoint(system.parts, names[1]!, 'somebody')).pinned, false)
  assert.deepEqual(await liftHold(system.parts, hold.id, 'somebody'), { lifted: true })
  await assert.rejects(liftHold(system.parts, hold.id, 'somebody'), failsWith('NOT_FOUND', { list: 'hold list' }))
  const whole = await addHold(system.parts, { reason: 'everything' }, 'somebody')
  await applyRetention(system.parts)
  assert.equal((await getRecoveryPoints(system.parts)).length, 5, 'a hold of everything')
  await liftHold(system.parts, whole.id, 'somebody')
  await applyRetention(system.parts)
  assert.deepEqual(
    (await getRecoveryPoints(system.parts, config)).map(({ snapshot }) => snapshot),
    [names[4], names[0]],
  )
  await assert.rejects(pinPoint(system.parts, names[1]!, { by: 'somebody' }), failsWith('POINT_NOT_FOUND'))
  for (const until of ['tomorrow', '2001-01-01'])
    await assert.rejects(addHold(system.parts, { reason: 'r', until }, 'somebody'), failsWith('CONFIG_INVALID'))
})

test('a pin that comes too late for a point says so, and leaves no pin behind', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const config = await addConfig(system.parts, { paths: ['/'], retention: { last: 1 } })
  const names = await plantSnapshots(
    system.repository,
    [2, 1].map((ago) => ({ configId: config, source: 'clinic', atMs: Date.now() - ago * 86_400_000, isGood: true })),
  )
  await syncPoints(inFirst(system.parts))
  // The catalog still knows it; the repository forgot it.
  await applyRetention(system.parts)
  await system.parts.catalog.db.updateTable('recovery_points').set({ removed_at: null }).execute()
  await assert.rejects(pinPoint(system.parts, names[0]!, { by: 'somebody' }), failsWith('POINT_NOT_FOUND'))
  await using repository = await open(system.repository)
  assert.deepEqual((await listRecords(repository, { record: 'pin' })).records, [])
})
