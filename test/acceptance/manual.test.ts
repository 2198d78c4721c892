// Goal: the manual says every command and option, in both languages, and no formatter of manuals complains of it.
// Method: the pages that the build has made, against the tree of commands; man, groff and mandoc where they are.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { manPage } from '../../scripts/man-pages.ts'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { type Locale, placeholders } from '../../src/cli/locale.ts'

const root = path.resolve(import.meta.dirname, '../..')
const PAGES: ReadonlyArray<readonly [Locale, string]> = [
  ['en', path.join(root, 'dist/man/man1/neonpro-backup.1')],
  ['pt-BR', path.join(root, 'dist/man/pt_BR/man1/neonpro-backup.1')],
]
const has = (program: string) => spawnSync(program, ['--version']).error === undefined

for (const [locale, file] of PAGES) {
  test(`${locale}: the built page is that of the tree, with every command and option`, () => {
    const page = fs.readFileSync(file, 'utf8')
    assert.equal(page, manPage(COMMANDS, locale))
    // A line a heading, as it is typed.
    const headings = page
      .split('\n')
      .filter((line) => line.startsWith('.B '))
      .map((line) => line.slice(3).replaceAll('\\-', '-'))
    const tree = commandTree(COMMANDS, locale).root
    for (const { name } of COMMANDS) {
      const command = name.split(' ').reduce((at, each) => at.commands.find((child) => child.name() === each)!, tree)
      const from = headings.findIndex((heading) => heading === name || /^ [<[]/.test(behind(heading, name)))
      assert.ok(from >= 0, name)
      for (const option of shown(command))
        assert.ok(headings.includes(placeholders(option, locale)), `${name} ${option}`)
    }
    assert.ok(headings.length > 200, `${headings.length} headings`)
  })

  test(`${locale}: groff has no warning`, { skip: has('groff') ? false : 'left out: groff is not installed' }, () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-ww', '-k', '-man', '-Tutf8', file], { encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''])
    assert.ok(stdout.includes('audit export'))
  })

  test(`${locale}: mandoc has no warning`, {
    skip: has('mandoc') ? false : 'left out: mandoc is not installed',
  }, () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', file], { encoding: 'utf8' })
    // The date is left out: equal sources give equal pages.
    const told = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))
    assert.deepEqual(told, [])
  })
}

function behind(heading: string, name: string): string {
  return heading.startsWith(name) ? heading.slice(name.length) : ''
}

function shown(command: Command): string[] {
  return command.options.filter(({ hidden }) => !hidden).map(({ flags }) => flags)
}

test('nothing in a text is an instruction to the formatter', () => {
  const evil = { name: 'evil', describe: '.so /etc/passwd\\n', load: () => Promise.reject(new Error()) }
  assert.match(manPage([evil], 'en'), /\n\\&\.so \/etc\/passwd\\en\n/)
})
