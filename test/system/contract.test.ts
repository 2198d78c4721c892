// Goal: what the library's contract promises of a whole system, where no test of a part can see it: the scheduler's
// life, the end that checkpoints, shapes of answers, storage, logs. Method: the library in this process on real
// folders, and in processes of its own where the process itself is the matter.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, test } from 'node:test'
import * as library from '../../src/index.ts'
import { startSystem } from '../../src/system/index.ts'
import type { SystemConfigInput } from '../../src/system/system-config.ts'
import { noServer, temporaryPostgres } from '../harness/catalog.ts'
import { pacedEngine } from '../harness/engine-children.ts'
import { httpReceiver } from '../harness/http-receiver.ts'
import { libraryPlace } from '../harness/library-place.ts'
import { lookAt, sampleTree } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { callerOf, query, type SystemPlace, systemPlace, WorkingProcess } from '../harness/system-processes.ts'
import { until } from '../harness/until.ts'

// The language of the answers is this file's matter, not the machine's.
for (const name of ['LC_ALL', 'LC_MESSAGES', 'LANG']) delete process.env[name]

const { BackupSystem, getBackupSystem, initializeBackupSystem } = library

afterEach(() => getBackupSystem().shutdown())

async function started(config: SystemConfigInput): Promise<library.BackupSystem> {
  const result = await initializeBackupSystem(config)
  assert.equal(result.success, true, JSON.stringify(result.error))
  return result.data
}

test('without the scheduler nobody carries out what was asked for, and status says so; a process that has one does it then', async () => {
  using here = libraryPlace({})
  const idle = await started({ ...here.config, scheduler: false })
  const { id } = (await idle.setupFileBackup('clinic', [here.at('source')], { every: '1d', retention: 30 })).data
  const runId = (await idle.runBackupNow(id)).data
  const { alive, workers } = (await idle.scheduler.getStatus()).data
  assert.deepEqual([alive, workers], [false, []])
  await idle.shutdown()
  const { data: pending } = await (await started({ ...here.config, scheduler: false })).manager.getRun(runId)
  assert.deepEqual([pending.state, pending.attempts], ['PENDING', 0])
  await getBackupSystem().shutdown()
  const working = await started(here.config)
  const run = (await working.waitForRun(runId)).data
  assert.deepEqual([run.state, run.attempts, (await working.scheduler.getStatus()).data.alive], ['COMPLETED', 1, true])
  const ask = async (system: library.BackupSystem, name: string) => {
    const asked = await system.recover.createRecoveryRequest(runId, 'FULL_RESTORE', { targetPath: here.at(name) })
    assert.equal(asked.success, true, JSON.stringify(asked.error))
    return asked.warnings.map(({ code }) => code)
  }
  assert.deepEqual(await ask(working, 'one'), [])
  await getBackupSystem().shutdown()
  const again = await started({ ...here.config, scheduler: false })
  assert.deepEqual(await ask(again, 'two'), ['NO_WORKER'], 'a restore that nobody carries out is told as well')
})

test('a process with the scheduler lives until shutdown(), though nothing else holds it', async () => {
  using here = libraryPlace({})
  const script = `
    import { getBackupSystem, initializeBackupSystem } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/system/index.ts'))}
    process.on('beforeExit', () => console.log('nothing holds this process'))
    process.once('SIGUSR2', () => getBackupSystem().shutdown())
    console.log((await initializeBackupSystem(${JSON.stringify(here.config)})).success)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
  })
  await using _ = { [Symbol.asyncDispose]: async () => void child.kill('SIGKILL') }
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  await until('it has started', () => said.includes('true'))
  // A client that is answered by it, and would have become the owner in its place.
  await using client = await startSystem({
    argument: here.config,
    cwd: here.at('.'),
    env: process.env,
    role: 'test',
    actor: 'test',
    works: false,
  })
  const { workers } = (await client.system.scheduler.getStatus()).data
  assert.deepEqual([client.isOwner, workers.map(({ pid }) => pid), said.trim()], [false, [child.pid], 'true'])
  const ended = once(child, 'exit')
  child.kill('SIGUSR2')
  assert.deepEqual(await ended, [0, null])
})

test('shutdown() has a running backup write its checkpoint, ends in order, and the next start goes on with it', async () => {
  using here = libraryPlace({})
  sampleTree(here.at('source/tree'), seededRandom(5))
  const config = { ...here.config, performance: { timeout: 600 } }
  const system = await started(config)
  const { id } = (await system.setupFileBackup('clinic', [here.at('source')], { retention: 30 })).data
  using pace = pacedEngine()
  const runId = (await system.runBackupNow(id)).data
  await until('it is at work', async () => (await system.manager.getRun(runId)).data.progress?.bytesDone)
  await system.shutdown()
  assert.equal(fs.readdirSync(here.at('backups/checkpoints')).length, 1)
  assert.equal(fs.existsSync(here.at('home/owner.lock.json')), false, 'the home is free')
  pace.lift()
  const again = await started(config)
  const run = (await again.waitForRun(runId)).data
  assert.deepEqual([run.state, run.attempts, run.error], ['COMPLETED', 2, null])
  const request = await again.recover.createRecoveryRequest(runId, 'FULL_RESTORE', { targetPath: here.at('back') })
  await until(
    'it is restored',
    async () => (await again.recover.getRecoveryStatus(request.data.id)).data.state === 'COMPLETED',
  )
  assert.deepEqual(lookAt(path.join(here.at('back'), here.at('source'))), lookAt(here.at('source')))
})

test("a run's id, a page of the list and a recovery point have the members that the contract lists", async () => {
  using here = libraryPlace({})
  const system = await started(here.config)
  const made = await system.setupFileBackup('clinic', [here.at('source')], {
    frequency: 'DAILY',
    time: '02:00',
    timezone: 'America/Sao_Paulo',
  })
  assert.deepEqual(
    [made.data.schedulerAlive, typeof made.data.nextRunAt, made.warnings.map(({ code }) => code)],
    [true, 'string', ['NO_RETENTION']],
  )
  const runId = (await system.runBackupNow(made.data.id)).data
  assert.equal(typeof runId, 'string')
  const run = (await system.waitForRun(runId)).data
  assert.equal(run.state, 'COMPLETED', JSON.stringify(run))
  // The same id in every later call.
  assert.deepEqual(
    [(await system.manager.getRun(runId)).data.id, (await system.manager.cancelBackup(runId)).data.state],
    [runId, 'COMPLETED'],
  )
  const page = (
    await system.manager.listBackups(
      { configId: made.data.id, status: 'COMPLETED', type: 'INCREMENTAL', from: new Date(0), to: new Date() },
      { page: 1, limit: 7 },
    )
  ).data
  assert.deepEqual(
    [Object.keys(page).sort(), page.total, page.page, page.limit, page.items.map((item) => item.id)],
    [['items', 'limit', 'page', 'total'], 1, 1, 7, [runId]],
  )
  const point = await until('retention has looked at the point', async () =>
    (await system.recover.getRecoveryPoints(made.data.id)).data.find(({ keptBecause }) => keptBecause.length > 0),
  )
  const { id, createdAt, bytesAdded, snapshot: _, isComplete: __, ...rest } = point
  assert.ok(bytesAdded > 0)
  assert.deepEqual(rest, {
    runId,
    configId: made.data.id,
    source: 'clinic',
    repository: 'main',
    type: 'FULL',
    state: 'BACKED_UP',
    bytes: 1,
    files: 1,
    expiresAt: null,
    keptBecause: ['no policy', 'last good'],
    pinned: false,
    holds: [],
  })
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const metrics = [
    (await system.monitor.getRealTimeMetrics()).data,
    (await system.monitor.calculateMetrics('24h')).data,
    (await system.monitor.calculateMetrics({ from: new Date(0), to: new Date() })).data,
  ]
  assert.deepEqual(
    metrics.map(({ successRate, total }) => [successRate, total]),
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    'a manual run counts',
  )
  // Three arguments or four; a point's id as well as a run's.
  for (const args of [
    [runId, 'FULL_RESTORE', { targetPath: here.at('one') }],
    [id, 'FULL_RESTORE', { targetPath: here.at('two'), overwrite: 'if-newer', priority: 'CRITICAL' }, 'ana'],
  ] as const) {
    const [backupId, type, options, userId] = args
    const request = await system.recover.createRecoveryRequest(backupId, type, options, userId)
    assert.deepEqual([request.data?.pointId, request.data?.progress], [id, 0], JSON.stringify(request.error))
  }
  const vocabulary = [
    library.RecoveryType,
    library.RunState,
    library.AlertSeverity,
    library.HealthStatus,
    library.Priority,
    library.PointState,
  ].map((words) => Object.values(words))
  assert.deepEqual(vocabulary, [
    ['FULL_RESTORE', 'PARTIAL_RESTORE', 'POINT_IN_TIME'],
    ['PENDING', 'RUNNING', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED', 'MISSED'],
    ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
    ['HEALTHY', 'DEGRADED', 'UNHEALTHY', 'UNKNOWN'],
    ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'],
    ['BACKED_UP', 'VERIFIED', 'RESTORED'],
  ])
  assert.equal(
    (await system.monitor.createAlert(library.AlertType.CUSTOM, library.AlertSeverity.HIGH, 'a tape is full')).data
      .severity,
    'HIGH',
  )
})

test('a client in another folder and another language means its own folder, and is answered in its own language', async () => {
  using here = libraryPlace({})
  await started(here.config)
  fs.mkdirSync(here.at('elsewhere/docs'), { recursive: true })
  fs.writeFileSync(here.at('elsewhere/docs/b.txt'), 'b')
  const script = `
    import { getBackupSystem, initializeBackupSystem } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/system/index.ts'))}
    const { data: system } = await initializeBackupSystem(${JSON.stringify(here.config)})
    const made = await system.setupFileBackup('docs', ['./docs'])
    const missing = await system.manager.updateConfig(made.data.id, { paths: ['docs', '../source', 'missing'] })
    const run = await system.waitForRun((await system.runBackupNow(made.data.id)).data)
    const request = await system.recover.createRecoveryRequest(run.data.id, 'FULL_RESTORE', { targetPath: 'back' })
    console.log(JSON.stringify({ made, missing, run, request, health: await system.monitor.performHealthCheck() }))
    await system.shutdown()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: here.at('elsewhere'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LANG: 'pt_BR.UTF-8' },
  })
  const said = child.stdout.setEncoding('utf8').toArray()
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const { made, missing, run, request, health } = JSON.parse((await said).join('')) as {
    made: library.Result<library.ConfigView>
    missing: library.Result<library.ConfigView>
    run: library.Result<library.RunView>
    request: library.Result<library.RecoveryRequestView>
    health: library.HealthReport
  }
  assert.deepEqual(
    [made.data.settings.paths, request.data.targetPath],
    [[here.at('elsewhere/docs')], here.at('elsewhere/back')],
  )
  assert.deepEqual([run.data.state, run.data.stats?.filesNew], ['COMPLETED', 1])
  assert.equal(missing.error?.message, `O caminho ${here.at('elsewhere/missing')} não pode ser lido (ENOENT).`)
  assert.deepEqual(
    made.warnings.find(({ code }) => code === 'NO_RETENTION')?.message,
    'Nenhuma política de retenção foi informada (--retention): todos os pontos são mantidos.',
  )
  assert.match(health.checks.find(({ name }) => name === 'channels')?.message ?? '', /Defina SMTP_URL/)
  assert.match(
    (await getBackupSystem().monitor.performHealthCheck()).checks.find(({ name }) => name === 'channels')?.message ??
      '',
    /Set SMTP_URL/,
  )
})

test('storage: text, bytes and streams, in the owner and in a client alike', async () => {
  using here = libraryPlace({})
  await started(here.config)
  await using client = await startSystem({
    argument: here.config,
    cwd: here.at('.'),
    env: process.env,
    role: 'test',
    actor: 'test',
    works: false,
  })
  assert.equal(client.isOwner, false)
  const bytes = randomBytes(300_000)
  for (const { storage } of [getBackupSystem(), client.system]) {
    let seen = 0
    const stored = await storage.upload(
      'docs/data.bin',
      Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]),
      {
        onProgress: (count) => {
          seen = count
        },
      },
    )
    assert.deepEqual(
      [stored.data, seen],
      [
        { path: 'docs/data.bin', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
        bytes.length,
      ],
    )
    assert.deepEqual(Buffer.from((await storage.download('docs/data.bin')).data), bytes)
    const stream = (await storage.download('docs/data.bin', { stream: true })).data
    assert.ok(stream instanceof Readable)
    assert.deepEqual(await buffer(stream), bytes)
    assert.deepEqual((await storage.upload('note.txt', 'olá')).data.bytes, 4)
    const listed = (await storage.list('docs/')).data
    assert.deepEqual(
      listed.map(({ modifiedAt, ...file }) => [file, Number.isNaN(Date.parse(modifiedAt))]),
      [[{ path: 'docs/data.bin', bytes: bytes.length }, false]],
    )
    assert.deepEqual([(await storage.exists('note.txt')).data, (await storage.exists('docs')).data], [true, false])
    const stop = new AbortController()
    const stopped = await storage.upload('note.txt', Readable.from([bytes, bytes, bytes]), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    assert.deepEqual(
      [stopped.error?.code, Buffer.from((await storage.download('note.txt')).data).toString()],
      ['ABORTED', 'olá'],
    )
    const broken = await storage.upload('note.txt', fs.createReadStream(here.at('nothing')))
    assert.deepEqual(
      [broken.error?.code, broken.error?.message.includes(here.at('nothing'))],
      ['SOURCE_UNREADABLE', true],
    )
    assert.deepEqual(
      [
        (await storage.delete('note.txt')).data,
        (await storage.delete('note.txt')).data,
        (await storage.delete('docs/data.bin')).data,
      ],
      [{ deleted: true }, { deleted: false }, { deleted: true }],
    )
    const { error } = await storage.download('note.txt')
    assert.deepEqual(
      [error?.code, error?.message, error?.guidance],
      ['FILE_NOT_FOUND', 'There is no file note.txt in the storage.', 'storage.list() gives the paths that there are.'],
    )
  }
  assert.ok(getBackupSystem() instanceof BackupSystem)
})

test('the active log is backup.log in LOGS_DIRECTORY where that is set, else in HOME', async () => {
  using here = libraryPlace({})
  await started(here.config)
  await getBackupSystem().shutdown()
  assert.ok(fs.readFileSync(here.at('home/backup.log'), 'utf8').includes('"level":"info"'))
  fs.rmSync(here.at('home/backup.log'))
  process.env['LOGS_DIRECTORY'] = here.at('logs')
  try {
    await started(here.config)
    await getBackupSystem().shutdown()
  } finally {
    delete process.env['LOGS_DIRECTORY']
  }
  assert.deepEqual(
    [fs.readdirSync(here.at('logs')), fs.existsSync(here.at('home/backup.log'))],
    [['backup.log'], false],
  )
})

test('a working process catches up once what was missed and tells of it by webhook, and of what only its rules see', {
  skip: noServer(),
}, async () => {
  using here = libraryPlace({})
  await using server = await temporaryPostgres()
  await using web = await httpReceiver()
  const at = await systemPlace(here.at('.'), server)
  const told: SystemPlace = {
    ...at,
    config: { ...at.config, alertConfig: { minFreeSpace: 2 ** 52 } },
    env: { ...at.env, WEBHOOK_URL: web.url, WEBHOOK_ALLOW_PRIVATE: '1' },
  }
  await using caller = await callerOf(told)
  const { id } = (
    await caller.system.setupFileBackup('clinic', [here.at('source')], {
      frequency: 'DAILY',
      time: '02:00',
      timezone: 'UTC',
      retention: 30,
    })
  ).data
  // As if nothing had run for three days: nothing is missed from before a configuration was there.
  await query(told, "update neonpro_backup.configs set created_at = created_at - interval '5 days'")
  await query(
    told,
    "update neonpro_backup.due_times set due_at = due_at - interval '4 days', late_at = late_at - interval '4 days'",
  )
  await using _worker = await WorkingProcess.start(told, { name: 'a' })
  const changes = () =>
    web.received
      .map(({ body }) => JSON.parse(body) as { type: string; data: { type: string } })
      .map(({ type, data }) => `${data.type} ${type}`)
  await until('all is told', () =>
    ['BACKUP_MISSED alarm.raised', 'BACKUP_MISSED alarm.resolved', 'STORAGE_LOW alarm.raised'].every((wanted) =>
      changes().includes(wanted),
    ),
  )
  const runs = (await caller.system.manager.listBackups({ configId: id })).data.items
  assert.deepEqual(runs.map(({ trigger, state }) => `${trigger} ${state}`).sort(), [
    'CATCH_UP COMPLETED',
    'SCHEDULED MISSED',
    'SCHEDULED MISSED',
    'SCHEDULED MISSED',
  ])
  const { missed, completed, successRate } = (await caller.system.monitor.calculateMetrics('7d')).data
  assert.deepEqual([missed, completed, successRate], [3, 1, 0.25])
})
