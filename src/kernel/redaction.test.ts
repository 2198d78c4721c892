// Goal: planted secrets are found nowhere in what the net lets through, in any depth and form, and nothing can flood or
// break it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BackupError } from './backup-error.ts'
import {
  formsOf,
  isSecretName,
  passwordsOf,
  REDACTED,
  redactPath,
  redactText,
  redactUrl,
  redactValue,
  withoutSecrets,
} from './redaction.ts'

const PLANTED = 'hunter2-PLANTED'

test('passwords in URLs, connection strings, headers and key forms go; the rest stays readable', () => {
  const texts = [
    `postgresql://user:${PLANTED}@localhost:5432/neonpro`,
    `smtp://a%40b:${PLANTED}@mail:587`,
    `postgres://u:${PLANTED}/with@signs@host/db`,
    `host=db password=${PLANTED} user=u`,
    `https://hook/x?token=${PLANTED}&a=1`,
    `passphrase:cinco ${PLANTED} azuis`,
    `Authorization: Bearer ${PLANTED}-abcdef`,
    `sslpassword='${PLANTED}'`,
    `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----`,
    `{"password":"x","secret": "${PLANTED}"}`,
  ]
  for (const text of texts) assert.ok(!redactText(text).includes(PLANTED), `${text} became ${redactText(text)}`)
  assert.equal(
    redactText(`can't reach postgresql://user:${PLANTED}@localhost:5432/neonpro (ECONNREFUSED)`),
    `can't reach postgresql://user:${REDACTED}@localhost:5432/neonpro (ECONNREFUSED)`,
  )
  const key = Buffer.alloc(32, 7).toString('base64')
  assert.ok(!redactText(`key base64:${key}`).includes(key))
  for (const text of [
    '2026-11-24T10:00:00Z',
    'https://example.org/path',
    'file:///srv/data',
    'Backup of /srv/a: 3 files',
    'mailto:x@y.z',
  ])
    assert.equal(redactText(text), text)
})

test('a secret that is known by value goes wherever it stands', () => {
  assert.equal(redactText(`wrapped with ${PLANTED}!`, { known: [PLANTED] }), `wrapped with ${REDACTED}!`)
  assert.equal(redactText('a short one', { known: ['a'] }), 'a short one')
})

test('of secrets that overlap no rest stays, in whatever order they are known', () => {
  const pair = ['clinic', 'clinicS3cret']
  for (const known of [pair, pair.toReversed()])
    assert.equal(redactText('pw clinicS3cret of clinic', { known }), `pw ${REDACTED} of ${REDACTED}`)
  assert.equal(withoutSecrets('abcdef, ababa', ['abcd', 'cdef', 'aba', '']), `${REDACTED}, ${REDACTED}`)
  const cut = redactText(`${'x'.repeat(7_995)}${PLANTED}`, { known: [PLANTED] })
  assert.ok(!cut.includes(PLANTED.slice(0, 3)), cut.slice(-40))
})

test('a secret is known in a URL and in JSON, and so is the password of one that is a URL', () => {
  const secret = 'pa"ss w@rd/1'
  const written = [secret, encodeURIComponent(secret), 'pa%22ss%20w%40rd%2F1', JSON.stringify(secret)]
  for (const text of written) assert.ok(!withoutSecrets(text, formsOf(secret)).includes('rd'), text)
  assert.equal(withoutSecrets('no p@w for u', formsOf('x://u:p%40w@host/d')), `no ${REDACTED} for u`)
})

test('members with a telling name go at any depth; causes and contexts of errors too', () => {
  const error = new BackupError('DATABASE_UNAVAILABLE', `at postgres://u:${PLANTED}@h/d`, {
    context: { database: 'd', password: PLANTED },
    cause: new Error(`inner ${PLANTED}`),
  })
  const value = {
    error,
    list: [{ deep: { webhookSecret: PLANTED, SMTP_URL: PLANTED, databaseUrl: PLANTED } }],
    env: {
      BACKUP_ENCRYPTION_KEY: PLANTED,
      AWS_SECRET_ACCESS_KEY: PLANTED,
      AZURE_STORAGE_KEY: PLANTED,
      SUPABASE_ANON_KEY: PLANTED,
    },
    map: new Map([['token', PLANTED]]),
    keks: [{ kind: 'passphrase', text: PLANTED }],
    bytes: Buffer.from(PLANTED),
    key: 'snapshots/abc',
    count: 3,
  }
  const safe = redactValue(value, { known: [PLANTED] })
  const text = JSON.stringify(safe)
  assert.ok(!text.includes(PLANTED) && !text.includes(Buffer.from(PLANTED).toString('base64')), text)
  assert.ok(text.includes('snapshots/abc') && text.includes('"count":3') && text.includes('DATABASE_UNAVAILABLE'), text)
  for (const name of [
    'key',
    'pathKey',
    'passed',
    'bypass',
    'compassion',
    'monkey',
    'url',
    'keyGeneration',
    'tokenizer',
  ])
    assert.ok(!isSecretName(name), name)
  for (const name of [
    'smtpUrl',
    'SMTP_URL',
    'webhook-secret',
    'BACKUP_ENCRYPTION_KEY_PREVIOUS',
    'AWS_ACCESS_KEY_ID',
    'dbPassword',
    'sourceSealed',
  ])
    assert.ok(isSecretName(name), name)
})

test('circular, deep, wide and long values are cut', () => {
  const circular: Record<string, unknown> = { name: 'a' }
  circular['self'] = circular
  assert.deepEqual(redactValue(circular), { name: 'a', self: '[circular]' })
  let deep: unknown = 'end'
  for (let i = 0; i < 100; i += 1) deep = { deep }
  const wide = {
    deep,
    list: Array.from({ length: 10_000 }, (_, i) => i),
    text: 'x'.repeat(1_000_000),
    big: 2n ** 70n,
    f: () => 1,
  }
  assert.ok(JSON.stringify(redactValue(wide)).length < 12_000)
})

test('a URL for people has no password and no query', () => {
  assert.equal(
    redactUrl(`postgresql://user:${PLANTED}@localhost:5432/neonpro?sslpassword=${PLANTED}`),
    'postgresql://user@localhost:5432/neonpro',
  )
  assert.equal(redactUrl(`postgres://admin:${PLANTED}@/name?host=/run/x`), 'postgres://admin@/name')
  assert.equal(redactUrl(`mongodb://u:${PLANTED}@a:1,b:2/d`), 'mongodb://u@a:1,b:2/d')
  assert.deepEqual(
    [passwordsOf('smtp://u:p%40ss@h'), passwordsOf('smtp://u@h'), passwordsOf('p://u:a%zz@h')],
    [['p%40ss', 'p@ss'], [], ['a%zz']],
  )
  assert.equal(redactUrl(`not a url ${PLANTED}`), REDACTED)
  assert.deepEqual(
    [redactPath(`https://hooks.example.org/${PLANTED}`), redactPath(PLANTED)],
    ['https://hooks.example.org/…', REDACTED],
  )
})
