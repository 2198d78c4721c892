// Goal: what was printed comes back, and whoever types it wrong is told where. Method: random keys; every single wrong
// character, every two exchanged, every group away, doubled or in another's place; the reader of the page alone beside.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseKey as parseRescueKey } from '../../rescue/keys.ts'
import { paperKeyBytes, looksLikePaperKey as rescueLooks } from '../../rescue/paper-key.ts'
import { parseKek } from '../../src/engine/crypto/index.ts'
import {
  firstKeyOf,
  keyTextsOf,
  looksLikePaperKey,
  paperKeyOf,
  readPaperKey,
} from '../../src/engine/crypto/paper-key.ts'
import { seededRandom } from '../harness/seeded-random.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const keyOf = (text: string) => createHash('sha256').update(text).digest()
const key = keyOf('a key')
const printed = paperKeyOf(key)
const groups = printed.split('-')

test('the form is the published one', () => {
  assert.equal(
    paperKeyOf(Buffer.alloc(32)),
    '00005-0000A-0000F-0000M-0000H-0000Y-0000V-0000D-00008-00007-00002-0000S-0006G',
  )
  assert.match(printed, /^([0-9A-HJKMNP-TV-Z]{5}-){12}[0-9A-HJKMNP-TV-Z]{5}$/)
})

test('every way to type it gives the key back, here and in the reader of the page alone', () => {
  const random = seededRandom(1)
  for (let i = 0; i < 200; i += 1) {
    const bytes = keyOf(`key ${i} ${random()}`)
    const text = paperKeyOf(bytes)
    const sloppy = text
      .toLowerCase()
      .replaceAll('0', 'o')
      .replaceAll('1', i % 2 ? 'l' : 'i')
    for (const form of [
      text,
      sloppy,
      text.replaceAll('-', ' '),
      text.replaceAll('-', '\n'),
      text.replaceAll('-', ''),
      inLines(text, '-'),
      inLines(text, ' '),
      inLines(text, ''),
    ]) {
      assert.ok(looksLikePaperKey(form) && rescueLooks(form), form)
      assert.deepEqual(readPaperKey(form), { key: bytes })
      assert.deepEqual(paperKeyBytes(form), bytes)
    }
  }
})

/** As somebody types it from a page, without blanks at the ends of lines. */
function inLines(text: string, between: string): string {
  const all = text.split('-')
  return [all.slice(0, 5), all.slice(5, 10), all.slice(10)].map((line) => line.join(between)).join('\n')
}

test('in a list of keys, and in what a program prints, a paper key may stand in several lines', () => {
  const [one, other] = [paperKeyOf(randomBytes(32)), paperKeyOf(randomBytes(32))]
  const base64 = `base64:${randomBytes(32).toString('base64')}`
  for (const between of ['-', ' ', '']) {
    const lines = inLines(one, between)
    const listed = keyTextsOf(`${base64}\n${lines}\n${inLines(other, between)}, file:/k\n\npassphrase:a b c\n`)
    assert.deepEqual(listed.slice(0, 3), [base64, lines, inLines(other, between)])
    assert.deepEqual(
      listed.slice(3).map((text) => text.trim()),
      ['file:/k', 'passphrase:a b c'],
    )
    assert.equal(firstKeyOf(`${lines}\r\nnotes\n`), lines)
  }
  // 65 letters and digits together, and yet two texts each: one of them is a key by itself.
  const hex = randomBytes(32).toString('hex')
  for (const [key, next] of [
    ['Correct7Horse4Battery2Staple9abc', 'x'.repeat(33)],
    [hex.slice(0, 32), hex.slice(0, 33)],
    [hex, '1'],
    [randomBytes(32).toString('hex').slice(0, 43), 'y'.repeat(22)],
  ] as const) {
    assert.deepEqual(keyTextsOf(`${key}\n${next}`), [key, next])
    assert.deepEqual(keyTextsOf(`${next}\n${key}`), [next, key])
    assert.equal(firstKeyOf(`${key}\n${next}\n`), key)
  }
  const spaced = inLines(one, ' ').replace(' ', '    ')
  assert.equal(spaced.indexOf('\n'), 32)
  assert.deepEqual(keyTextsOf(spaced), [spaced], 'all of its checks say that it is one')
  assert.equal(firstKeyOf('a passphrase of some words\nurl: x\n'), 'a passphrase of some words')
})

function wrongIn(text: string): readonly number[] {
  assert.ok(looksLikePaperKey(text) && rescueLooks(text), text)
  const read = readPaperKey(text)
  assert.ok('wrong' in read, text)
  assert.throws(() => paperKeyBytes(text), new RegExp(`group ${read.wrong.join(', ')} of`))
  return read.wrong
}

const withGroup = (at: number, group: string) => groups.with(at, group).join('-')

test('every single wrong character and every two exchanged name their group', () => {
  for (const [at, group] of groups.entries())
    for (let i = 0; i < 5; i += 1) {
      for (const char of `${ALPHABET}U`)
        if (char !== group[i])
          assert.deepEqual(wrongIn(withGroup(at, group.slice(0, i) + char + group.slice(i + 1))), [at + 1])
      const next = group[i + 1]
      if (next === undefined || next === group[i]) continue
      const swapped = group.slice(0, i) + next + group[i] + group.slice(i + 2)
      assert.deepEqual(wrongIn(withGroup(at, swapped)), [at + 1])
    }
})

test('a group of another length, away, doubled or in another place is named', () => {
  for (let at = 0; at < 12; at += 1) {
    assert.deepEqual(wrongIn(withGroup(at, groups[at]!.slice(0, 4))), [at + 1])
    assert.deepEqual(wrongIn(withGroup(at, `${groups[at]}7`)), [at + 1])
    assert.deepEqual(wrongIn(groups.toSpliced(at, 1).join('-')), [at + 1])
    assert.deepEqual(wrongIn(groups.toSpliced(at, 0, groups[at]!).join('-')), [at + 2])
    assert.deepEqual(
      wrongIn(
        groups
          .with(at, groups[at + 1]!)
          .with(at + 1, groups[at]!)
          .join('-'),
      ),
      [at + 1, at + 2],
    )
  }
  const short = groups.slice(0, 12).join('-')
  assert.deepEqual(readPaperKey(short), { groups: 12 })
  assert.throws(() => paperKeyBytes(short), /13 groups/)
})

test('no other form of a key is taken for one', () => {
  for (const other of [key.toString('hex'), key.toString('base64'), 'a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-32', 'hello'])
    assert.deepEqual([looksLikePaperKey(other), rescueLooks(other)], [false, false], other)
})

test('of every other form both readers make the same, or both refuse it', () => {
  // The first two bytes give a "-" or "+" and a "_" or "/" wherever they stand in base64.
  const bytes = Buffer.concat([Buffer.from([0xfb, 0xef, 0xff]), randomBytes(29)])
  const [base64, url] = [bytes.toString('base64'), bytes.toString('base64url')]
  const taken = [
    `base64:${base64}`,
    `base64:${url}`,
    `base64:${url}=`,
    base64,
    url,
    `${url}=`,
    `\ufeff${base64}\r\n`,
    `hex:${bytes.toString('hex').toUpperCase()}`,
    `\u00a0${bytes.toString('hex')}\n`,
  ]
  for (const text of taken) {
    assert.deepEqual(parseKek(text, 'KEY'), { kind: 'raw', key: bytes }, text)
    assert.deepEqual(parseRescueKey(text), { kind: 'raw', bytes }, text)
  }
  const refused = [
    'base64:!!',
    `base64:${base64.slice(4)}`,
    base64.slice(4),
    '0123456789abcdef'.repeat(2),
    'hex:abcd',
    '',
  ]
  for (const text of refused) {
    assert.throws(() => parseKek(text, 'KEY'), text)
    assert.throws(() => parseRescueKey(text), text)
  }
})
