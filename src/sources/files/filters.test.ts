// Goal: patterns and limits leave out what docs and help say, and nothing else; a hostile pattern costs no more than
// its length.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBackupError } from '../../kernel/backup-error.ts'
import { createFileFilter, type EntryFacts, type FileFilters, type PathAlias } from './filters.ts'
import { type IgnoreRules, parseIgnoreFile } from './ignore-file.ts'

const facts = { bytes: 100, modifiedMs: Date.parse('2026-01-01') }
const ROOT = '/srv/clinic'
const bytes = (text: string) => Buffer.from(text).toString('latin1')

interface Run {
  readonly rules?: IgnoreRules
  readonly aliases?: readonly PathAlias[]
  readonly more?: Partial<EntryFacts>
}

/** Whether a backup of ROOT would keep the path (below it, as text): its folders are walked from the root down. */
function keeps(filters: FileFilters, path: string, { rules = [], aliases = [], more = {} }: Run = {}): boolean {
  const filter = createFileFilter(filters, { roots: [ROOT], aliases })
  const names = bytes(path).split('/')
  return names.every((name, i) => {
    const folder = [ROOT, ...names.slice(0, i)].join('/')
    const inForce = rules.filter(({ directory }) => folder === directory || folder.startsWith(`${directory}/`))
    const isDirectory = i < names.length - 1
    return !filter.inside(folder, inForce).leavesOut({ name, isDirectory, ...facts, ...more })
  })
}

function ignoring(directory: string, text: string): IgnoreRules[number] {
  return { file: `${directory}/.neonproignore`, directory, patterns: parseIgnoreFile(bytes(text)).patterns }
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
  ['/srv//clinic//cache//', ['cache/x'], ['deep/cache/x']],
  ['..?', ['..a'], ['..', '..ab']],
]

test('excluding patterns leave out what they match', () => {
  for (const [pattern, out, kept] of CASES) {
    for (const name of out) assert.ok(!keeps({ excludePatterns: [pattern] }, name), `${pattern} leaves out ${name}`)
    for (const name of kept) assert.ok(keeps({ excludePatterns: [pattern] }, name), `${pattern} keeps ${name}`)
  }
})

test('an excluding pattern with "!" takes back, and the last that matches decides', () => {
  const out = (excludePatterns: string[], path: string) => !keeps({ excludePatterns }, path)
  assert.deepEqual(
    [
      out(['*.log', '!audit.log'], 'logs/app.log'),
      out(['*.log', '!audit.log'], 'logs/audit.log'),
      out(['!audit.log', '*.log'], 'logs/audit.log'),
      out(['!agenda.txt'], 'agenda.txt'),
      out(['build', '!keep/build/'], 'keep/build/a'),
      out(['build', '!keep/build/'], 'build/a'),
      out(['logs/*', '!logs/audit/'], 'logs/audit/a.log'),
      out(['\\!x'], '!x'),
    ],
    [true, false, true, false, false, true, false, true],
  )
})

test('an absolute path leaves out what stands there, also under the name that was given', () => {
  const aliases = [{ path: '/current', real: ROOT }]
  assert.ok(!keeps({ excludePatterns: ['/srv/clinic/tmp'] }, 'tmp/a'))
  assert.ok(keeps({ excludePatterns: ['/srv/clinic/tmp'] }, 'sub/tmp/a'))
  assert.ok(!keeps({ excludePatterns: ['/current/tmp/*.o'] }, 'tmp/a.o', { aliases }))
  assert.ok(keeps({ includePatterns: ['/current/invoices'] }, 'invoices/2026/a.pdf', { aliases }))
})

test('including patterns keep only what they match, and folders with all that is in them; excluding ones win', () => {
  const filters = { includePatterns: ['*.pdf', 'exames/**', 'invoices/'], excludePatterns: ['draft-*'] }
  const paths = ['a.pdf', 'x/b.pdf', 'exames/1/raw.dcm', 'c.txt', 'draft-a.pdf', 'invoices/a.txt', 'x/invoices/y/z']
  assert.deepEqual(
    paths.map((path) => keeps(filters, path)),
    [true, true, true, false, false, true, true],
  )
})

test('an including pattern with "!" takes back; a list of such ones alone begins with everything', () => {
  const has = (includePatterns: string[], path: string) => keeps({ includePatterns }, path)
  assert.deepEqual(
    [
      has(['invoices', '!*.tmp'], 'invoices/a.pdf'),
      has(['invoices', '!*.tmp'], 'invoices/a.tmp'),
      has(['!*.tmp'], 'a.txt'),
      has(['!*.tmp'], 'a.tmp'),
      has(['clinic'], 'anything'),
    ],
    [true, false, true, false, true],
  )
})

test('names are compared letter by letter, whatever their bytes and normal form', () => {
  const out = (pattern: string, path: string, ignoreCase = false) =>
    !keeps({ excludePatterns: [ignoreCase ? { pattern, ignoreCase } : pattern] }, path)
  assert.deepEqual(
    [
      out('relat\u00f3rio*', 'relato\u0301rio-1'),
      out('relato\u0301rio*', 'relat\u00f3rio-1'),
      out('relat?rio', 'relato\u0301rio'),
      out('[áé].txt', 'é.txt'),
      out('*.TMP', 'a.tmp'),
      out('*.TMP', 'a.tmp', true),
      out('[A-C]?.txt', 'bÉ.TXT', true),
      out('RELATÓRIO', 'relatório', true),
    ],
    [true, true, true, true, false, true, true, true],
  )
})

test('a name that is no UTF-8 is met by wildcards and by its own bytes', () => {
  const filter = (pattern: string) =>
    createFileFilter({ excludePatterns: [pattern] }, { roots: [ROOT], aliases: [] })
      .inside(ROOT, [])
      .leavesOut({ name: 'caf\xe9.txt', isDirectory: false, ...facts })
  assert.deepEqual(['caf?.txt', 'caf\udce9.txt', '*.txt', 'café.txt', 'caf??.txt'].map(filter), [
    true,
    true,
    true,
    false,
    false,
  ])
})

test('limits on size and age', () => {
  assert.deepEqual(
    [99, 100, 101].map((size) => keeps({ sizeLimit: 100 }, 'a', { more: { bytes: size } })),
    [true, true, false],
  )
  const modifiedSinceMs = Date.parse('2026-01-01')
  assert.deepEqual(
    [-1, 0, 1].map((ms) => keeps({ modifiedSinceMs }, 'a', { more: { modifiedMs: modifiedSinceMs + ms } })),
    [false, true, true],
  )
})

test('ignore files: comments, taking back, deeper ones win, the command line decides over both', () => {
  const top = ignoring(ROOT, '\ufeff# a comment\n*.bak\nbuild/\n\n!keep.bak  \n')
  const deep = ignoring(`${ROOT}/old`, '!*.bak\r\n')
  const has = (path: string, excludePatterns: string[] = []) => keeps({ excludePatterns }, path, { rules: [top, deep] })
  assert.deepEqual(
    [has('a.bak'), has('x/keep.bak'), has('a'), has('x/build/a'), has('old/a.bak'), has('a.bak', ['!a.bak'])],
    [false, true, true, false, true, true],
  )
})

test('bad patterns are named', () => {
  for (const pattern of ['', '/', 'a[b', '{a,b', '!', 'a\0b', 'x'.repeat(5000), './a b', '../d', '.', 'a/./b/', '!/..'])
    assert.throws(
      () => createFileFilter({ excludePatterns: [pattern] }, { roots: ['/'], aliases: [] }),
      (error) => isBackupError(error, 'USAGE') && error.message.includes(`"${pattern.slice(0, 200)}`),
    )
})

test('what a filter met and what it could not take back is kept', () => {
  const filters = {
    includePatterns: ['*.pdf', '*.PDF'],
    excludePatterns: ['/srv/clinic/tmp', '/none', 'logs', '/srv/clinic/logs/old', '!logs/audit.log', '*.o'],
  }
  const filter = createFileFilter(filters, { roots: [ROOT], aliases: [] })
  const inside = filter.inside(ROOT, [])
  for (const [name, isDirectory] of [
    ['a.pdf', false],
    ['tmp', true],
    ['logs', true],
  ] as const)
    inside.leavesOut({ name, isDirectory, ...facts })
  // *.pdf, /srv/clinic/tmp, and logs/old, which is left out with the folder above it; *.PDF and /none met nothing.
  assert.deepEqual(filter.takeMet().sort(), [0, 2, 4])
  assert.deepEqual(filter.takeUnreachable(), [{ pattern: '!logs/audit.log', folder: '/srv/clinic/logs' }])
  assert.deepEqual([filter.takeMet(), filter.takeUnreachable()], [[], []])
})

test('a pattern made to explode does not', () => {
  const hostile = [`${'*a'.repeat(8)}b`, '**/**/**/x', `${'**/'.repeat(1000)}x`, `${'*a'.repeat(1000)}b`]
  const before = process.cpuUsage().user
  for (const pattern of hostile) {
    keeps({ excludePatterns: [pattern] }, 'a'.repeat(240))
    keeps({ excludePatterns: [`/${pattern}`] }, `${'a/'.repeat(60)}y`)
  }
  assert.throws(() => createFileFilter({ excludePatterns: ['{a,b}'.repeat(40)] }, { roots: ['/'], aliases: [] }))
  assert.throws(() =>
    createFileFilter({ excludePatterns: ['['.repeat(2000) + '{'.repeat(2000)] }, { roots: ['/'], aliases: [] }),
  )
  assert.ok(process.cpuUsage().user - before < 20_000_000, 'seconds for one name')
})
