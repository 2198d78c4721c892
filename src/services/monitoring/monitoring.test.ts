// Goal: figures by the contract's formulas, and alerts as callers raise them. Method: rows whose figures can be
// reckoned by hand.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { temporaryCatalog } from '../../../test/harness/catalog.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { addConfig, addRun } from '../../../test/harness/rows.ts'
import { testSystem } from '../../../test/harness/system.ts'
import type { Catalog } from '../../catalog/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { acknowledgeAlert, calculateMetrics, createAlert, getActiveAlerts, getRealTimeMetrics } from './index.ts'
import { bytesCounted } from './machine-figures.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

let catalog: Catalog
before(async () => {
  catalog = await temporaryCatalog()
})
after(() => catalog[Symbol.asyncDispose]())

test('nothing finished: the success rate is null, not 0 and not 1', async () => {
  await using system = await testSystem({ catalog })
  await addRun(system.parts, await addConfig(system.parts, { name: 'documents' }), { state: 'RUNNING', at: NOON })
  const metrics = await calculateMetrics(system.parts, '24h', { atMs: NOON + HOUR })
  assert.deepEqual(
    [
      metrics.total,
      metrics.successRate,
      metrics.durationMsMean,
      metrics.durationMsP95,
      metrics.throughputBytesPerSecond,
    ],
    [0, null, null, null, null],
  )
})

test('successRate = COMPLETED / (COMPLETED + PARTIAL + FAILED + MISSED); CANCELLED counts in the total alone; durations and bytes as reckoned by hand', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const stats = (bytes: number) => ({
    bytesProcessed: bytes,
    bytesAdded: bytes / 2,
    bytesStored: bytes / 4,
    filesNew: 1,
    filesChanged: 0,
    filesUnmodified: 0,
  })
  for (const [i, durationMs] of [10_000, 20_000, 30_000].entries())
    await addRun(parts, config, {
      state: 'COMPLETED',
      at: NOON - (i + 1) * HOUR,
      durationMs,
      stats: stats(6_000_000),
      trigger: i === 0 ? 'SCHEDULED' : 'MANUAL',
    })
  await addRun(parts, config, { state: 'PARTIAL', at: NOON - 4 * HOUR, durationMs: 60_000, stats: stats(12_000_000) })
  await addRun(parts, config, { state: 'FAILED', at: NOON - 5 * HOUR, durationMs: 500_000 })
  await addRun(parts, config, { state: 'MISSED', at: NOON, dueAt: NOON - 6 * HOUR })
  await addRun(parts, config, { state: 'MISSED', at: NOON, dueAt: NOON - 3 * DAY })
  await addRun(parts, config, { state: 'CANCELLED', at: NOON - 7 * HOUR })
  await addRun(parts, config, { state: 'COMPLETED', at: NOON - 2 * DAY, stats: stats(1e9) })
  const day = await calculateMetrics(parts, '24h', { atMs: NOON })
  assert.deepEqual(day, {
    from: '2026-11-23T12:00:00.000Z',
    to: '2026-11-24T12:00:00.000Z',
    total: 7,
    completed: 3,
    partial: 1,
    failed: 1,
    missed: 1,
    cancelled: 1,
    successRate: 0.5,
    durationMsMean: 30_000,
    durationMsP95: 60_000,
    bytesProcessed: 30_000_000,
    bytesAdded: 15_000_000,
    bytesStored: 7_500_000,
    throughputBytesPerSecond: 250_000,
  })
  const week = await calculateMetrics(parts, '1w', { atMs: NOON })
  assert.deepEqual([week.completed, week.missed, week.successRate], [4, 2, 0.5])
  const part = await calculateMetrics(parts, {
    from: new Date(NOON - 3 * HOUR).toISOString(),
    to: new Date(NOON - HOUR).toISOString(),
  })
  assert.deepEqual([part.total, part.completed], [2, 2])
})

test('a run belongs to the period in which it ended: neighbours share none and lose none', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  await addRun(parts, await addConfig(parts, { name: 'documents' }), { state: 'COMPLETED', at: NOON, durationMs: HOUR })
  const iso = (ms: number) => new Date(ms).toISOString()
  const counts = [
    [NOON - HOUR, NOON + HOUR],
    [NOON + HOUR, NOON + 2 * HOUR],
  ].map(async ([from, to]) => (await calculateMetrics(parts, { from: iso(from!), to: iso(to!) })).total)
  assert.deepEqual(await Promise.all(counts), [1, 0])
})

test('a period that is none is refused with the accepted form', async () => {
  await using system = await testSystem({ catalog })
  for (const period of [
    '',
    '7',
    '0d',
    'd',
    '7 d',
    '-1d',
    { from: 'x', to: '2026-01-01' },
    { from: '2026-01-01', to: 'x' },
    { from: '2026-01-02', to: '2026-01-01' },
  ]) {
    await assert.rejects(
      calculateMetrics(system.parts, period),
      (error) => isBackupError(error, 'CONFIG_INVALID') && error.context['path'] === 'period',
      JSON.stringify(period),
    )
  }
})

test("this moment: 30 days of runs, what is active, the repository's real bytes, growth by source, the machine", async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  await addRun(parts, config, { state: 'RUNNING', at: NOON })
  for (let i = 0; i < 2; i += 1) await addRun(parts, config, { state: 'PENDING', at: NOON })
  await addRun(parts, config, { state: 'FAILED', at: NOON - 29 * DAY })
  await addRun(parts, config, { state: 'COMPLETED', at: NOON - DAY, stats: { bytesStored: 77 } })
  await addRun(parts, config, { state: 'COMPLETED', at: NOON - 31 * DAY, stats: { bytesStored: 1000 } })
  for (const [source, bytes_added, removed_at] of [
    ['a', 5, null],
    ['a', 6, null],
    ['b', 7, null],
    ['b', 100, new Date(NOON)],
  ] as const) {
    await parts.catalog.db
      .insertInto('recovery_points')
      .values({
        id: randomUUID(),
        tenant_id: parts.tenantId,
        repository_id: parts.repositories.first.rowId,
        snapshot: randomUUID(),
        config_id: config,
        source,
        created_at: new Date(NOON),
        type: 'FULL',
        is_complete: true,
        bytes_added,
        removed_at,
      })
      .execute()
  }
  await createAlert(parts, { type: 'CUSTOM', severity: 'LOW', message: 'x' })
  let metrics = await getRealTimeMetrics(parts, { atMs: NOON })
  // On a busy machine the listing may take longer than a caller waits for it; it goes on meanwhile.
  while (metrics.storage.repositoryBytes === null) metrics = await getRealTimeMetrics(parts, { atMs: NOON })
  assert.deepEqual(
    [
      metrics.activeBackups,
      metrics.queuedBackups,
      metrics.activeRecoveries,
      metrics.activeAlerts,
      metrics.successRate,
      metrics.total,
    ],
    [1, 2, 0, 1, 0.5, 2],
  )
  let bytes = 0
  await using store = parts.repositories.first.openStore()
  for await (const object of store.list('')) bytes += object.bytes
  assert.ok(bytes > 0)
  assert.deepEqual(
    [metrics.storage.repositoryBytes, metrics.storage.growthBytes30Days, metrics.storage.bySource],
    [bytes, 77, { a: 11, b: 7 }],
  )
  assert.ok(metrics.storage.bytesFree! > 0 && metrics.storage.bytesFree! <= metrics.storage.bytesTotal!)
  const { cpuPercent, memoryPercent, diskPercent, networkBytesPerSecond, storageLatencyMs } = metrics.system
  for (const share of [cpuPercent, memoryPercent, diskPercent]) assert.ok(share !== null && share >= 0 && share <= 100)
  assert.ok(networkBytesPerSecond === null || networkBytesPerSecond >= 0)
  assert.ok(storageLatencyMs !== null && storageLatencyMs >= 0)
})

test('an alert that a caller raises is active until somebody sees to it; one that is not there is refused', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const alert = await createAlert(parts, { type: 'CUSTOM', severity: 'HIGH', message: 'fita cheia' })
  await createAlert(parts, { type: 'CUSTOM', severity: 'HIGH', message: 'fita cheia' })
  await createAlert(parts, { type: 'CUSTOM', severity: 'LOW', message: 'outra' })
  const active = await getActiveAlerts(parts)
  assert.deepEqual(active.map(({ message, count, state }) => `${message} ${count} ${state}`).sort(), [
    'fita cheia 2 FIRING',
    'outra 1 FIRING',
  ])
  assert.equal((await acknowledgeAlert(parts, alert.id, 'ana')).state, 'ACKNOWLEDGED')
  await parts.catalog.db.updateTable('alerts').set({ state: 'RESOLVED' }).where('id', '=', alert.id).execute()
  assert.equal((await getActiveAlerts(parts)).length, 1)
  for (const id of [alert.id, randomUUID(), 'no id'])
    await assert.rejects(acknowledgeAlert(parts, id, 'ana'), failsWith('ALERT_NOT_FOUND'))
})

test('what goes over the network is what the interfaces received and sent, without the loopback', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1902077043 1730474    0  288    0     0          0         0 1902077043 1730474    0    0    0     0       0          0
  eth0:     100       2    3    4    5     6          7         8       20      10   11   12   13    14      15         16
wlp0s20:3000 2 3 4 5 6 7 8 400 10 11 12 13 14 15 16
`
  assert.equal(bytesCounted(text), 3520)
})
