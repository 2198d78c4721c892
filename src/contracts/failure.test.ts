// Goal: whatever an error knows of itself, its texts are whole sentences. Method: every code of the catalogue with
// nothing known, and with reasons that bring their own full stop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BackupError } from '../kernel/backup-error.ts'
import { ERROR_CATALOG } from './error-catalog.ts'
import { errorText, failureOf } from './failure.ts'

const LOCALES = ['en', 'pt-BR'] as const

test('an error that does not say why ends in one full stop and shows no hole', () => {
  for (const [code, entry] of Object.entries(ERROR_CATALOG))
    for (const locale of LOCALES)
      for (const values of [{}, { why: 'It is so.', accepted: 'that.', room: 'Make room.' }])
        for (const text of Object.values(errorText(entry, locale, values))) {
          assert.doesNotMatch(text, /(?<!\.)\.\.(?!\.)|\{\w+\}|: ?\.| {2}| \( ?\)/, `${code} ${locale}: ${text}`)
          assert.notEqual(text, '', `${code} ${locale}`)
        }
})

test('a reason stands as a sentence of its own', () => {
  const { message } = errorText(ERROR_CATALOG.KEY_REFUSED, 'en', { source: 'K', why: 'It is too short' })
  assert.equal(message, 'K is refused. It is too short.')
  assert.equal(errorText(ERROR_CATALOG.KEY_REFUSED, 'en', { source: 'K' }).message, 'K is refused.')
  assert.equal(errorText(ERROR_CATALOG.TARGET_REFUSED, 'pt-BR', { path: '/a' }).message, '/a não pode ser o destino.')
})

test('wrong use below the command line is said in Portuguese too', () => {
  const failure = failureOf(new BackupError('USAGE', 'No path to back up was given.'), 'pt-BR')
  assert.equal(failure.message, 'Não foi dado nenhum caminho para o backup.')
})
