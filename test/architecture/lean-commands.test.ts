// Goal: commands that need only repository and key load neither the control plane nor its libraries. Method: follow
// every import that is not of types alone, from each command on.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '../..')
const LEAN = [
  'quickstart',
  'init',
  'backup',
  'restore',
  'snapshots',
  'stats',
  'ls',
  'find',
  'diff',
  'copy',
  'verify',
  'repair',
  'forget',
  'prune',
  'pin',
  'unpin',
  'hold-add',
  'hold-lift',
  'hold-list',
  'key-generate',
  'key-list',
  'key-add',
  'key-remove',
  'key-rotate',
  'key-recovery-kit',
  'repository-upgrade',
]
const HEAVY = /^(zod|kysely|pg|pg-boss|pino|nodemailer|standardwebhooks|@electric-sql\/|cron-parser|canonicalize)/

/** Specifiers that are loaded when the file is; `import()` waits until it is asked for. */
function importsOf(file: string): string[] {
  const text = fs.readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^'"]*?from\s+)?['"]([^'"]+)['"]/gm)]
    .filter(([, names]) => !/^\{\s*(type\s+[\w\s]+,?\s*)+\}\s*from\s+$/.test(names ?? ''))
    .map(([, , specifier]) => specifier!)
}

function heavyImports(entry: string): string[] {
  const seen = new Set([entry])
  const heavy: string[] = []
  for (const file of seen) {
    for (const specifier of importsOf(file)) {
      if (HEAVY.test(specifier)) heavy.push(`${path.relative(root, file)} loads ${specifier}`)
      if (specifier.startsWith('.')) seen.add(path.resolve(path.dirname(file), specifier))
    }
  }
  assert.ok(seen.size > 10, `${entry} was followed`)
  return heavy
}

test('repository commands load no library of the control plane', () => {
  for (const name of LEAN) assert.deepEqual(heavyImports(path.join(root, `src/cli/commands/${name}.ts`)), [], name)
  assert.deepEqual(heavyImports(path.join(root, 'src/cli/main.ts')), [])
})

test('the walk finds them where they are', () => {
  assert.ok(heavyImports(path.join(root, 'src/cli/commands/status.ts')).length > 3)
})
