import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idsMeant, shortIds } from './id-beginning.ts'

test('a whole id means itself, a beginning all that begin so, and three characters nothing', () => {
  const ids = ['abcd', 'abcd1', 'abcd2', 'ffff0']
  assert.deepEqual(idsMeant('abcd', ids), ['abcd'])
  assert.deepEqual(idsMeant('abcd', ids.slice(1)), ['abcd1', 'abcd2'])
  assert.deepEqual(idsMeant('ffff', ids), ['ffff0'])
  assert.deepEqual(idsMeant('fff', ids), [])
})

test('a short id is told from every other, and shorter than wanted only where the id is', () => {
  const ids = ['11112222a', '11112222b', '3333', '1111', '33334444']
  const short = shortIds(ids, 6)
  assert.deepEqual(
    ids.map((id) => short.get(id)),
    ['11112222a', '11112222b', '3333', '1111', '333344'],
  )
})
