// Goal: a channel that would not carry an alarm is known before the alarm: "doctor" tries each without sending, "alerts
// test" really sends, and both say what came of it, in both languages and without the address. Method: a real SMTP
// server and a real HTTP server that take, refuse and are gone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { httpReceiver } from '../harness/http-receiver.ts'
import { mailReceiver } from '../harness/mail-receiver.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const PASSWORD = 'PLANTED-smtp-password'
const TOKEN = 'PLANTED-webhook-token'

test('channels that answer, that refuse and that are gone', async () => {
  using folder = temporaryDirectory()
  await using mail = await mailReceiver({ name: 'backup', password: PASSWORD })
  await using http = await httpReceiver()
  const env = {
    HOME: folder.path,
    NEONPRO_BACKUP_HOME: `${folder.path}/home`,
    NEONPRO_REPOSITORY: `${folder.path}/repository`,
    BACKUP_ENCRYPTION_KEY: `file:${folder.path}/key`,
    ALERT_EMAIL_FROM: 'backup@clinic.example',
    ALERT_EMAIL_TO: 'ops@clinic.example',
    WEBHOOK_URL: `${http.url}/${TOKEN}`,
    WEBHOOK_ALLOW_PRIVATE: '1',
    HEALTHCHECK_URL: `${http.url}/beat-${TOKEN}`,
  }
  const smtp = (password: string) => `smtp://backup:${password}@127.0.0.1:${mail.port}`
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    runCli(args, { env: { ...env, SMTP_URL: smtp(PASSWORD), ...more }, cwd: folder.path })
  const said = async (args: readonly string[], more: Record<string, string> = {}) => {
    const { status, stdout, stderr } = await run(args, more)
    const text = stdout.toString() + stderr
    for (const secret of [PASSWORD, TOKEN]) assert.ok(!text.includes(secret), `${args.join(' ')} shows a secret`)
    return { status, text }
  }
  assert.equal((await run(['key', 'generate', `${folder.path}/key`])).status, 0)
  fs.mkdirSync(`${folder.path}/documents`)
  const made = await run(['config', 'add', '--name', 'c', '--path', 'documents', '--every', '1d', '--retention', '30'])
  assert.deepEqual([made.status, mail.received.length, http.received.length], [0, 0, 0], made.stderr)

  const sent = await said(['alerts', 'test'])
  assert.deepEqual([sent.status, sent.text.match(/^ok /gm)?.length], [0, 3], sent.text)
  assert.match(mail.received[0]?.subject ?? '', /^\[NeonPro Backup\] Test message/)
  assert.deepEqual(
    http.received.map(({ path, body }) => [path.split('?')[0], body.includes('alarm.test')]).sort(),
    [
      [`/${TOKEN}`, true],
      [`/beat-${TOKEN}/log`, false],
    ].sort(),
  )
  // No scheduler runs here, and none is needed then: the channels alone decide.
  assert.equal((await run(['config', 'disable', 'c'])).status, 0)
  const healthy = await said(['doctor'])
  assert.equal(healthy.status, 0, healthy.text)
  assert.deepEqual([mail.received.length, http.received.length], [1, 2], 'doctor sends nothing')

  const refused = await said(['alerts', 'test', 'email'], { SMTP_URL: smtp('wrong'), LANG: 'pt_BR.UTF-8' })
  assert.deepEqual([refused.status, /FALHOU +e-mail: EAUTH, SMTP 535/.test(refused.text)], [1, true], refused.text)
  const wrong = await said(['doctor'], { SMTP_URL: smtp('wrong') })
  assert.deepEqual([wrong.status, /e-mail does not answer \(EAUTH, SMTP 535\)/.test(wrong.text)], [1, true], wrong.text)

  const closed = await said(['alerts', 'test', 'webhook'], { WEBHOOK_ALLOW_PRIVATE: '0' })
  assert.deepEqual([closed.status, /WEBHOOK_ALLOW_PRIVATE=1/.test(closed.text)], [1, true], closed.text)

  http.status = 404
  const missing = await said(['alerts', 'test', 'webhook'])
  assert.deepEqual([missing.status, /FAILED +webhook: HTTP 404/.test(missing.text)], [1, true], missing.text)
  await http.stop()
  const gone = await said(['doctor'])
  assert.deepEqual([gone.status, /webhook does not answer \(ECONNREFUSED\)/.test(gone.text)], [1, true], gone.text)
  assert.match(gone.text, /healthcheck ping does not answer \(ECONNREFUSED\)/)
  const unknown = await run(['alerts', 'test', 'pager', '--json'])
  assert.deepEqual([unknown.status, (unknown.json?.['error'] as { code?: string } | undefined)?.code], [1, 'NOT_FOUND'])
  await http.start()
})
