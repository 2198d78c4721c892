import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../contracts/index.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { namedOne } from './named-one.ts'

const POINTS = [
  { id: 'aaaa1111-0', run: 'bbbb1111-0' },
  { id: 'aaaa1112-0', run: null },
  { id: 'cccc0000-0', run: 'bbbb1111-0' },
]
const named = (typed: string) => namedOne(typed, POINTS, ({ id, run }) => [id, run])

test('one is named by any of its ids or a beginning, in any case; the first of those that share an id', () => {
  assert.equal(named('aaaa1112'), POINTS[1])
  assert.equal(named('AAAA1111-0'), POINTS[0])
  assert.equal(named('bbbb'), POINTS[0])
  assert.equal(named('dddd'), undefined)
})

test('a beginning of several is refused, naming them as far as tells them apart', () => {
  assert.throws(
    () => named('aaaa'),
    (error: unknown) => {
      assert.ok(isBackupError(error, 'ID_AMBIGUOUS'))
      assert.match(failureOf(error, 'pt-BR').message, /aaaa: aaaa1111, aaaa1112\.$/)
      return true
    },
  )
})
