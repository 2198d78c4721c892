// Goal: every registered channel keeps the contract of notifiers, and each its own promises. Method: real SMTP and HTTP
// servers on loopback; the registry is walked, so a new channel without a rig fails the first test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { NOTIFIERS, openNotifiers } from '../../src/notifiers/all.ts'
import type { AlarmNotice, PingNotice } from '../../src/notifiers/index.ts'
import { defineNotifier, openAll } from '../../src/notifiers/notifier.ts'
import { isPrivateAddress } from '../../src/notifiers/private-address.ts'
import { httpReceiver } from '../harness/http-receiver.ts'
import { mailReceiver } from '../harness/mail-receiver.ts'
import { failsWith } from '../harness/refusal.ts'
import { type NotifierRig, notifierContract } from './notifier.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const PASSWORD = 'segredo-muito-secreto'
const never = new AbortController().signal

const ALARM: AlarmNotice = {
  kind: 'ALARM',
  change: 'RAISED',
  alertId: '5f0c3a9e-0000-4000-8000-000000000001',
  type: 'BACKUP_FAILED',
  severity: 'HIGH',
  title: 'Falha no backup',
  message: 'O backup da clínica falhou.',
  guidance: 'Verifique o disco.',
  configId: '5f0c3a9e-0000-4000-8000-000000000002',
  configName: 'Prontuários da clínica',
  runId: '5f0c3a9e-0000-4000-8000-000000000003',
  count: 1,
  firstSeenAt: '2026-11-24T05:00:00.000Z',
  at: '2026-11-24T05:00:00.000Z',
  host: 'servidor',
  locale: 'pt-BR',
}
const PING: PingNotice = {
  kind: 'PING',
  signal: 'SUCCESS',
  name: 'Prontuários da clínica',
  runId: ALARM.runId!,
  text: '12 files',
}

async function mailRig(): Promise<NotifierRig> {
  const server = await mailReceiver({ name: 'backup', password: PASSWORD })
  const settings = (password: string) => ({
    smtpUrl: `smtp://backup:${password}@127.0.0.1:${server.port}`,
    emailFrom: 'NeonPro <backup@clinica.example>',
    emailTo: ['ana@clinica.example', 'rui@clinica.example'],
  })
  return {
    settings: settings(PASSWORD),
    wrongSettings: settings('senha-errada-aqui'),
    halfSettings: {
      settings: { smtpUrl: settings(PASSWORD).smtpUrl, emailFrom: 'a@b.example' },
      variable: 'ALERT_EMAIL_TO',
    },
    notice: ALARM,
    secrets: [PASSWORD, 'senha-errada-aqui', Buffer.from('\0backup\0senha-errada-aqui').toString('base64')],
    received: () =>
      server.received.map((mail) => ({ text: `${mail.subject} ${mail.text}`, key: mail.messageId ?? '' })),
    arrived: () => server.arrived,
    answer: (how) => {
      server.status = { TAKE: 250, REFUSE: 550, BUSY: 451, HANG: 0 }[how]
    },
    stop: () => server.stop(),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function httpRig(kind: 'webhook' | 'healthcheck'): Promise<NotifierRig> {
  const server = await httpReceiver()
  const address = `${server.url}/token-do-cliente`
  return {
    settings:
      kind === 'webhook'
        ? { webhookUrl: address, webhookSecret: SECRET, webhookAllowPrivate: true }
        : { healthcheckUrl: `${address}/{slug}` },
    halfSettings:
      kind === 'webhook'
        ? { settings: { webhookUrl: address, webhookSecret: 'curto' }, variable: 'WEBHOOK_SECRET' }
        : { settings: { healthcheckUrl: 'no url' }, variable: 'HEALTHCHECK_URL' },
    notice: kind === 'webhook' ? ALARM : PING,
    secrets: [SECRET, 'token-do-cliente'],
    received: () =>
      server.received.map(({ headers, path, body }) => ({
        text: `${path} ${body}`,
        key: String(headers['webhook-id'] ?? path),
      })),
    arrived: () => server.received.length,
    answer: (how) => {
      server.status = { TAKE: 200, REFUSE: 404, BUSY: 503, HANG: 0 }[how]
    },
    stop: () => server.stop(),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const RIGS: Readonly<Record<string, () => Promise<NotifierRig>>> = {
  email: mailRig,
  webhook: () => httpRig('webhook'),
  healthcheck: () => httpRig('healthcheck'),
}

for (const channel of NOTIFIERS)
  notifierContract(channel, RIGS[channel.kind] ?? (() => assert.fail(`${channel.kind} has no rig here`)))

test('nothing set up opens the ping channel alone; a channel is one definition and one line', async () => {
  assert.deepEqual(
    openNotifiers({}).map(({ kind }) => kind),
    ['healthcheck'],
  )
  const seen: string[] = []
  const pager = defineNotifier({
    kind: 'pager',
    title: { en: 'pager', 'pt-BR': 'pager' },
    carries: 'ALARM',
    config: z.object({ pagerNumber: z.string().regex(/^\d+$/, 'digits') }),
    variables: { pagerNumber: 'PAGER_NUMBER' },
    required: ['pagerNumber'],
    deliver: (notice, { pagerNumber }) => {
      seen.push(`${pagerNumber} ${notice.kind}`)
      return Promise.resolve()
    },
  })
  const settings = { pagerNumber: '190' }
  for (const notifier of openAll([...NOTIFIERS, pager], settings))
    if (notifier.carries === 'ALARM') await notifier.deliver(ALARM, { signal: never, key: 'k' })
  assert.deepEqual(seen, ['190 ALARM'])
  const wrong = { pagerNumber: 'abc' }
  assert.throws(
    () => openAll([pager], wrong),
    failsWith('CONFIG_INVALID', { path: 'PAGER_NUMBER', accepted: 'digits' }),
  )
})

test('the mail says in both languages what happened and what to do, to everybody, with the key as its id', async () => {
  await using server = await mailReceiver({ name: 'backup', password: PASSWORD })
  const [notifier] = openNotifiers({
    smtpUrl: `smtp://backup:${PASSWORD}@127.0.0.1:${server.port}`,
    emailFrom: 'NeonPro <backup@clinica.example>',
    emailTo: ['ana@clinica.example', 'rui@clinica.example'],
  })
  await notifier!.deliver(ALARM, { signal: never, key: 'abc123' })
  await notifier!.deliver(
    { ...ALARM, locale: 'en', title: 'Backup failed', change: 'REPEATED', count: 3 },
    { signal: never, key: 'abc124' },
  )
  await notifier!.deliver(
    { ...ALARM, locale: 'en', title: 'Backup failed', change: 'RESOLVED' },
    { signal: never, key: 'abc125' },
  )
  const [first, second, third] = server.received
  assert.equal(first?.subject, '[NeonPro Backup] Falha no backup: Prontuários da clínica')
  assert.match(
    first?.text ?? '',
    /O que houve: O backup da clínica falhou\.\nO que fazer: Verifique o disco\.\nGravidade: alta\n/,
  )
  assert.equal(first?.messageId, '<abc123@clinica.example>')
  assert.equal(first?.headers.get('auto-submitted'), 'auto-generated')
  assert.deepEqual(
    [first?.to].flat().flatMap((each) => each?.value.map(({ address }) => address)),
    ['ana@clinica.example', 'rui@clinica.example'],
  )
  assert.match(
    `${second?.subject}\n${second?.text}`,
    /Again: Backup failed[\s\S]*What to do: [\s\S]*Severity: high\n[\s\S]*Times: 3/,
  )
  assert.match(third?.subject ?? '', /Resolved: Backup failed/)
  assert.doesNotMatch(third?.text ?? '', /What to do/)
})

test('the end of an alarm says so in the title of every channel, in both languages, and leaves nothing to do', async () => {
  await using web = await httpReceiver()
  await using mail = await mailReceiver({ name: 'backup', password: PASSWORD })
  const channels = openNotifiers({
    smtpUrl: `smtp://backup:${PASSWORD}@127.0.0.1:${mail.port}`,
    emailFrom: 'backup@clinica.example',
    emailTo: ['ana@clinica.example'],
    webhookUrl: web.url,
    webhookAllowPrivate: true,
  }).filter(({ carries }) => carries === 'ALARM')
  for (const locale of ['pt-BR', 'en'] as const)
    for (const channel of channels)
      await channel.deliver({ ...ALARM, locale, change: 'RESOLVED' }, { signal: never, key: `end-${locale}` })
  const hooks = web.received.map(({ body }) => (JSON.parse(body) as { data: AlarmNotice }).data)
  const [over, english] = ['Resolvido: Falha no backup', 'Resolved: Falha no backup']
  assert.deepEqual(
    [hooks.map(({ title }) => title), mail.received.map(({ subject }) => subject)],
    [[over, english], [over, english].map((title) => `[NeonPro Backup] ${title}: ${ALARM.configName}`)],
  )
  assert.deepEqual(
    hooks.map(({ guidance }) => guidance),
    ['', ''],
  )
  assert.match(hooks[0]!.message, /^Este alarme está resolvido: .*acontecido: O backup da clínica falhou\.$/)
  assert.match(hooks[1]!.message, /^This alarm is resolved: /)
  for (const { text } of mail.received)
    assert.match(text ?? '', /^(?:Este alarme está resolvido|This alarm is resolved)/)
})

test('TLS: STARTTLS and TLS from the first byte are used; a certificate that nobody vouches for is refused; a password never goes in the clear', async () => {
  const to = { emailFrom: 'backup@clinica.example', emailTo: ['ana@clinica.example'] }
  for (const [scheme, options] of [
    ['smtp', { disabledCommands: [] }],
    ['smtps', { secure: true }],
  ] as const) {
    await using server = await mailReceiver(
      { name: 'backup', password: PASSWORD },
      { ...options, disabledCommands: [] },
    )
    const open = (query: string) =>
      openNotifiers({ ...to, smtpUrl: `${scheme}://backup:${PASSWORD}@127.0.0.1:${server.port}${query}` })[0]!
    await assert.rejects(
      open('').deliver(ALARM, { signal: never, key: 'k' }),
      (error) => isBackupError(error, 'DELIVERY_FAILED') && !String(error.stack).includes(PASSWORD),
    )
    await open('?tls.rejectUnauthorized=false').deliver(ALARM, { signal: never, key: 'k' })
    assert.deepEqual(server.secured, [true])
  }
  // A host that is not this one by name, though it is: the rule looks at the name.
  await using plain = await mailReceiver({ name: 'backup', password: PASSWORD }, {}, '127.0.0.2')
  const notifier = openNotifiers({ ...to, smtpUrl: `smtp://backup:${PASSWORD}@127.0.0.2:${plain.port}` })[0]!
  await assert.rejects(
    notifier.deliver(ALARM, { signal: never, key: 'k' }),
    (error) => isBackupError(error, 'DELIVERY_FAILED') || isBackupError(error, 'DELIVERY_REFUSED'),
  )
  assert.equal(plain.received.length, 0)
  await openNotifiers({
    ...to,
    smtpUrl: `smtp://backup:${PASSWORD}@127.0.0.2:${plain.port}?requireTLS=false`,
  })[0]!.deliver(ALARM, { signal: never, key: 'k' })
  assert.deepEqual(plain.secured, [false], 'asked for')
})

test('a webhook is signed so that the standard library accepts it and refuses a changed body; two secrets give two signatures', async () => {
  await using server = await httpReceiver()
  const old = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
  const [notifier] = openNotifiers({
    webhookUrl: `${server.url}/hook?token=1`,
    webhookSecret: `${SECRET} ${old}`,
    webhookAllowPrivate: true,
  })
  await notifier!.deliver(ALARM, { signal: never, key: 'abc123' })
  const [call] = server.received
  const headers = call!.headers as Record<string, string>
  const body = new Webhook(SECRET).verify(call!.body, headers) as {
    type: string
    timestamp: string
    data: Record<string, unknown>
  }
  new Webhook(old).verify(call!.body, headers)
  assert.throws(() => new Webhook(SECRET).verify(call!.body.replace('clínica', 'clinica'), headers))
  assert.equal(headers['webhook-id'], 'abc123')
  assert.deepEqual([call!.method, call!.path, headers['content-type']], ['POST', '/hook?token=1', 'application/json'])
  assert.equal(body.type, 'alarm.raised')
  assert.deepEqual(
    [body.timestamp, body.data['type'], body.data['configName']],
    [ALARM.at, 'BACKUP_FAILED', 'Prontuários da clínica'],
  )
})

test('a webhook follows no redirect and reaches no private address unless it is allowed', async () => {
  await using server = await httpReceiver()
  const causeOf = async (settings: Parameters<typeof openNotifiers>[0]) => {
    try {
      await openNotifiers(settings)[0]!.deliver(ALARM, { signal: never, key: 'k' })
      return 'delivered'
    } catch (error) {
      return isBackupError(error, 'DELIVERY_REFUSED') ? error.context['cause'] : String(error)
    }
  }
  server.status = 302
  server.location = `${server.url}/elsewhere`
  assert.equal(await causeOf({ webhookUrl: server.url, webhookAllowPrivate: true }), 'HTTP 302')
  assert.equal(server.received.length, 1)
  const { port } = new URL(server.url)
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '0.0.0.0',
    '169.254.169.254',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
  ]) {
    assert.equal(await causeOf({ webhookUrl: `http://${host}:${port}/` }), 'private address', host)
  }
  assert.equal(server.received.length, 1, 'nothing was sent')
  for (const address of [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fd00::1',
    'fe80::1%eth0',
    'not an address',
  ])
    assert.ok(isPrivateAddress(address), address)
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '100.128.0.1'])
    assert.ok(!isPrivateAddress(address), address)
})

test('a webhook or a ping that is not answered is given up after ten seconds, and tried again later', {
  timeout: 120_000,
}, async () => {
  await using server = await httpReceiver()
  server.status = 0
  const [hook] = openNotifiers({ webhookUrl: server.url, webhookAllowPrivate: true })
  const ping = openNotifiers({ healthcheckUrl: `${server.url}/{slug}` }).find(({ carries }) => carries === 'PING')
  const startMs = performance.now()
  const timeout = (error: unknown) => isBackupError(error, 'DELIVERY_FAILED') && error.context['cause'] === 'timeout'
  await Promise.all([
    assert.rejects(hook!.deliver(ALARM, { signal: never, key: 'k' }), timeout),
    assert.rejects(ping!.deliver(PING, { signal: never, key: 'k' }), timeout),
  ])
  const seconds = (performance.now() - startMs) / 1000
  assert.ok(seconds >= 9.9, `${seconds} s`)
  assert.equal(server.received.length, 2)
})

test('408 and 429 are worth another try, other 4xx are not', async () => {
  await using server = await httpReceiver()
  const [notifier] = openNotifiers({ webhookUrl: server.url, webhookAllowPrivate: true })
  for (const [status, code] of [
    [408, 'DELIVERY_FAILED'],
    [429, 'DELIVERY_FAILED'],
    [500, 'DELIVERY_FAILED'],
    [400, 'DELIVERY_REFUSED'],
    [410, 'DELIVERY_REFUSED'],
  ] as const) {
    server.status = status
    await assert.rejects(
      notifier!.deliver(ALARM, { signal: never, key: 'k' }),
      failsWith(code, { cause: `HTTP ${status}` }),
    )
  }
})

test('pings go to URL/start, URL and URL/fail with slug and run; a query stays where it was', async () => {
  await using server = await httpReceiver()
  const [notifier] = openNotifiers({ healthcheckUrl: `${server.url}/ping/{slug}?create=1` })
  for (const signal of ['START', 'SUCCESS', 'FAIL'] as const)
    await notifier!.deliver({ ...PING, signal }, { signal: never, key: 'k' })
  await notifier!.deliver(
    { kind: 'PING', signal: 'FAIL', name: 'x', text: '', url: `${server.url}/own/` },
    { signal: never, key: 'k' },
  )
  assert.deepEqual(
    server.received.map(({ path }) => path),
    [
      `/ping/prontuarios-da-clinica/start?create=1&rid=${ALARM.runId}`,
      `/ping/prontuarios-da-clinica?create=1&rid=${ALARM.runId}`,
      `/ping/prontuarios-da-clinica/fail?create=1&rid=${ALARM.runId}`,
      '/own/fail',
    ],
  )
  assert.equal(server.received[1]?.body, '12 files')
  await assert.rejects(openNotifiers({})[0]!.deliver(PING, { signal: never, key: 'k' }), failsWith('DELIVERY_REFUSED'))
})
