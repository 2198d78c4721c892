// Goal: passphrases that are tried first are known as such; ordinary good ones are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGuessable } from './guessable.ts'

const GUESSABLE = [
  '1234567890123456',
  'abcdefghijklmnop',
  'qwertyuiopasdfgh',
  'senhasenhasenhasenha',
  'password12345678',
  'backup-clinica-2026',
  'Secret-Backup-Key-123',
  'aaaabbbbccccddddeeee',
  'encryptionkeyencryptionkey123456',
]
const GOOD = [
  'cinco cavalos azuis',
  'correct horse battery staple',
  'Clinica-Sao-Lucas-2026!backup-42',
  'coração valente ok',
  'kJ8vQ2xL0pZr7TnW',
  'o rato roeu a roupa do rei',
]

test('rows, repetitions and common words are guessable, whatever their length', () => {
  assert.deepEqual(
    GUESSABLE.filter((text) => !isGuessable(text)),
    [],
  )
})

test("several words of one's own and random characters are not", () => {
  assert.deepEqual(
    GOOD.filter((text) => isGuessable(text)),
    [],
  )
})
