// Goal: nothing that people read is only in one language, and the version that snapshots carry is the package's.
// Method: the sources' own sentences and the help of every command against the Portuguese list.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { COMMANDS } from '../../src/cli/commands.ts'
import { sentence } from '../../src/cli/locale.ts'
import { en } from '../../src/cli/messages/en.ts'
import { ptBr } from '../../src/cli/messages/pt-br.ts'
import { PROGRAM } from '../../src/cli/program.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('every refusal of wrong use has a Portuguese sentence', () => {
  const files = fs.readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const found: string[] = []
  for (const file of files) {
    for (const [, , text] of fs.readFileSync(path.join(root, 'src', file), 'utf8').matchAll(/BackupError\('USAGE', (['`])((?:\\.|(?!\1).)*)\1/g)) found.push(text!.replace(/\\'/g, "'"))
  }
  assert.ok(found.length > 20, `only ${found.length} sentences found`)
  const missing = found.filter((text) => sentence(text.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x'), 'pt-BR') === text.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x'))
  assert.deepEqual(missing, [])
})

test('every help text has a Portuguese sentence', () => {
  const missing: string[] = []
  for (const { describe, configure } of COMMANDS) {
    const command = new Command()
    configure?.(command)
    for (const text of [describe, ...command.options.map(({ description }) => description)]) if (text !== '' && sentence(text, 'pt-BR') === text && !text.startsWith('JSON:')) missing.push(text)
  }
  assert.deepEqual(missing, [])
})

test('both catalogues have the same messages with the same placeholders', () => {
  const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort()
  assert.deepEqual(Object.keys(ptBr).sort(), Object.keys(en).sort())
  for (const key of Object.keys(en) as Array<keyof typeof en>) assert.deepEqual(holes(ptBr[key]), holes(en[key]), key)
})

test('snapshots carry the version of the package', () => {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { name: string; version: string }
  assert.equal(PROGRAM, `${name} ${version}`)
})
