// Goal: what waits is sent at least once, by one of several, again after a failure, with the same key, and given up
// aloud. Method: real SMTP and HTTP servers, a real database, a clock that is an argument; a process that is killed in
// the middle of a delivery.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, test } from 'node:test'
import {
  directoryCatalog,
  noServer,
  postgresCatalog,
  temporaryCatalog,
  temporaryPostgres,
} from '../../../test/harness/catalog.ts'
import { httpReceiver } from '../../../test/harness/http-receiver.ts'
import { mailReceiver } from '../../../test/harness/mail-receiver.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { addConfig, addRun } from '../../../test/harness/rows.ts'
import { testSystem } from '../../../test/harness/system.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { type Catalog, openCatalog } from '../../catalog/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import { dispatchOutbox, raiseAlarm, runFinished, runStarted, schedulerHeartbeat } from './index.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const HOUR = 3_600_000
const { signal } = new AbortController()

let catalog: Catalog
before(async () => {
  catalog = await temporaryCatalog()
})
after(() => catalog[Symbol.asyncDispose]())

const raise = (parts: SystemParts, atMs = NOON) =>
  raiseAlarm(parts, {
    type: 'CUSTOM',
    severity: 'HIGH',
    message: 'A clínica está sem backup.',
    about: { resource: 'test' },
    atMs,
  })

async function rows({
  catalog: { db },
  tenantId,
}: SystemParts): Promise<
  Array<{ channel: string; state: string; attempts: number; waitMs: number; last_error: string | null }>
> {
  const found = await db
    .selectFrom('outbox')
    .select(['channel', 'state', 'attempts', 'next_at', 'last_error'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('channel')
    .execute()
  return found.map(({ next_at, ...row }) => ({ ...row, waitMs: next_at.getTime() - NOON }))
}

async function open(
  { catalog: { db }, tenantId }: SystemParts,
  type: string,
): Promise<Array<{ state: string; message: string }>> {
  return await db
    .selectFrom('alerts')
    .select(['state', 'message'])
    .where('tenant_id', '=', tenantId)
    .where('type', '=', type as 'CUSTOM')
    .execute()
}

test('one alarm goes out by mail and webhook, once, with the same text', async () => {
  await using web = await httpReceiver()
  await using mail = await mailReceiver({ name: 'u', password: 'p' })
  await using system = await testSystem({
    catalog,
    locale: 'pt-BR',
    channels: {
      webhookUrl: web.url,
      webhookAllowPrivate: true,
      smtpUrl: `smtp://u:p@127.0.0.1:${mail.port}`,
      emailFrom: 'a@clinica.example',
      emailTo: ['b@clinica.example'],
    },
  })
  await raise(system.parts)
  assert.deepEqual(await dispatchOutbox(system.parts, { signal, atMs: NOON }), { delivered: 2, failed: 0, dead: 0 })
  assert.deepEqual(await dispatchOutbox(system.parts, { signal, atMs: NOON + HOUR }), {
    delivered: 0,
    failed: 0,
    dead: 0,
  })
  assert.equal(web.received.length, 1)
  assert.match(web.received[0]!.body, /A clínica está sem backup\./)
  assert.match(`${mail.received[0]?.subject} ${mail.received[0]?.text}`, /Alarme[\s\S]*A clínica está sem backup\./)
})

test('a server that is down is asked again after 10 s, 30 s, 2 min, 10 min, 30 min, then hourly; back again it gets the same key', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { webhookUrl: web.url, webhookAllowPrivate: true } })
  const { parts } = system
  web.status = 503
  await raise(parts)
  let atMs = NOON
  for (const seconds of [10, 30, 120, 600, 1800, 3600, 3600]) {
    assert.deepEqual(await dispatchOutbox(parts, { signal, atMs }), { delivered: 0, failed: 1, dead: 0 })
    const [row] = await rows(parts)
    const waitMs = NOON + row!.waitMs - atMs
    assert.ok(waitMs >= seconds * 800 && waitMs <= seconds * 1200, `${waitMs} ms is not about ${seconds} s`)
    assert.deepEqual([row!.state, row!.last_error], ['WAITING', 'HTTP 503'])
    assert.deepEqual(
      await dispatchOutbox(parts, { signal, atMs: atMs + waitMs - 1 }),
      { delivered: 0, failed: 0, dead: 0 },
      'not before its time',
    )
    atMs += waitMs
  }
  web.status = 200
  assert.deepEqual(await dispatchOutbox(parts, { signal, atMs }), { delivered: 1, failed: 0, dead: 0 })
  assert.equal(new Set(web.received.map(({ headers }) => headers['webhook-id'])).size, 1)
})

test('given up after 24 hours, or when it is refused: CHANNEL_FAILING goes out by the other channel and ends with the next delivery', async () => {
  await using web = await httpReceiver()
  await using mail = await mailReceiver({ name: 'u', password: 'p' })
  await using system = await testSystem({
    catalog,
    channels: {
      webhookUrl: web.url,
      webhookAllowPrivate: true,
      smtpUrl: `smtp://u:p@127.0.0.1:${mail.port}`,
      emailFrom: 'a@clinica.example',
      emailTo: ['b@clinica.example'],
    },
  })
  const { parts } = system
  web.status = 503
  await raise(parts)
  await dispatchOutbox(parts, { signal, atMs: NOON })
  assert.deepEqual(await dispatchOutbox(parts, { signal, atMs: NOON + 24 * HOUR - 1 }), {
    delivered: 0,
    failed: 1,
    dead: 0,
  })
  const last = await dispatchOutbox(parts, { signal, atMs: NOON + 25 * HOUR })
  assert.deepEqual([last.dead, last.delivered], [1, 1])
  assert.deepEqual(await open(parts, 'CHANNEL_FAILING'), [
    { state: 'FIRING', message: 'Notices by webhook do not arrive (HTTP 503); one was given up.' },
  ])
  assert.match(mail.received[1]?.subject ?? '', /Alarms do not arrive/)
  web.status = 200
  await raise(parts, NOON + 26 * HOUR)
  await dispatchOutbox(parts, { signal, atMs: NOON + 26 * HOUR })
  assert.equal((await open(parts, 'CHANNEL_FAILING'))[0]?.state, 'RESOLVED')
})

test('a wrong SMTP password is given up at once, without the password in row, alarm or log; two dead channels do not write to each other', async () => {
  await using web = await httpReceiver()
  await using mail = await mailReceiver({ name: 'u', password: 'p' })
  const lines: string[] = []
  const keep = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
  await using system = await testSystem({
    catalog,
    log,
    channels: {
      webhookUrl: web.url,
      webhookAllowPrivate: true,
      smtpUrl: `smtp://u:senha-errada@127.0.0.1:${mail.port}`,
      emailFrom: 'a@clinica.example',
      emailTo: ['b@clinica.example'],
    },
  })
  const { parts } = system
  web.status = 404
  await raise(parts)
  const { dead } = await dispatchOutbox(parts, { signal, atMs: NOON })
  assert.deepEqual(
    [dead, await dispatchOutbox(parts, { signal, atMs: NOON })],
    [4, { delivered: 0, failed: 0, dead: 0 }],
    'the alarm on both channels, and of each the news on the other',
  )
  const alerts = await open(parts, 'CHANNEL_FAILING')
  assert.deepEqual(alerts.map(({ message }) => message).sort(), [
    'Notices by e-mail do not arrive (EAUTH, SMTP 535); one was given up.',
    'Notices by webhook do not arrive (HTTP 404); one was given up.',
  ])
  assert.ok(lines.length >= 4)
  for (const text of [JSON.stringify(await rows(parts)), JSON.stringify(alerts), lines.join('\n')])
    assert.doesNotMatch(text, /senha-errada/)
})

test('pings go through the outbox: start, success, fail; a start that still waits when the run has ended goes before its end', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: `${web.url}/{slug}` } })
  const { parts } = system
  const own = await addConfig(parts, { name: 'own', healthcheckUrl: `${web.url}/of-its-own` })
  const named = await addConfig(parts, { name: 'Fotos da Clínica' })
  const good = await addRun(parts, named, {
    state: 'COMPLETED',
    at: NOON,
    stats: { filesNew: 2, filesChanged: 1, filesUnmodified: 9, bytesAdded: 2048 },
  })
  const bad = await addRun(parts, own, {
    state: 'FAILED',
    at: NOON,
    error: { code: 'DISK_FULL', message: '/srv/maria' },
  })
  const partial = await addRun(parts, named, {
    state: 'PARTIAL',
    at: NOON + 1,
    skipped: [{ path: '/srv/maria', reason: 'EACCES' }],
  })
  for (const run of [good, bad]) await runStarted(parts, { id: run }, { atMs: NOON })
  await dispatchOutbox(parts, { signal, atMs: NOON })
  await runStarted(parts, { id: partial }, { atMs: NOON + 1 })
  for (const run of [good, bad, partial, partial]) await runFinished(parts, { id: run }, { atMs: NOON + 2 })
  await dispatchOutbox(parts, { signal, atMs: NOON + 2 })
  const got = web.received.map(({ path: at, body }) => `${at} ${body}`)
  assert.deepEqual(
    got.filter((text) => text.includes(partial)),
    [`/fotos-da-clinica/start?rid=${partial} `, `/fotos-da-clinica/fail?rid=${partial} incomplete: 1 item`],
  )
  assert.deepEqual(
    got.toSorted(),
    [
      `/fotos-da-clinica/start?rid=${partial} `,
      `/fotos-da-clinica/fail?rid=${partial} incomplete: 1 item`,
      `/fotos-da-clinica/start?rid=${good} `,
      `/fotos-da-clinica?rid=${good} 12 files, 2 KiB new`,
      `/of-its-own/fail?rid=${bad} failed: DISK_FULL: There is no room left.`,
      `/of-its-own/start?rid=${bad} `,
    ].sort(),
  )
  assert.doesNotMatch(
    JSON.stringify(
      await catalog.db.selectFrom('outbox').select('event').where('tenant_id', '=', parts.tenantId).execute(),
    ),
    /http:|maria/,
    'no address lies in a row',
  )
})

test('a database that does not answer costs no try of a channel, and gives up nothing', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: `${web.url}/{slug}` } })
  const { parts } = system
  const run = await addRun(parts, await addConfig(parts, { name: 'clinic' }), { state: 'COMPLETED', at: NOON })
  await runFinished(parts, { id: run }, { atMs: NOON })
  const db = new Proxy(parts.catalog.db, {
    get: (target, name) => {
      if (name === 'selectFrom')
        return (table: 'configs') => {
          if (table === 'configs') throw new BackupError('DATABASE_UNAVAILABLE', 'away')
          return target.selectFrom(table)
        }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const away = new Proxy(parts.catalog, {
    get: (target, name) => {
      if (name === 'db') return db
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const result = await dispatchOutbox({ ...parts, catalog: away }, { signal, atMs: NOON })
  assert.deepEqual(result, { delivered: 0, failed: 1, dead: 0 })
  assert.deepEqual(
    (await rows(parts)).map(({ state, attempts }) => [state, attempts]),
    [['WAITING', 0]],
  )
  assert.equal((await dispatchOutbox(parts, { signal, atMs: NOON + HOUR })).delivered, 1)
})

test('short runs: each start arrives before its end, whoever sends them; one that failed or hangs is not waited for, and none comes after its end', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: `${web.url}/{slug}` } })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const begun = async (atMs: number) => {
    const run = await addRun(parts, config, { state: 'COMPLETED', at: atMs, stats: {} })
    await runStarted(parts, { id: run }, { atMs })
    return run
  }
  const of = (run: string) =>
    web.received
      .filter(({ path: at }) => at.includes(run))
      .map(({ path: at }) => (at.includes('/start') ? 'start' : 'end'))

  const runs = await Promise.all(Array.from({ length: 12 }, () => begun(NOON)))
  for (const run of runs) await runFinished(parts, { id: run }, { atMs: NOON })
  await Promise.all(Array.from({ length: 4 }, () => dispatchOutbox(parts, { signal, atMs: NOON })))
  await dispatchOutbox(parts, { signal, atMs: NOON })
  for (const run of runs) assert.deepEqual(of(run), ['start', 'end'])

  // Another worker has the start in hand when the run ends: the end waits for it.
  web.status = 0
  const held = await begun(NOON + 1)
  const stop = new AbortController()
  const sending = dispatchOutbox(parts, { signal: stop.signal, atMs: NOON + 1 })
  while (of(held).length === 0) await new Promise((resolve) => setImmediate(resolve))
  await runFinished(parts, { id: held }, { atMs: NOON + 2 })
  assert.deepEqual(await dispatchOutbox(parts, { signal, atMs: NOON + 2 }), { delivered: 0, failed: 0, dead: 0 })
  stop.abort()
  await assert.rejects(sending, failsWith('ABORTED'))
  // Together now, and the service takes the start without a word: the end goes after it all the same.
  Object.assign(web, { status: 200, silentAt: '/start' })
  assert.equal((await dispatchOutbox(parts, { signal, atMs: NOON + 3 })).delivered, 1)
  assert.deepEqual(of(held), ['start', 'start', 'end'])

  // A start that was refused while its run lasted waits for another try; the end does not wait with it.
  Object.assign(web, { status: 503, silentAt: undefined })
  const failing = await begun(NOON + 4)
  assert.equal((await dispatchOutbox(parts, { signal, atMs: NOON + 4 })).failed, 1)
  web.status = 200
  await runFinished(parts, { id: failing }, { atMs: NOON + 5 })
  assert.equal((await dispatchOutbox(parts, { signal, atMs: NOON + 5 })).delivered, 1)
  await dispatchOutbox(parts, { signal, atMs: NOON + HOUR })
  assert.deepEqual(of(failing), ['start', 'end'], 'the one try that was refused, and the end')
})

test("an address without {slug} is the scheduler's own heartbeat and no run's", async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: `${web.url}/beat` } })
  const { parts } = system
  await runFinished(parts, {
    id: await addRun(parts, await addConfig(parts, { name: 'documents' }), { state: 'COMPLETED', at: NOON }),
  })
  await dispatchOutbox(parts, { signal })
  assert.deepEqual(web.received, [])
  assert.equal(await schedulerHeartbeat(parts, { signal }), true)
  assert.deepEqual(
    web.received.map(({ path: at }) => at),
    ['/beat'],
  )
  web.status = 500
  assert.equal(await schedulerHeartbeat(parts, { signal }), false)
  assert.equal(
    await schedulerHeartbeat({ ...parts, channels: { healthcheckUrl: `${web.url}/{slug}` } }, { signal }),
    false,
  )
})

test('an abort leaves what was claimed due at once', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { webhookUrl: web.url, webhookAllowPrivate: true } })
  const { parts } = system
  await raise(parts)
  web.status = 0
  const stop = new AbortController()
  const dispatch = dispatchOutbox(parts, { signal: stop.signal, atMs: NOON })
  while (web.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await assert.rejects(dispatch, failsWith('ABORTED'))
  web.status = 200
  assert.deepEqual(await dispatchOutbox(parts, { signal, atMs: NOON }), { delivered: 1, failed: 0, dead: 0 })
})

test('a channel that is no longer set up is given up after a day, not for ever', async () => {
  await using system = await testSystem({
    catalog,
    channels: { webhookUrl: 'http://127.0.0.1:1', webhookAllowPrivate: true },
  })
  await raise(system.parts)
  const bare = { ...system.parts, notifiers: [] }
  await dispatchOutbox(bare, { signal, atMs: NOON + 23 * HOUR })
  assert.equal((await rows(bare))[0]?.state, 'WAITING')
  await dispatchOutbox(bare, { signal, atMs: NOON + 24 * HOUR })
  assert.equal((await rows(bare))[0]?.state, 'DEAD')
  assert.equal((await open(bare, 'CHANNEL_FAILING')).length, 1)
})

test('what was sent is kept for 30 days, what waits for as long as it waits', async () => {
  await using web = await httpReceiver()
  await using system = await testSystem({ channels: { webhookUrl: web.url, webhookAllowPrivate: true } })
  const { parts } = system
  await raise(parts)
  await dispatchOutbox(parts, { signal, atMs: NOON })
  await dispatchOutbox(parts, { signal, atMs: NOON + 30 * 24 * HOUR })
  assert.equal((await rows(parts)).length, 1)
  await raise(parts, NOON + 31 * 24 * HOUR)
  await dispatchOutbox(parts, { signal, atMs: NOON + 31 * 24 * HOUR })
  assert.deepEqual(
    (await rows(parts)).map(({ state }) => state),
    ['DELIVERED'],
  )
})

test('a process killed between claim and delivery leaves its notices to the next, with the same key', async () => {
  using folder = temporaryDirectory()
  await using web = await httpReceiver()
  const directory = path.join(folder.path, 'database')
  const channels = { webhookUrl: web.url, webhookAllowPrivate: true }
  let tenantId = ''
  {
    await using own = await directoryCatalog(directory)
    await using system = await testSystem({ catalog: own, channels })
    tenantId = system.parts.tenantId
    await raise(system.parts, Date.now())
  }
  web.status = 0
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../../../test/crash/dispatch-child.ts'), directory, web.url, tenantId],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const gone = once(child, 'exit')
  while (web.received.length === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  await gone
  web.status = 200
  await using own = await openCatalog({ directory })
  await using system = await testSystem({ catalog: own, channels })
  const parts = { ...system.parts, tenantId }
  assert.deepEqual(
    await dispatchOutbox(parts, { signal }),
    { delivered: 0, failed: 0, dead: 0 },
    'the claim still holds',
  )
  assert.deepEqual(await dispatchOutbox(parts, { signal, atMs: Date.now() + 121_000 }), {
    delivered: 1,
    failed: 0,
    dead: 0,
  })
  const keys = web.received.map(({ headers }) => headers['webhook-id'])
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
})

test('six workers over one PostgreSQL send each of 40 notices once, and each start before its end', {
  skip: noServer(),
}, async () => {
  await using server = await temporaryPostgres()
  await using shared = await postgresCatalog(server)
  await using web = await httpReceiver()
  await using system = await testSystem({
    catalog: shared,
    channels: { webhookUrl: web.url, webhookAllowPrivate: true, healthcheckUrl: `${web.url}/{slug}` },
  })
  const { parts } = system
  const config = await addConfig(parts, { name: 'documents' })
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => addRun(parts, config, { state: 'COMPLETED', at: NOON, stats: {} })),
  )
  const sending: Promise<unknown>[] = []
  for (const run of runs) {
    await runStarted(parts, { id: run }, { atMs: NOON })
    // Some starts are under way when their run ends.
    sending.push(dispatchOutbox(parts, { signal, atMs: NOON }))
    await runFinished(parts, { id: run }, { atMs: NOON })
  }
  await Promise.all(sending)
  await Promise.all(Array.from({ length: 6 }, () => dispatchOutbox(parts, { signal, atMs: NOON })))
  await dispatchOutbox(parts, { signal, atMs: NOON })
  const pings = web.received.splice(0).map(({ path: at }) => at)
  for (const run of runs)
    assert.deepEqual(
      pings.filter((at) => at.includes(run)),
      [`/documents/start?rid=${run}`, `/documents?rid=${run}`],
    )
  for (let i = 0; i < 40; i += 1)
    await raiseAlarm(parts, {
      type: 'CUSTOM',
      severity: 'LOW',
      message: String(i),
      about: { resource: `test ${i}` },
      atMs: NOON,
    })
  const results = await Promise.all(Array.from({ length: 6 }, () => dispatchOutbox(parts, { signal, atMs: NOON })))
  assert.equal(
    results.reduce((sum, { delivered }) => sum + delivered, 0),
    40,
  )
  assert.equal(web.received.length, 40)
  assert.equal(new Set(web.received.map(({ headers }) => headers['webhook-id'])).size, 40)
})
