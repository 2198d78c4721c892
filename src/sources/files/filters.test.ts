// Goal: patterns and limits leave out what docs and help say, and nothing else; a hostile pattern costs no more than
// its length.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBackupError } from '../../kernel/backup-error.ts'
import { createFileFilter, type FileFilters, parseIgnoreFile } from './filters.ts'

const facts = { bytes: 100, modifiedMs: Date.parse('2026-01-01') }

function keeps(filters: FileFilters, path: string, more: Partial<typeof facts> = {}): boolean {
  const filter = createFileFilter(filters, ['/srv/clinic'])
  const folders = path
    .split('/')
    .slice(1, -1)
    .map((_, i, parts) => `/${parts.slice(0, i + 1).join('/')}`)
    .filter((folder) => folder.startsWith('/srv/clinic/'))
  return (
    !folders.some((folder) => filter.excludesDirectory(folder)) && !filter.excludesFile(path, { ...facts, ...more })
  )
}

const CASES: ReadonlyArray<readonly [pattern: string, out: readonly string[], kept: readonly string[]]> = [
  ['*.tmp', ['a.tmp', 'deep/er/b.tmp'], ['a.tmp.gz', 'tmp', 'a.tmp2']],
  ['/cache', ['cache', 'cache/x'], ['deep/cache', 'cached']],
  ['node_modules/', ['node_modules/a', 'x/node_modules/b/c'], ['node_modules.txt']],
  ['logs/*.log', ['logs/a.log'], ['logs/deep/a.log', 'x/logs/a.log']],
  ['logs/**/*.log', ['logs/a.log', 'logs/deep/er/a.log'], ['logs/a.txt']],
  ['**/secret', ['secret', 'a/secret', 'a/b/secret'], ['secrets', 'a/secret2']],
  ['data?.bin', ['data1.bin', 'x/dataZ.bin'], ['data.bin', 'data12.bin', 'data/.bin']],
  ['photo-[0-9][!a-z].jpg', ['photo-1X.jpg', 'photo-99.jpg'], ['photo-1a.jpg', 'photo-x9.jpg']],
  ['{a,b*}.txt', ['a.txt', 'b.txt', 'bcd.txt'], ['c.txt', 'ab.txt']],
  ['\\*.txt', ['*.txt'], ['a.txt']],
  ['relatório*', ['relatório-1'], ['relatorio-1']],
]

test('excluding patterns leave out what they match', () => {
  for (const [pattern, out, kept] of CASES) {
    const bytes = (name: string) => Buffer.from(`/srv/clinic/${name}`).toString('latin1')
    for (const name of out)
      assert.ok(!keeps({ excludePatterns: [pattern] }, bytes(name)), `${pattern} leaves out ${name}`)
    for (const name of kept) assert.ok(keeps({ excludePatterns: [pattern] }, bytes(name)), `${pattern} keeps ${name}`)
  }
})

test('including patterns keep only what they match; excluding ones win', () => {
  const filters = { includePatterns: ['*.pdf', 'exames/**'], excludePatterns: ['draft-*'] }
  assert.deepEqual(
    ['a.pdf', 'x/b.pdf', 'exames/1/raw.dcm', 'c.txt', 'draft-a.pdf'].map((name) =>
      keeps(filters, `/srv/clinic/${name}`),
    ),
    [true, true, true, false, false],
  )
})

test('limits on size and age', () => {
  assert.deepEqual(
    [99, 100, 101].map((bytes) => keeps({ sizeLimit: 100 }, '/srv/clinic/a', { bytes })),
    [true, true, false],
  )
  const modifiedSinceMs = Date.parse('2026-01-01')
  assert.deepEqual(
    [-1, 0, 1].map((ms) => keeps({ modifiedSinceMs }, '/srv/clinic/a', { modifiedMs: modifiedSinceMs + ms })),
    [false, true, true],
  )
})

test('the root itself is never left out', () => {
  const filter = createFileFilter({ excludePatterns: ['**', '*', 'clinic'] }, ['/srv/clinic'])
  assert.ok(!filter.excludesDirectory('/srv/clinic'))
})

test('ignore files: comments, taking back, deeper ones win', () => {
  const filter = createFileFilter({}, ['/srv/clinic'])
  const top = parseIgnoreFile('# a comment\n*.bak\nbuild/\n\n!keep.bak\n', '/srv/clinic')
  const deep = parseIgnoreFile('!*.bak\r\n', '/srv/clinic/old')
  const out = (path: string, rules = [top]) => filter.excludesFile(path, facts, rules)
  assert.deepEqual(
    [out('/srv/clinic/a.bak'), out('/srv/clinic/x/keep.bak'), out('/srv/clinic/a'), out('/srv/clinic/build')],
    [true, false, false, false],
  )
  assert.ok(filter.excludesDirectory('/srv/clinic/x/build', [top]))
  assert.equal(out('/srv/clinic/old/a.bak', [top, deep]), false)
})

test('bad patterns are named', () => {
  for (const pattern of ['', '/', 'a[b', '{a,b', '!'])
    assert.throws(
      () => createFileFilter({ excludePatterns: [pattern] }, ['/']),
      (error) => isBackupError(error, 'USAGE') && error.message.includes(`"${pattern}"`),
    )
})

test('a pattern made to explode does not', () => {
  const filter = createFileFilter({ excludePatterns: [`${'*a'.repeat(8)}b`, '**/**/**/x'] }, ['/srv'])
  const before = process.cpuUsage().user
  filter.excludesFile(`/srv/${'a'.repeat(120)}`, facts)
  filter.excludesFile(`/srv/${'a/'.repeat(60)}y`, facts)
  assert.ok(process.cpuUsage().user - before < 20_000_000, 'seconds for one name')
})
