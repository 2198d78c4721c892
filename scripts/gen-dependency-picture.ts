/**
 * The dependency pictures of docs/architecture.md, from the imports that are there. `--check` fails when the file is
 * not what they give.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const file = path.join(root, 'docs/architecture.md')

interface Module {
  readonly source: string
  readonly dependencies: ReadonlyArray<{ readonly resolved: string }>
}

/** Which folder imports which: `from to`. */
type Imports = ReadonlySet<string>

function modules(): Module[] {
  const program = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const text = execFileSync(
    process.execPath,
    [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  )
  return (JSON.parse(text) as { modules: Module[] }).modules.filter(
    ({ source }) => source.startsWith('src/') && !source.endsWith('.test.ts'),
  )
}

/** Between folders of `below`; files that lie in it directly are its door and have no folder. */
function importsBelow(all: readonly Module[], below: string): Imports {
  const folderOf = (source: string) =>
    source.startsWith(below) ? source.slice(below.length).match(/^([^/]+)\//)?.[1] : undefined
  const imports = new Set<string>()
  for (const { source, dependencies } of all) {
    for (const { resolved } of dependencies) {
      const [from, to] = [folderOf(source), folderOf(resolved)]
      if (from && to && from !== to) imports.add(`${from} ${to}`)
    }
  }
  return imports
}

/** Highest first: every folder stands before those that it imports. */
function inOrder(imports: Imports): string[] {
  const edges = [...imports].map((edge) => edge.split(' ') as [string, string])
  const left = new Set(edges.flat().sort())
  const order: string[] = []
  while (left.size > 0) {
    const next = [...left].find((name) => !edges.some(([from, to]) => to === name && left.has(from)))
    if (next === undefined) throw new Error(`These import each other in a circle: ${[...left].join(', ')}`)
    order.push(next)
    left.delete(next)
  }
  return order
}

/** Arrows that longer ways already tell are left out. */
function graph(imports: Imports): string[] {
  const targets = (from: string) =>
    [...imports].filter((edge) => edge.startsWith(`${from} `)).map((edge) => edge.split(' ')[1]!)
  const reaches = (from: string, to: string): boolean => targets(from).some((next) => next === to || reaches(next, to))
  const isTold = (from: string, to: string) => targets(from).some((next) => next !== to && reaches(next, to))
  const arrows = inOrder(imports).flatMap((from) =>
    targets(from)
      .filter((to) => !isTold(from, to))
      .sort()
      .map((to) => `  ${from} --> ${to}`),
  )
  return ['```mermaid', 'graph TD', ...arrows, '```']
}

function table(imports: Imports): string[] {
  const order = inOrder(imports)
  const rows = order.map(
    (from) => `| ${from} | ${order.map((to) => (imports.has(`${from} ${to}`) ? '●' : '')).join(' | ')} |`,
  )
  return [`| ↓ imports → | ${order.join(' | ')} |`, `|---|${order.map(() => '---|').join('')}`, ...rows]
}

const all = modules()
let text = fs.readFileSync(file, 'utf8')
for (const [name, below] of [
  ['layers', 'src/'],
  ['floors', 'src/engine/'],
] as const) {
  const imports = importsBelow(all, below)
  const picture = [...graph(imports), '', ...table(imports)].join('\n')
  text = text.replace(
    new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- end -->)`),
    (_, begin: string, end: string) => `${begin}\n${picture}\n${end}`,
  )
}
if (!process.argv.includes('--check')) fs.writeFileSync(file, text)
else if (fs.readFileSync(file, 'utf8') !== text) {
  console.error('docs/architecture.md is stale: run node scripts/gen-dependency-picture.ts')
  process.exitCode = 1
}
