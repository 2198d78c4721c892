// Goal: the report says what is, unknown is never healthy, and every bad line says what to do. Method: each state is
// made for real: points, workers, a repository that is gone, a full disk by its limit, a database that is closed.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { directoryCatalog, temporaryCatalog } from '../../../test/harness/catalog.ts'
import { type HttpReceiver, httpReceiver } from '../../../test/harness/http-receiver.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { addConfig, addRun } from '../../../test/harness/rows.ts'
import { type TestSystem, testSystem, withFirst } from '../../../test/harness/system.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import type { Catalog } from '../../catalog/index.ts'
import type { HealthReport } from '../../contracts/system/index.ts'
import { dispatchOutbox, schedulerHeartbeat } from '../alarms/index.ts'
import type { SystemParts } from '../parts.ts'
import { registerWorker } from '../scheduling/index.ts'
import { HEALTH_TEXTS } from './health-texts.ts'
import { createAlert, performHealthCheck } from './index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** 09:00 in São Paulo: seven hours after a daily backup at 02:00 is due, an hour after its grace. */
const NOON = Date.parse('2026-11-24T12:00:00Z')

let catalog: Catalog
let receiver: HttpReceiver
before(async () => {
  catalog = await temporaryCatalog()
  receiver = await httpReceiver()
})
after(async () => {
  await receiver[Symbol.asyncDispose]()
  await catalog[Symbol.asyncDispose]()
})

/** Everything as it should be, but for configurations. */
async function soundSystem(): Promise<TestSystem> {
  const system = await testSystem({
    catalog,
    channels: { webhookUrl: `${receiver.url}/x`, webhookAllowPrivate: true, healthcheckUrl: `${receiver.url}/beat` },
  })
  await registerWorker(system.parts, { scheduler: true, worker: true })
  return system
}

async function addPoint(
  { catalog: { db }, tenantId, repositories: { first: repository } }: SystemParts,
  configId: string,
  point: { at: number; isComplete?: boolean; isRemoved?: boolean },
): Promise<void> {
  await db
    .insertInto('recovery_points')
    .values({
      id: randomUUID(),
      tenant_id: tenantId,
      repository_id: repository.rowId,
      snapshot: randomUUID(),
      config_id: configId,
      source: 's',
      created_at: new Date(point.at),
      counts_at: new Date(point.at),
      type: 'FULL',
      is_complete: point.isComplete ?? true,
      removed_at: point.isRemoved ? new Date(point.at + 1) : null,
    })
    .execute()
}

const statusOf = ({ checks }: HealthReport, name: string): string =>
  checks.find((check) => check.name === name)?.status ?? 'absent'
const messageOf = ({ checks }: HealthReport, name: string): string =>
  checks.find((check) => check.name === name)?.message ?? ''

test('healthy only when everything is known to be: then every check says so', async () => {
  await using system = await soundSystem()
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  await addPoint(parts, config, { at: Date.parse('2026-11-24T05:00:30Z') })
  const report = await performHealthCheck(parts, { atMs: NOON })
  assert.deepEqual(
    report.checks.map(({ name, status }) => `${name} ${status}`),
    ['database', 'repository', 'scheduler', 'backup:documents', 'free-space', 'alerts', 'channels', 'heartbeat'].map(
      (name) => `${name} HEALTHY`,
    ),
  )
  assert.deepEqual([report.overall, report.checkedAt], ['HEALTHY', '2026-11-24T12:00:00.000Z'])
})

test('a dead channel is never healthy: nobody answers there, or what it was given stays behind', async () => {
  await using system = await soundSystem()
  const { parts } = system
  await receiver.stop()
  const dead = await performHealthCheck(parts, { atMs: NOON })
  await receiver.start()
  assert.deepEqual([statusOf(dead, 'channels'), statusOf(dead, 'heartbeat')], ['UNHEALTHY', 'UNHEALTHY'])
  assert.match(messageOf(dead, 'channels'), /would not arrive by webhook \(ECONNREFUSED\)/)
  assert.equal(statusOf(await performHealthCheck(parts, { atMs: NOON }), 'channels'), 'HEALTHY')
  receiver.status = 500
  await createAlert(parts, { type: 'CUSTOM', severity: 'LOW', message: 'x' })
  await dispatchOutbox(parts, { signal: AbortSignal.timeout(20_000) })
  assert.equal(await schedulerHeartbeat(parts, { signal: AbortSignal.timeout(20_000) }), false)
  const refusing = await performHealthCheck(parts, { atMs: NOON })
  receiver.status = 200
  assert.deepEqual([statusOf(refusing, 'channels'), statusOf(refusing, 'heartbeat')], ['UNHEALTHY', 'UNHEALTHY'])
  assert.match(messageOf(refusing, 'heartbeat'), /HTTP 500/)
})

test('a fresh system is not healthy: nothing is backed up, nobody would hear of it', async () => {
  await using system = await testSystem({ catalog, locale: 'pt-BR' })
  const report = await performHealthCheck(system.parts)
  assert.equal(report.overall, 'UNKNOWN')
  assert.deepEqual(
    ['backups', 'scheduler', 'channels', 'heartbeat'].map((name) => statusOf(report, name)),
    ['UNKNOWN', 'DEGRADED', 'DEGRADED', 'DEGRADED'],
  )
  assert.match(messageOf(report, 'channels'), /Defina SMTP_URL/)
  assert.match(messageOf(report, 'heartbeat'), /HEALTHCHECK_URL, sem \{slug\}/)
})

test('a backup is judged by the points that exist now: never, fresh, overdue, running, incomplete, removed, by hand', async () => {
  await using system = await soundSystem()
  const { parts } = system
  const due = Date.parse('2026-11-24T05:00:00Z')
  const config = async (name: string, ...points: Array<Parameters<typeof addPoint>[2]>) => {
    const id = await addConfig(parts, { name, ...(name === 'byHand' && { schedule: { kind: 'MANUAL' } }) })
    await parts.catalog.db
      .updateTable('configs')
      .set({ created_at: new Date(name === 'new' ? due + HOUR : due - 10 * DAY) })
      .where('id', '=', id)
      .execute()
    for (const point of points) await addPoint(parts, id, point)
    // What a run said is no evidence.
    await addRun(parts, id, { state: 'COMPLETED', at: due + 1000 })
    return id
  }
  await config('new')
  await config('never')
  await config('fresh', { at: due + 1000 })
  await config('overdue', { at: due - DAY + 1000 })
  await addRun(parts, await config('running', { at: due - DAY + 1000 }), { state: 'RUNNING', at: due + HOUR })
  await config('removed', { at: due + 1000, isRemoved: true })
  await config('incomplete', { at: due + 1000, isComplete: false })
  await config('newestIncomplete', { at: due + 1000 }, { at: due + HOUR, isComplete: false })
  await config('byHand', { at: due - 100 * DAY })
  await parts.catalog.db
    .updateTable('configs')
    .set({ enabled: false })
    .where('id', '=', await config('off'))
    .execute()
  const report = await performHealthCheck(parts, { atMs: NOON })
  const backups = Object.fromEntries(
    report.checks.filter(({ name }) => name.startsWith('backup:')).map(({ name, status }) => [name.slice(7), status]),
  )
  assert.deepEqual(backups, {
    new: 'UNKNOWN',
    never: 'UNHEALTHY',
    fresh: 'HEALTHY',
    overdue: 'UNHEALTHY',
    running: 'DEGRADED',
    removed: 'UNHEALTHY',
    incomplete: 'UNHEALTHY',
    newestIncomplete: 'DEGRADED',
    byHand: 'HEALTHY',
  })
  assert.equal(report.overall, 'UNHEALTHY')
  assert.match(
    messageOf(report, 'backup:overdue'),
    /11\/23\/2026, 02:00 GMT-3; the next was due at 11\/24\/2026, 02:00 GMT-3.*neonpro-backup run overdue/,
  )
  const early = await performHealthCheck(parts, { atMs: due + 5 * HOUR })
  assert.equal(statusOf(early, 'backup:overdue'), 'HEALTHY', 'within the grace')
})

test('a repository that is gone, and one that another key opens, are unhealthy; one that is stopped ends at once', async () => {
  await using system = await soundSystem()
  const { parts } = system
  fs.renameSync(`${system.folder}/repository`, `${system.folder}/elsewhere`)
  const gone = await performHealthCheck(parts)
  assert.deepEqual(
    [gone.overall, statusOf(gone, 'repository'), statusOf(gone, 'free-space')],
    ['UNHEALTHY', 'UNHEALTHY', 'UNKNOWN'],
  )
  assert.match(messageOf(gone, 'repository'), /was here before and is gone.*Mount its disk/)
  const stop = new AbortController()
  const hanging = performHealthCheck(
    withFirst(parts, { ...parts.repositories.first, open: () => new Promise(() => {}) }),
    { signal: stop.signal },
  )
  stop.abort()
  await assert.rejects(hanging, failsWith('ABORTED'))
})

test('a repository that does not answer is unhealthy after ten seconds, and the rest of the report is there', {
  timeout: 120_000,
}, async () => {
  await using system = await soundSystem()
  const { parts } = system
  const startMs = performance.now()
  const report = await performHealthCheck(
    withFirst(parts, { ...parts.repositories.first, open: () => new Promise(() => {}) }),
  )
  const seconds = (performance.now() - startMs) / 1000
  assert.ok(seconds >= 9.9, `${seconds} s`)
  assert.deepEqual(
    [report.overall, statusOf(report, 'repository'), statusOf(report, 'database'), statusOf(report, 'scheduler')],
    ['UNHEALTHY', 'UNHEALTHY', 'HEALTHY', 'HEALTHY'],
  )
  assert.match(messageOf(report, 'repository'), /10 s/)
})

test('no scheduler is unhealthy where something waits for one; a dead worker is none', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  await addConfig(parts, { name: 'byHand', schedule: { kind: 'MANUAL' } })
  assert.equal(statusOf(await performHealthCheck(parts), 'scheduler'), 'DEGRADED')
  await addConfig(parts, { name: 'daily' })
  const report = await performHealthCheck(parts)
  assert.deepEqual(
    [statusOf(report, 'scheduler'), /neonpro-backup serve/.test(messageOf(report, 'scheduler'))],
    ['UNHEALTHY', true],
  )
  await registerWorker(parts, { scheduler: true, worker: false })
  assert.equal(statusOf(await performHealthCheck(parts), 'scheduler'), 'HEALTHY')
  await catalog.db
    .updateTable('workers')
    .set({ heartbeat_at: new Date(Date.now() - HOUR) })
    .where('id', '=', parts.worker.id)
    .execute()
  assert.equal(statusOf(await performHealthCheck(parts), 'scheduler'), 'UNHEALTHY')
})

test('little room and critical alerts are unhealthy, other open alerts degrade', async () => {
  await using system = await soundSystem()
  const { parts } = system
  const low = await performHealthCheck({
    ...parts,
    defaults: { alertConfig: { minFreeSpace: Number.MAX_SAFE_INTEGER } },
  })
  assert.equal(statusOf(low, 'free-space'), 'UNHEALTHY')
  await createAlert(parts, { type: 'CUSTOM', severity: 'HIGH', message: 'a' })
  assert.equal(statusOf(await performHealthCheck(parts), 'alerts'), 'DEGRADED')
  await createAlert(parts, { type: 'CUSTOM', severity: 'CRITICAL', message: 'b' })
  assert.deepEqual(
    [statusOf(await performHealthCheck(parts), 'alerts'), messageOf(await performHealthCheck(parts), 'alerts')],
    ['UNHEALTHY', '2 alarms are open, 1 of them critical. "neonpro-backup status" lists them.'],
  )
})

test('a database that does not answer: a report all the same, nothing in it healthy that could not be looked at', async () => {
  using folder = temporaryDirectory()
  const own = await directoryCatalog(`${folder.path}/database`)
  await using system = await testSystem({ catalog: own })
  await own[Symbol.asyncDispose]()
  const report = await performHealthCheck(system.parts)
  assert.equal(report.overall, 'UNHEALTHY')
  assert.deepEqual(
    ['database', 'scheduler', 'backups', 'free-space', 'alerts'].map((name) => statusOf(report, name)),
    ['UNHEALTHY', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN'],
  )
})

test('every sentence is in both languages, and they differ', () => {
  for (const [name, text] of Object.entries(HEALTH_TEXTS)) {
    assert.notEqual(text.en, text['pt-BR'], name)
    assert.deepEqual(
      [...text.en.matchAll(/\{\w+\}/g)].map(String).sort(),
      [...text['pt-BR'].matchAll(/\{\w+\}/g)].map(String).sort(),
      name,
    )
  }
})
