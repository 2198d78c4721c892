// Goal: nothing that people read is only in one language, and the version that snapshots carry is the package's.
// Method: the sources' own sentences and the help of every command against the Portuguese list.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { sentence } from '../../src/cli/locale.ts'
import { en } from '../../src/cli/messages/en.ts'
import { ptBr } from '../../src/cli/messages/pt-br.ts'
import { calendarOf, decideRetention } from '../../src/contracts/index.ts'
import { PROGRAM } from '../../src/kernel/program.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('every refusal of wrong use has a Portuguese sentence', () => {
  const files = fs
    .readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const found: string[] = []
  for (const file of files) {
    for (const [, , text] of fs
      .readFileSync(path.join(root, 'src', file), 'utf8')
      .matchAll(/BackupError\('USAGE', (['`])((?:\\.|(?!\1).)*)\1/g))
      found.push(text!.replace(/\\'/g, "'"))
  }
  assert.ok(found.length > 20, `only ${found.length} sentences found`)
  const missing = found.filter(
    (text) =>
      sentence(text.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x'), 'pt-BR') ===
      text.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x'),
  )
  assert.deepEqual(missing, [])
})

test('every help text has a Portuguese sentence', () => {
  const tree = commandTree(COMMANDS, 'en')
  const found = new Set<string>()
  const visit = (command: Command): void => {
    for (const each of [
      command.description(),
      command.helpGroup(),
      ...command.options.flatMap((option) => [option.description, option.helpGroupHeading ?? '']),
    ])
      found.add(each)
    for (const child of command.commands) visit(child)
  }
  visit(tree.root)
  assert.ok(found.size > 60, `only ${found.size} texts found`)
  assert.deepEqual(
    [...found].filter(
      (text) => text !== '' && sentence(text, 'pt-BR') === text && !text.startsWith('JSON:') && text !== '1 to 9',
    ),
    [],
  )
})

test('what checks, filters and refusals find has Portuguese words', () => {
  const files = [
    'src/engine/maintenance/verify.ts',
    'src/engine/maintenance/pack-verifier.ts',
    'src/engine/restore/archive.ts',
    'src/engine/restore/restore-guard.ts',
    'src/engine/restore/target-directory.ts',
    'src/engine/crypto/kek.ts',
    'src/cli/open.ts',
    'src/engine/repository/repository.ts',
    'src/engine/snapshot/delete-log.ts',
  ]
  const found: string[] = []
  for (const file of files) {
    const text = fs.readFileSync(path.join(root, file), 'utf8')
    for (const [, , said] of text.matchAll(
      /(?:what: |why: |faults\.push\(|refused\(\w+, |rollback\()(['`])((?:\\.|(?!\1).)+)\1/g,
    ))
      found.push(said!.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x'))
  }
  assert.ok(found.length > 20, `only ${found.length} sentences found`)
  assert.deepEqual(
    found.filter((text) => sentence(text, 'pt-BR') === text && !/^(segment )?[x ()]+$/.test(text)),
    [],
  )
})

test('why a snapshot is kept has Portuguese words', () => {
  const points = Array.from({ length: 40 }, (_, i) => ({
    id: String(i),
    atMs: Date.UTC(2026, 0, 1) - i * 20 * 86_400_000,
    isGood: true,
  }))
  const policy = {
    last: 2,
    withinDays: 30,
    hourly: 1,
    daily: 2,
    weekly: 2,
    monthly: 2,
    yearly: 2,
    custom: [{ pattern: 'first-of-month', keep: 'forever' as const }],
  }
  const reasons = decideRetention({
    points,
    policy,
    nowMs: points[0]!.atMs,
    calendar: calendarOf('UTC'),
    protectedBy: new Map([
      ['5', 'pin'],
      ['6', 'hold 1a2b'],
    ]),
  }).flatMap((each) => each.reasons)
  assert.ok(new Set(reasons).size > 12)
  assert.deepEqual(
    reasons.filter((reason) => sentence(reason, 'pt-BR') === reason),
    [],
  )
})

test('both catalogues have the same messages with the same placeholders', () => {
  // A number may need its word in one language only.
  const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort()
  assert.deepEqual(Object.keys(ptBr).sort(), Object.keys(en).sort())
  for (const key of Object.keys(en) as Array<keyof typeof en>) assert.deepEqual(holes(ptBr[key]), holes(en[key]), key)
})

test('snapshots carry the version of the package', () => {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    name: string
    version: string
  }
  assert.equal(PROGRAM, `${name} ${version}`)
})
