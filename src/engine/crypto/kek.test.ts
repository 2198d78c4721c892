// Goal: every form of BACKUP_ENCRYPTION_KEY is taken as documented, every weak or mistaken one refused with a sentence
// that does not hold it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { failsWith } from '../../../test/harness/refusal.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'
import { kekBytes, kekFingerprint, parseKek, SCRYPT_COST } from './kek.ts'

const key = randomBytes(32)

test('the same 32 bytes in every form', () => {
  for (const text of [
    `base64:${key.toString('base64')}`,
    `base64:${key.toString('base64url')}`,
    key.toString('base64'),
    key.toString('base64url'),
    `hex:${key.toString('hex')}`,
    key.toString('hex').toUpperCase(),
    `  hex:${key.toString('hex')}\n`,
  ]) {
    assert.deepEqual(parseKek(text, 'KEY'), { kind: 'raw', key })
  }
})

test('passphrases: prefixed, or 32 typed characters with a warning', () => {
  assert.deepEqual(parseKek('passphrase:cinco cavalos azuis', 'KEY'), {
    kind: 'passphrase',
    text: 'cinco cavalos azuis',
  })
  assert.deepEqual(parseKek('Clinica-Sao-Lucas-2026!backup-42', 'KEY'), {
    kind: 'passphrase',
    text: 'Clinica-Sao-Lucas-2026!backup-42',
    warning: 'TYPED_KEY',
  })
  // One text in two Unicode forms is one passphrase.
  assert.deepEqual(
    parseKek(`passphrase:${'coração valente ok'.normalize('NFD')}`, 'KEY'),
    parseKek(`passphrase:${'coração valente ok'.normalize('NFC')}`, 'KEY'),
  )
})

const REFUSED: ReadonlyArray<readonly [text: string, code: ErrorCode]> = [
  ['', 'KEY_MISSING'],
  ['   ', 'KEY_MISSING'],
  ['your_32_character_encryption_key', 'KEY_PLACEHOLDER'],
  ['passphrase:your_secret_backup_key', 'KEY_PLACEHOLDER'],
  ['changeme-changeme-changeme-12345', 'KEY_PLACEHOLDER'],
  ['<your key here, 32 characters..>', 'KEY_PLACEHOLDER'],
  ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'KEY_PLACEHOLDER'],
  ['passphrase:too short', 'KEY_WEAK'],
  ['passphrase:aaaaaaaaaaaaaaaaaaaa', 'KEY_WEAK'],
  ['abababababababababababababababab', 'KEY_REFUSED'],
  [`hex:${'00'.repeat(32)}`, 'KEY_WEAK'],
  ['0123456789abcdef0123456789abcdef', 'KEY_REFUSED'],
  [`base64:${randomBytes(16).toString('base64')}`, 'KEY_REFUSED'],
  ['hex:zz', 'KEY_REFUSED'],
  [`hex:${'ab'.repeat(31)}`, 'KEY_REFUSED'],
  ['hello', 'KEY_REFUSED'],
  ['kms:aws:arn:aws:kms:sa-east-1:1:key/2', 'KEY_REFUSED'],
  ['age1qqqqqqqqqqqqqqqqqqqqqq', 'KEY_REFUSED'],
  ['file:/no/such/file', 'KEY_FILE_UNREADABLE'],
]

test('what is refused, and how', () => {
  for (const [text, code] of REFUSED) {
    assert.throws(
      () => parseKek(text, 'KEY'),
      (error) => {
        assert.ok(isBackupError(error, code), `${text} is ${code}, not ${String((error as { code?: string }).code)}`)
        return true
      },
    )
  }
})

test('a key of another length says its length, with a prefix or without', () => {
  for (const [text, bytes] of [
    [randomBytes(31).toString('base64'), 31],
    [randomBytes(33).toString('base64'), 33],
    [randomBytes(16).toString('base64'), 16],
    [`hex:${'0f'.repeat(16)}`, 16],
  ] as const) {
    assert.throws(
      () => parseKek(text, 'KEY'),
      (error) => isBackupError(error, 'KEY_REFUSED') && error.message.includes(`${bytes} B where 32 bytes are needed`),
    )
  }
})

test('key files: closed to others, one step only', () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  fs.writeFileSync(at('good'), `base64:${key.toString('base64')}\n`, { mode: 0o600 })
  fs.writeFileSync(at('open'), `base64:${key.toString('base64')}\n`)
  fs.chmodSync(at('open'), 0o644)
  fs.writeFileSync(at('pointer'), `file:${at('good')}`, { mode: 0o600 })
  assert.deepEqual(parseKek(`file:${at('good')}`, 'KEY'), { kind: 'raw', key })
  for (const name of ['open', 'pointer'])
    assert.throws(() => parseKek(`file:${at(name)}`, 'KEY'), failsWith('KEY_REFUSED'))
})

const canWriteRun = process.getuid?.() === 0

test('a credential of systemd is taken with the mode that its access list shows, and no other', {
  skip: canWriteRun ? false : 'writing below /run/credentials needs root',
}, () => {
  const unit = `/run/credentials/neonpro-test-${process.pid}.service`
  fs.mkdirSync(unit, { recursive: true, mode: 0o700 })
  try {
    fs.writeFileSync(`${unit}/key`, `base64:${key.toString('base64')}`)
    fs.chmodSync(`${unit}/key`, 0o440)
    assert.deepEqual(parseKek(`file:${unit}/key`, 'KEY'), { kind: 'raw', key })
    fs.chmodSync(`${unit}/key`, 0o444)
    assert.throws(() => parseKek(`file:${unit}/key`, 'KEY'), failsWith('KEY_REFUSED'))
  } finally {
    fs.rmSync(unit, { recursive: true })
  }
})

test('a passphrase is stretched with the parameters given; fingerprints tell keys and repositories apart', () => {
  const scrypt = { ...SCRYPT_COST, n: 1024, salt: Buffer.alloc(16, 1) }
  const one = kekBytes(parseKek('passphrase:cinco cavalos azuis', 'KEY'), scrypt)
  assert.equal(one.length, 32)
  assert.notDeepEqual(kekBytes(parseKek('passphrase:cinco cavalos verdes', 'KEY'), scrypt), one)
  assert.notDeepEqual(
    kekBytes(parseKek('passphrase:cinco cavalos azuis', 'KEY'), { ...scrypt, salt: Buffer.alloc(16, 2) }),
    one,
  )
  const prints = [
    kekFingerprint({ kind: 'raw', key }, Buffer.alloc(16, 1)),
    kekFingerprint({ kind: 'raw', key }, Buffer.alloc(16, 2)),
    kekFingerprint({ kind: 'raw', key: randomBytes(32) }, Buffer.alloc(16, 1)),
  ]
  assert.equal(new Set(prints).size, 3)
  assert.ok(prints.every((print) => /^[0-9a-f]{8}$/.test(print)))
})
