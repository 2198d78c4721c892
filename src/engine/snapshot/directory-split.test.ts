import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageEnds } from './directory-split.ts'

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `examination-${i.toString(36)}.pdf`).sort()
}

/** Each page as its names joined. */
function pagesOf(names: readonly string[]): string[] {
  let from = 0
  return pageEnds(names).map((to) => {
    const page = names.slice(from, to).join('/')
    from = to
    return page
  })
}

test('a directory that is not wide is one page, an empty one too', () => {
  assert.deepEqual(pageEnds([]), [0])
  assert.deepEqual(pageEnds(namesOf(16)), [16])
})

test('pages keep their bounds and grow with the square root of a directory', () => {
  for (const [count, least, most] of [
    [200, 3, 13],
    [4096, 64, 220],
    [100_000, 200, 800],
    [1_000_000, 1000, 4000],
  ] as const) {
    const names = namesOf(count)
    const ends = pageEnds(names)
    assert.equal(ends.at(-1), count)
    assert.ok(ends.length >= least && ends.length <= most, `${count} entries make ${ends.length} pages`)
  }
})

test('one new name changes one page, or two where it falls on an end', () => {
  const names = namesOf(3000)
  const before = new Set(pagesOf(names))
  let changed = 0
  for (let round = 0; round < 100; round += 1)
    changed += pagesOf([...names, `examination-${round * 29}x.pdf`].sort()).filter((page) => !before.has(page)).length
  assert.ok(changed <= 220, `100 new names, each alone, changed ${changed} pages`)
})
