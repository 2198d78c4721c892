import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberedSlug, slugOf } from './ping-slug.ts'

test('a name that ASCII can say keeps the slug that it had', () => {
  for (const [name, slug] of [
    ['Clínica São José', 'clinica-sao-jose'],
    ['  Prontuários / 2026 ', 'prontuarios-2026'],
    ['a_b', 'a-b'],
  ] as const)
    assert.equal(slugOf(name), slug)
})

test('names whose letters would all vanish differ, and are the same every time and in both forms of Unicode', () => {
  const names = ['数据库', 'Прием', 'Приём', 'קבלה', '🏥', '数据库 x', 'Прием x', 'x', 'backup', '日記']
  const slugs = names.map((name) => slugOf(name))
  assert.equal(new Set(slugs).size, names.length, slugs.join(' '))
  for (const slug of slugs) assert.match(slug, /^[a-z0-9]+(-[a-z0-9]+)*$/)
  assert.deepEqual(
    slugs,
    names.map((name) => slugOf(name.normalize('NFD').normalize('NFC'))),
  )
  assert.equal(slugOf('数据库'), 'backup-263200d7')
  assert.notEqual(numberedSlug('A b'), numberedSlug('a-b'))
})
