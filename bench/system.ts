/**
 * `npm run bench system [part…] [-- --runs 5 --write]`: the system's own bars. A part measures, says what it found and
 * whether the bar holds; a new one is a file and a line in PARTS.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { benchHistory } from './system-history.ts'
import type { SystemPart } from './system-part.ts'
import { benchServe } from './system-serve.ts'
import { benchTick } from './system-tick.ts'

const PARTS: Readonly<Record<string, SystemPart>> = { serve: benchServe, tick: benchTick, history: benchHistory }

/**
 * All parts unless some are named. With `write` the findings are kept as docs/benchmarks-system.md. True when every bar
 * holds.
 */
export async function benchSystem({
  parts,
  runs,
  write,
}: {
  readonly parts: readonly string[]
  readonly runs: number
  readonly write: boolean
}): Promise<boolean> {
  const unknown = parts.filter((name) => !(name in PARTS))
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`)
  const lines: string[] = []
  const say = (line: string) => {
    lines.push(line)
    console.log(line)
  }
  say(
    `Machine: ${os.cpus().length} cores ${os.cpus()[0]?.model}, load ${os.loadavg()[0]!.toFixed(1)}, Node ${process.versions.node}\n\n| what | measured | bar | |\n|---|---|---|---|`,
  )
  let holds = true
  for (const [name, part] of Object.entries(PARTS)) {
    if (parts.length > 0 && !parts.includes(name)) continue
    for (const finding of await part({ runs })) {
      say(`| ${finding.what} | ${finding.measured} | ${finding.bar} | ${finding.holds ? 'holds' : 'DOES NOT HOLD'} |`)
      holds &&= finding.holds
    }
  }
  if (write)
    fs.writeFileSync(
      path.resolve(import.meta.dirname, '../docs/benchmarks-system.md'),
      `# Benchmarks of the system\n\nMade by \`npm run bench system -- --write\`.\n\n${lines.join('\n')}\n`,
    )
  return holds
}
