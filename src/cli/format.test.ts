// Goal: numbers, moments and tables read well in both languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBytes, formatSeconds, formatTime, nextRunText, tableLines } from './format.ts'
import { chooseLocale, placeholders, translator } from './locale.ts'

test('sizes and times', () => {
  assert.deepEqual(
    [0, 1023, 1024, 1536, 5 * 1024 ** 4].map((bytes) => formatBytes(bytes, 'en')),
    ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '5.0 TiB'],
  )
  assert.equal(formatBytes(1536, 'pt-BR'), '1,5 KiB')
  assert.deepEqual([0.2, 59, 60, 3700].map(formatSeconds), ['1 s', '59 s', '1 min', '1 h 1 min'])
})

test("a moment is shown on this machine's clock; what is no moment stays as it is", () => {
  const local = new Date(2026, 7, 1, 3, 4, 5)
  assert.equal(formatTime(local.toISOString()), '2026-08-01 03:04:05')
  assert.equal(formatTime('@99999999999999'), '@99999999999999')
})

test('columns stand under their titles, numbers at the right, nothing behind the last', () => {
  const lines = tableLines(
    [{ title: 'Name' }, { title: 'Size', isNumber: true }, { title: 'Path' }],
    [
      ['a', '5', '/x'],
      ['longer', '12345', '/y'],
    ],
  )
  assert.deepEqual(lines, ['Name     Size  Path', 'a           5  /x', 'longer  12345  /y'])
})

test('a table has as many lines as there are', () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i)])
  assert.equal(tableLines([{ title: 'Name' }], rows).length, 300_001)
})

test('one file, two files, and the marks of each language', () => {
  const say = (locale: 'en' | 'pt-BR', files: number) => translator(locale)('progress.files', { files })
  assert.deepEqual(
    [say('en', 1), say('en', 2), say('en', 1234567), say('pt-BR', 1), say('pt-BR', 1234)],
    ['1 file', '2 files', '1,234,567 files', '1 arquivo', '1.234 arquivos'],
  )
})

test('the language follows LC_ALL, LC_MESSAGES and LANG, in that order', () => {
  assert.equal(chooseLocale({ LANG: 'pt_BR.UTF-8' }), 'pt-BR')
  assert.equal(chooseLocale({ LANG: 'pt_BR.UTF-8', LC_ALL: 'C' }), 'en')
  assert.equal(chooseLocale({ LANG: 'C', LC_MESSAGES: 'pt_PT' }), 'pt-BR')
  assert.equal(chooseLocale({}), 'en')
  assert.equal(placeholders('--target <dir> [path...]', 'pt-BR'), '--target <pasta> [caminho...]')
})

test('a planned time is shown as it was planned; one that passed while nothing runs is overdue', () => {
  const t = translator('en')
  const [past, coming] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString()) as [
    string,
    string,
  ]
  assert.equal(nextRunText(past, false, t), 'overdue, since nothing runs')
  for (const [at, isAlive] of [
    [past, true],
    [coming, true],
    [coming, false],
  ] as const)
    assert.match(nextRunText(at, isAlive, t), /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/)
  assert.equal(nextRunText(past, false, translator('pt-BR')), translator('pt-BR')('status.overdue'))
})
