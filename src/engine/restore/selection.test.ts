// Goal: what --include takes: absolute paths and globs from the root, relative ones at any depth, folders with all that
// is in them; and what nothing met.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSelection } from './selection.ts'

const PATHS = [
  '/srv',
  '/srv/clinic',
  '/srv/clinic/a.pdf',
  '/srv/clinic/sub',
  '/srv/clinic/sub/a.pdf',
  '/srv/clinic/sub/b.txt',
  '/srv/other',
  '/srv/other/report [1].pdf',
]
const taken = (...patterns: string[]) => {
  const selection = createSelection(patterns)
  return PATHS.filter((path) => selection.takes(path))
}

test('no pattern takes everything', () => {
  assert.deepEqual(taken(), PATHS)
  assert.deepEqual(taken('/'), PATHS)
})

test('an absolute path takes itself and all below it, and nothing that only begins like it', () => {
  assert.deepEqual(taken('/srv/clinic/sub/'), ['/srv/clinic/sub', '/srv/clinic/sub/a.pdf', '/srv/clinic/sub/b.txt'])
  assert.deepEqual(taken('/srv/clin'), [])
  assert.deepEqual(taken('/a.pdf'), [])
})

test('a relative path or name is met at any depth', () => {
  assert.deepEqual(taken('a.pdf'), ['/srv/clinic/a.pdf', '/srv/clinic/sub/a.pdf'])
  assert.deepEqual(taken('sub/a.pdf'), ['/srv/clinic/sub/a.pdf'])
  assert.deepEqual(taken('./sub'), ['/srv/clinic/sub', '/srv/clinic/sub/a.pdf', '/srv/clinic/sub/b.txt'])
})

test('globs: relative at any depth, absolute from the root, a folder with its inside', () => {
  assert.deepEqual(taken('*.txt'), ['/srv/clinic/sub/b.txt'])
  assert.deepEqual(taken('clinic/*.pdf'), ['/srv/clinic/a.pdf'])
  assert.deepEqual(taken('/srv/*/a.pdf'), ['/srv/clinic/a.pdf'])
  assert.deepEqual(taken('/srv/cl*'), [
    '/srv/clinic',
    '/srv/clinic/a.pdf',
    '/srv/clinic/sub',
    '/srv/clinic/sub/a.pdf',
    '/srv/clinic/sub/b.txt',
  ])
  assert.deepEqual(taken('report [1].pdf'), ['/srv/other/report [1].pdf'], 'a name with brackets is met as it stands')
})

test('folders that can not hold anything wanted are not walked', () => {
  const holds = (pattern: string, path: string) => createSelection([pattern]).mayHold(path)
  assert.deepEqual(
    ['/', '/srv', '/srv/clinic', '/srv/other', '/var'].map((path) => holds('/srv/clinic/*.pdf', path)),
    [true, true, true, false, false],
  )
  assert.deepEqual(
    ['/', '/srv', '/srv/clinic', '/srv/clinic/sub', '/srv/other'].map((path) => holds('/srv/clinic', path)),
    [true, true, false, false, false],
    'what is taken whole needs no second look',
  )
  assert.deepEqual(
    ['/srv', '/var'].map((path) => holds('a.pdf', path)),
    [true, true],
  )
  assert.equal(holds('/*.pdf', '/srv'), true)
})

test('patterns that nothing met are named', () => {
  const selection = createSelection(['/srv/clinic', 'nope', '*.zip', '/srv/clinic/a.pdf'])
  for (const path of PATHS) selection.takes(path)
  assert.deepEqual(selection.unmatched(), ['nope', '*.zip'])
})

test('a glob of so many names looks at so many of a path, however deep it lies', () => {
  const selection = createSelection(['S/*'])
  let looked = 0
  const plain = RegExp.prototype.test
  RegExp.prototype.test = function (text: string) {
    looked += text.length
    return plain.call(this, text)
  }
  const levels = 2000
  try {
    let at = ''
    for (let level = 0; level < levels; level += 1) {
      at = `${at}/d${level}`
      assert.equal(selection.meets(at), false)
    }
    assert.equal(selection.meets(`${at}/S/a`), true)
  } finally {
    RegExp.prototype.test = plain
  }
  assert.ok(looked > 0)
  assert.ok(looked < levels * 20, `${looked} characters looked at for ${levels} levels`)
})
