// Goal: each rule fires, counts and ends; nothing is told twice; no path is in what is sent.
// Method: rows in a real database, a clock that is an argument, and what lies in the outbox.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryCatalog } from '../../../test/harness/catalog.ts'
import { addConfig, addRun } from '../../../test/harness/rows.ts'
import { testSystem, withFirst } from '../../../test/harness/system.ts'
import type { Catalog } from '../../catalog/index.ts'
import { AlertType, VARIABLES } from '../../contracts/system/index.ts'
import type { AlarmNotice } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import { alarmText } from './alarm-texts.ts'
import { evaluateRules, raiseAlarm, resolveAlarm, runFinished, runStarted } from './index.ts'
import { failureRate } from './rules/failure-rate.ts'
import { thresholdsOf } from './thresholds.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const CHANNELS = {
  webhookUrl: 'https://hooks.example/neonpro',
  smtpUrl: 'smtp://mail.example',
  emailFrom: 'a@clinic.example',
  emailTo: ['b@clinic.example'],
}

let catalog: Catalog
before(async () => {
  catalog = await temporaryCatalog()
})
after(() => catalog[Symbol.asyncDispose]())

async function alarms({ tenantId }: SystemParts): Promise<string[]> {
  const rows = await catalog.db
    .selectFrom('alerts')
    .select(['type', 'state', 'count', 'severity'])
    .where('tenant_id', '=', tenantId)
    .orderBy('first_seen_at')
    .orderBy('type')
    .execute()
  return rows.map(({ type, state, count, severity }) => `${type} ${state} ${count} ${severity}`)
}

async function told({ tenantId }: SystemParts, channel = 'webhook'): Promise<AlarmNotice[]> {
  const rows = await catalog.db
    .selectFrom('outbox')
    .select('event')
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', channel)
    .orderBy('created_at')
    .execute()
  return rows.map(({ event }) => event as AlarmNotice)
}

const changes = (notices: readonly AlarmNotice[]): string[] =>
  notices.map(({ type, change, count }) => `${type} ${change} ${count}`)

test('a failed run raises, the next one counts, the third in a row is critical, the next that stores something ends it; each is told once on every channel', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS, locale: 'pt-BR' })
  const { parts } = system
  const config = await addConfig(parts, { name: 'Prontuários' })
  for (let i = 0; i < 3; i += 1) {
    const run = await addRun(parts, config, {
      state: 'FAILED',
      at: NOON + i * DAY,
      error: { code: 'SOURCE_UNREADABLE', message: '/srv/maria-silva.pdf', guidance: '' },
    })
    await runFinished(parts, { id: run })
    await runFinished(parts, { id: run })
    await evaluateRules(parts, NOON + i * DAY + HOUR)
    assert.deepEqual(
      (await alarms(parts)).filter((text) => text.startsWith('BACKUP_FAILED')),
      [`BACKUP_FAILED FIRING ${i + 1} ${i < 2 ? 'HIGH' : 'CRITICAL'}`],
    )
  }
  await runFinished(parts, { id: await addRun(parts, config, { state: 'COMPLETED', at: NOON + 4 * DAY }) })
  for (const channel of ['webhook', 'email']) {
    const notices = (await told(parts, channel)).filter(({ type }) => type === 'BACKUP_FAILED')
    assert.deepEqual(changes(notices), [
      'BACKUP_FAILED RAISED 1',
      'BACKUP_FAILED REPEATED 2',
      'BACKUP_FAILED REPEATED 3',
      'BACKUP_FAILED RESOLVED 3',
    ])
    assert.match(notices[0]!.message, /O backup "Prontuários" falhou\. .*SOURCE_UNREADABLE/)
    assert.equal(notices[0]!.title, 'Falha no backup')
    assert.doesNotMatch(JSON.stringify(notices), /maria|\/srv/)
  }
})

test('a run that is tried again tells nothing yet; one that was cancelled neither', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  // What is told at once is judged by the machine's clock: a run that has been at it for hours would be long.
  for (const state of ['PENDING', 'RUNNING', 'CANCELLED'] as const)
    await runFinished(parts, { id: await addRun(parts, config, { state, at: Date.now() }) })
  assert.deepEqual(await alarms(parts), [])
})

test('an incomplete run raises with a count of what it left out, and a whole one ends it; a failure in between does not', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  await runFinished(parts, {
    id: await addRun(parts, config, {
      state: 'PARTIAL',
      at: NOON,
      skipped: [
        { path: '/srv/ana.pdf', reason: 'EACCES' },
        { path: '/srv/rui.pdf', reason: 'EACCES' },
      ],
    }),
  })
  await runFinished(parts, {
    id: await addRun(parts, config, { state: 'FAILED', at: NOON + HOUR, error: { code: 'DISK_FULL' } }),
  })
  assert.deepEqual(await alarms(parts), ['BACKUP_PARTIAL FIRING 1 MEDIUM', 'BACKUP_FAILED FIRING 1 HIGH'])
  await runFinished(parts, { id: await addRun(parts, config, { state: 'COMPLETED', at: NOON + 2 * HOUR }) })
  const notices = await told(parts)
  assert.match(notices[0]!.message, /but 2 items are missing/)
  assert.doesNotMatch(JSON.stringify(notices), /\/srv/)
  assert.equal((await alarms(parts)).filter((text) => text.includes('RESOLVED')).length, 2)
})

test('a failure that nobody told of (the process died) is found in the rows', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  await addRun(parts, await addConfig(parts, { name: 'documents' }), {
    state: 'FAILED',
    at: NOON,
    error: { code: 'WORKER_LOST' },
  })
  await evaluateRules(parts, NOON + 1)
  await evaluateRules(parts, NOON + 2)
  assert.deepEqual(changes(await told(parts)), ['BACKUP_FAILED RAISED 1'])
})

test('removing a configuration ends its alarms', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  await runFinished(parts, {
    id: await addRun(parts, config, { state: 'FAILED', at: NOON, error: { code: 'DISK_FULL' } }),
  })
  await parts.catalog.db
    .updateTable('configs')
    .set({ removed_at: new Date(NOON) })
    .where('id', '=', config)
    .execute()
  await evaluateRules(parts, NOON + 1)
  assert.deepEqual(await alarms(parts), ['BACKUP_FAILED RESOLVED 1 HIGH'])
})

test('late: after the grace, waiting or queued; ends when the run begins', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const row = {
    config_id: config,
    tenant_id: parts.tenantId,
    due_at: new Date(NOON),
    late_at: new Date(NOON + 6 * HOUR),
  }
  await parts.catalog.db.insertInto('due_times').values(row).execute()
  await evaluateRules(parts, NOON + 6 * HOUR - 1)
  assert.deepEqual(await alarms(parts), [])
  await evaluateRules(parts, NOON + 6 * HOUR)
  await evaluateRules(parts, NOON + 7 * HOUR)
  const run = await addRun(parts, config, { state: 'PENDING', at: NOON + 7 * HOUR, dueAt: NOON })
  await parts.catalog.db
    .updateTable('due_times')
    .set({ state: 'ENQUEUED', run_id: run })
    .where('config_id', '=', config)
    .execute()
  await evaluateRules(parts, NOON + 8 * HOUR)
  assert.deepEqual(await alarms(parts), ['BACKUP_LATE FIRING 1 MEDIUM'])
  assert.match((await told(parts))[0]!.message, /"documents" was due at 11\/24\/2026, 09:00 GMT-3/)
  await parts.catalog.db
    .updateTable('runs')
    .set({ state: 'RUNNING', started_at: new Date(NOON + 8 * HOUR) })
    .where('id', '=', run)
    .execute()
  await runStarted(parts, { id: run }, { atMs: NOON + 8 * HOUR })
  assert.deepEqual(changes(await told(parts)), ['BACKUP_LATE RAISED 1', 'BACKUP_LATE RESOLVED 1'])
})

test('missed: what the scheduler called so, or what still waits when the next is due; it mutes late, counts each due time and ends with the next good run', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents', timezone: 'UTC' })
  const due = Date.parse('2026-11-24T02:00:00Z')
  await parts.catalog.db
    .insertInto('due_times')
    .values({ config_id: config, tenant_id: parts.tenantId, due_at: new Date(due), late_at: new Date(due + 6 * HOUR) })
    .execute()
  await evaluateRules(parts, due + DAY - 1)
  assert.deepEqual(await alarms(parts), ['BACKUP_LATE FIRING 1 MEDIUM'])
  await evaluateRules(parts, due + DAY)
  assert.deepEqual(await alarms(parts), ['BACKUP_LATE RESOLVED 1 MEDIUM', 'BACKUP_MISSED FIRING 1 HIGH'])
  assert.deepEqual(
    changes(await told(parts)),
    ['BACKUP_LATE RAISED 1', 'BACKUP_MISSED RAISED 1'],
    'the end of late is not told: missed says more',
  )
  await parts.catalog.db.updateTable('due_times').set({ state: 'MISSED' }).where('config_id', '=', config).execute()
  await evaluateRules(parts, due + DAY + HOUR)
  await parts.catalog.db
    .insertInto('due_times')
    .values({
      config_id: config,
      tenant_id: parts.tenantId,
      due_at: new Date(due + DAY),
      late_at: new Date(due + DAY),
      state: 'MISSED',
    })
    .execute()
  await evaluateRules(parts, due + 2 * DAY)
  await evaluateRules(parts, due + 2 * DAY)
  assert.deepEqual((await alarms(parts))[1], 'BACKUP_MISSED FIRING 2 HIGH')
  await runFinished(
    parts,
    { id: await addRun(parts, config, { state: 'COMPLETED', at: due + 2 * DAY, trigger: 'CATCH_UP' }) },
    { atMs: due + 2 * DAY + 60_000 },
  )
  assert.deepEqual((await alarms(parts))[1], 'BACKUP_MISSED RESOLVED 2 HIGH')
  assert.deepEqual(changes(await told(parts)).slice(1), [
    'BACKUP_MISSED RAISED 1',
    'BACKUP_MISSED REPEATED 2',
    'BACKUP_MISSED RESOLVED 2',
  ])
})

test('a disabled configuration is neither late nor missed', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents', enabled: false })
  await parts.catalog.db
    .insertInto('due_times')
    .values([
      { config_id: config, tenant_id: parts.tenantId, due_at: new Date(NOON), late_at: new Date(NOON + HOUR) },
      {
        config_id: config,
        tenant_id: parts.tenantId,
        due_at: new Date(NOON - DAY),
        late_at: new Date(NOON - DAY),
        state: 'MISSED',
      },
    ])
    .execute()
  await evaluateRules(parts, NOON + 10 * DAY)
  assert.deepEqual(await alarms(parts), [])
})

test("overrun: while it still runs, by the configuration's own limit; ends with the run", async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const run = await addRun(parts, await addConfig(parts, { name: 'documents', alertConfig: { maxBackupTime: 600 } }), {
    state: 'RUNNING',
    at: NOON,
  })
  await addRun(parts, await addConfig(parts, { name: 'pictures' }), { state: 'RUNNING', at: NOON })
  await evaluateRules(parts, NOON + 600_000)
  assert.deepEqual(await alarms(parts), [])
  await evaluateRules(parts, NOON + 601_000)
  await evaluateRules(parts, NOON + 7_200_000)
  assert.deepEqual(changes(await told(parts)), ['BACKUP_OVERRUN RAISED 1'])
  await parts.catalog.db
    .updateTable('runs')
    .set({ state: 'COMPLETED', finished_at: new Date(NOON + 7_200_000) })
    .where('id', '=', run)
    .execute()
  await runFinished(parts, { id: run }, { atMs: NOON + 7_200_000 })
  assert.deepEqual(changes(await told(parts)), ['BACKUP_OVERRUN RAISED 1', 'BACKUP_OVERRUN RESOLVED 1'])
  await evaluateRules(parts, NOON + 7_201_000)
  assert.deepEqual(
    (await alarms(parts)).filter((text) => text.includes('FIRING')),
    ['BACKUP_OVERRUN FIRING 1 MEDIUM'],
    'two hours are the default',
  )
})

/** One run a step, oldest first, the last one step before `endMs`: F failed, . completed, p partial, x missed. */
async function history(
  parts: SystemParts,
  config: string,
  { marks, endMs, stepMs = DAY }: { readonly marks: string; readonly endMs: number; readonly stepMs?: number },
): Promise<void> {
  const states = { F: 'FAILED', '.': 'COMPLETED', p: 'PARTIAL', x: 'MISSED' } as const
  for (const [i, mark] of [...marks].entries())
    await addRun(parts, config, {
      state: states[mark as keyof typeof states],
      at: endMs - (marks.length - i) * stepMs,
      ...(mark === 'F' && { error: { code: 'DISK_FULL' } }),
    })
}

async function rateAlarms(parts: SystemParts): Promise<string[]> {
  return (await alarms(parts)).filter((text) => text.startsWith('FAILURE_RATE'))
}

test('failure rate: failures of the last 30 days over finished runs, from five on, that come back on another day; told again with another failure, ends below four fifths of the limit', async () => {
  await using system = await testSystem({
    catalog,
    channels: CHANNELS,
    defaults: { alertConfig: { failureRate: 0.5, minFreeSpace: 0 } },
  })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const look = (ms: number) => evaluateRules(parts, ms, { rules: [failureRate] })
  await history(parts, config, { marks: 'FF', endMs: NOON - 33 * DAY })
  await history(parts, config, { marks: 'FpFx', endMs: NOON - DAY })
  await history(parts, config, { marks: 'F', endMs: NOON })
  await look(NOON)
  assert.deepEqual(await rateAlarms(parts), [], 'four finished runs are too few')
  await history(parts, config, { marks: '.', endMs: NOON, stepMs: HOUR })
  await look(NOON)
  await look(NOON + HOUR)
  await look(NOON + DAY)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE FIRING 1 MEDIUM'], 'no other failure, no reminder')
  assert.match(
    (await told(parts)).find(({ type }) => type === 'FAILURE_RATE')!.message,
    /Of the last 5 runs of "documents" \(30 days\), 3 failed: 60%, the limit is 50%/,
  )
  await history(parts, config, { marks: 'F', endMs: NOON + DAY, stepMs: HOUR })
  await look(NOON + DAY)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE FIRING 2 MEDIUM'])
  await history(parts, config, { marks: '...', endMs: NOON + DAY + HOUR, stepMs: 60_000 })
  await look(NOON + DAY + HOUR)
  assert.deepEqual(
    await rateAlarms(parts),
    ['FAILURE_RATE FIRING 2 MEDIUM'],
    '4 of 9 is below the limit but above four fifths of it',
  )
  await history(parts, config, { marks: '..', endMs: NOON + DAY + 2 * HOUR, stepMs: 60_000 })
  await look(NOON + DAY + 2 * HOUR)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE RESOLVED 2 MEDIUM'], '4 of 11')
})

test('one bad night is no failure rate, however often it failed; what comes back raises it, and three days without a failure end it', async () => {
  await using system = await testSystem({ catalog, defaults: { alertConfig: { minFreeSpace: 0 } } })
  const { parts } = system
  const look = (ms: number) => evaluateRules(parts, ms, { rules: [failureRate] })
  const nights = {
    once: await addConfig(parts, { name: 'nightly, one night' }),
    outage: await addConfig(parts, { name: 'nightly, three nights on end' }),
    hourly: await addConfig(parts, { name: 'hourly, one night with gaps' }),
  }
  await history(parts, nights.once, { marks: '......F', endMs: NOON })
  await history(parts, nights.outage, { marks: '.....FFF', endMs: NOON })
  await history(parts, nights.hourly, { marks: '....F..FF.F', endMs: NOON, stepMs: HOUR })
  await look(NOON)
  assert.deepEqual(await rateAlarms(parts), [])

  const flapping = await addConfig(parts, { name: 'nightly, now and again' })
  await history(parts, flapping, { marks: '....F.F..F', endMs: NOON })
  await look(NOON)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE FIRING 1 MEDIUM'])
  await look(NOON + 4 * DAY)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE FIRING 1 MEDIUM'], 'days without any run say nothing')
  await history(parts, flapping, { marks: '..', endMs: NOON + 2 * DAY })
  await look(NOON + 2 * DAY)
  assert.deepEqual(await rateAlarms(parts), ['FAILURE_RATE FIRING 1 MEDIUM'])
  await look(NOON + 2 * DAY + HOUR)
  assert.deepEqual(
    await rateAlarms(parts),
    ['FAILURE_RATE RESOLVED 1 MEDIUM'],
    'at 3 of 12 it would have stood a month',
  )
  await history(parts, flapping, { marks: 'F', endMs: NOON + 3 * DAY })
  await look(NOON + 3 * DAY)
  assert.deepEqual((await rateAlarms(parts)).at(-1), 'FAILURE_RATE FIRING 1 MEDIUM', 'it came back')
})

test('the failure rate is looked at when a run ends, and else every five minutes', async () => {
  await using system = await testSystem({ catalog, defaults: { alertConfig: { failureRate: 0.1, minFreeSpace: 0 } } })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  await evaluateRules(parts, NOON)
  await history(parts, config, { marks: 'FF.FF', endMs: NOON })
  await evaluateRules(parts, NOON + 299_999)
  assert.equal((await rateAlarms(parts)).length, 0)
  await evaluateRules(parts, NOON + 300_000)
  assert.equal((await rateAlarms(parts)).length, 1)
  const other = await addConfig(parts, { name: 'pictures' })
  await history(parts, other, { marks: 'FF.FF', endMs: NOON })
  await runFinished(
    parts,
    { id: await addRun(parts, other, { state: 'COMPLETED', at: NOON }) },
    { atMs: NOON + 300_001 },
  )
  assert.equal((await rateAlarms(parts)).length, 2)
})

test('free space: below the largest limit that is asked for, at repository and HOME; ends above 1.2 times of it; unknown stays as it was', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  let free = 999
  const repository = {
    ...parts.repositories.first,
    openStore: () =>
      Object.assign(parts.repositories.first.openStore(), {
        capacity: () =>
          free < 0 ? Promise.reject(new Error('gone')) : Promise.resolve({ bytesFree: free, bytesTotal: 1e6 }),
      }),
  }
  const at = (bytes: number, ms: number) => {
    free = bytes
    return evaluateRules(withFirst(parts, repository), ms)
  }
  await addConfig(parts, { name: 'documents', alertConfig: { minFreeSpace: 1000 } })
  await addConfig(parts, { name: 'off', alertConfig: { minFreeSpace: 1e15 }, enabled: false })
  await at(1000, NOON)
  assert.deepEqual(await alarms(parts), [])
  await at(999, NOON)
  await at(999, NOON + HOUR)
  assert.deepEqual(await alarms(parts), ['STORAGE_LOW FIRING 1 HIGH'])
  await at(1200, NOON + HOUR)
  await at(-1, NOON + HOUR)
  assert.deepEqual(await alarms(parts), ['STORAGE_LOW FIRING 1 HIGH'])
  await at(1201, NOON + HOUR)
  assert.deepEqual(changes(await told(parts)), ['STORAGE_LOW RAISED 1', 'STORAGE_LOW RESOLVED 1'])
  assert.match((await told(parts))[0]!.message, /999 B are free on the disk of the repository; the limit is 1,000 B/)
  await evaluateRules(
    { ...parts, defaults: { alertConfig: { minFreeSpace: Number.MAX_SAFE_INTEGER } } },
    NOON + 2 * HOUR,
  )
  assert.equal(
    (await alarms(parts)).filter((text) => text === 'STORAGE_LOW FIRING 1 HIGH').length,
    2,
    'repository and HOME',
  )
})

test('eight workers that see the same raise one alarm and tell it once', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const run = await addRun(parts, await addConfig(parts, { name: 'documents' }), {
    state: 'FAILED',
    at: NOON,
    error: { code: 'DISK_FULL' },
  })
  await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0 ? runFinished(parts, { id: run }) : evaluateRules(parts, NOON + 1),
    ),
  )
  assert.deepEqual(await alarms(parts), ['BACKUP_FAILED FIRING 1 HIGH'])
  assert.equal((await told(parts)).length, 1)
})

test('what is raised by a call counts each time and is not ended by a rule; an acknowledged alarm is silent for a day', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const raise = (atMs: number) =>
    raiseAlarm(parts, { type: 'STORAGE_LOW', severity: 'LOW', message: 'x', about: { resource: 'call:x' }, atMs })
  const { id } = await raise(NOON)
  await raise(NOON + 1)
  await evaluateRules(parts, NOON + 2)
  assert.deepEqual(await alarms(parts), ['STORAGE_LOW FIRING 2 LOW'])
  await parts.catalog.db
    .updateTable('alerts')
    .set({ state: 'ACKNOWLEDGED', acknowledged_at: new Date(NOON), acknowledged_by: 'ana' })
    .where('id', '=', id)
    .execute()
  await raise(NOON + DAY - 1)
  assert.deepEqual([await alarms(parts), (await told(parts)).length], [['STORAGE_LOW ACKNOWLEDGED 3 LOW'], 2])
  await raise(NOON + DAY)
  assert.deepEqual([await alarms(parts), (await told(parts)).length], [['STORAGE_LOW FIRING 4 LOW'], 3])
  assert.equal(await resolveAlarm(parts, { type: 'STORAGE_LOW', about: { resource: 'call:x' } }), true)
  assert.equal(await resolveAlarm(parts, { type: 'STORAGE_LOW', about: { resource: 'call:x' } }), false)
  assert.notEqual((await raise(NOON + 2 * DAY)).id, id, 'a new one begins')
})

test('a transaction that is rolled back tells nothing', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  await assert.rejects(
    parts.catalog.transaction(async (tx) => {
      await raiseAlarm(parts, { type: 'CUSTOM', severity: 'HIGH', message: 'x', about: { resource: 'x' } }, tx)
      throw new Error('no')
    }),
  )
  assert.deepEqual([await alarms(parts), await told(parts)], [[], []])
})

test('a fault while a run ends is undone alone: the run ends, and the next look finds the alarm', async () => {
  await using system = await testSystem({ catalog, channels: CHANNELS })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const run = await addRun(parts, config, { state: 'RUNNING', at: NOON })
  const broken = { ...parts, notifiers: [{ ...parts.notifiers[0]!, kind: null as unknown as string }] }
  await parts.catalog.transaction(async (tx) => {
    await tx
      .updateTable('runs')
      .set({ state: 'FAILED', finished_at: new Date(NOON), error: JSON.stringify({ code: 'DISK_FULL' }) })
      .where('id', '=', run)
      .execute()
    await runFinished(broken, { id: run }, { tx })
  })
  assert.deepEqual(await alarms(parts), [])
  await evaluateRules(parts, NOON)
  assert.deepEqual(await alarms(parts), ['BACKUP_FAILED FIRING 1 HIGH'])
})

test('every kind of alarm has a title in both languages and a row in docs/alarms.md and docs/pt/alarms.md; the defaults there are the real ones', () => {
  const docs = path.resolve(import.meta.dirname, '../../../docs')
  const [english, portuguese] = ['alarms.md', 'pt/alarms.md'].map((page) =>
    fs.readFileSync(path.join(docs, page), 'utf8'),
  ) as [string, string]
  for (const type of Object.values(AlertType)) {
    for (const locale of ['en', 'pt-BR'] as const) assert.notEqual(alarmText(type, locale).title, type)
    assert.match(english, new RegExp(`^\\| \`${type}\``, 'm'), type)
    assert.match(portuguese, new RegExp(`^\\| \`${type}\``, 'm'), type)
  }
  const { failureRate, maxBackupTime, minFreeSpace } = thresholdsOf({ defaults: {} } as SystemParts)
  for (const page of [english, portuguese])
    assert.ok(
      page.includes(`{ failureRate: ${failureRate}, maxBackupTime: ${maxBackupTime}, minFreeSpace: ${minFreeSpace} }`),
    )
  for (const variable of Object.keys(VARIABLES).filter((name) => /^(SMTP|ALERT|WEBHOOK|HEALTHCHECK)_/.test(name)))
    for (const page of [english, portuguese]) assert.ok(page.includes(variable), variable)
})

test('a rule that fails leaves its alarms and lets the others go on', async () => {
  await using system = await testSystem({ catalog })
  const { parts } = system
  const first = {
    ...parts.repositories.first,
    openStore: () => {
      throw new Error('broken')
    },
  }
  const broken = { ...withFirst(parts, first), home: '/nowhere' }
  await addRun(parts, await addConfig(parts, { name: 'documents' }), {
    state: 'FAILED',
    at: NOON,
    error: { code: 'DISK_FULL' },
  })
  await evaluateRules(broken, NOON)
  assert.deepEqual(await alarms(parts), ['BACKUP_FAILED FIRING 1 HIGH'])
})
