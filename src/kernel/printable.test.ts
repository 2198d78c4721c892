// Goal: nothing that a name can hold steers a terminal, a mail or a log; ordinary text of any script stays as it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable, printableJson, printableValue } from './printable.ts'

const HOSTILE = [
  ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
  ['a\nERROR b\r\tc', 'a\\x0aERROR b\\x0d\\x09c'],
  ['\u009b2J\u0085\u007f', '\\u{9b}2J\\u{85}\\x7f'],
  ['rcs.\u202egpj', 'rcs.\\u{202e}gpj'],
  ['\u2066x\u2069\u200f\u061c\u2028\u2029', '\\u{2066}x\\u{2069}\\u{200f}\\u{61c}\\u{2028}\\u{2029}'],
  ['zero\u200bwidth\ufeff\u00ad\u{e0041}', 'zero\\u{200b}width\\u{feff}\\u{ad}\\u{e0041}'],
  ['half \ud800 half', 'half \\u{d800} half'],
] as const

test('what would steer a terminal is shown, the rest stays', () => {
  for (const [text, shown] of HOSTILE) {
    assert.equal(printable(text), shown)
    assert.equal(printable(printable(text)), shown, 'twice is once')
  }
  for (const plain of ['Clínica São José', '数据库', 'עברית', '👩‍⚕️ 🏥', 'C:\\x', 'e\u0301', ''])
    assert.equal(printable(plain), plain)
})

test('JSON parses to the very value and holds nothing raw', () => {
  const value = Object.fromEntries(HOSTILE.map(([text], i) => [`${text}${i}`, [text]]))
  const json = printableJson(value)
  assert.deepEqual(JSON.parse(json), value)
  assert.equal(printable(json), json)
  assert.equal(printable(JSON.stringify(printableValue(value))), JSON.stringify(printableValue(value)))
})
