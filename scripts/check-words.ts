/**
 * House rule: time, chance, environment and timers come from the kernel alone, and nothing in src prints but the
 * command line's own streams. `check-words.ts [ROOT]` prints what it looked at and every fault, and ends with 1 if
 * there is one.
 */
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'))
const BANS: ReadonlyArray<readonly [pattern: RegExp, instead: string]> = [
  [/\bDate\.now\(|\bnew Date\(\)/, 'kernel/clock.ts'],
  [/\bMath\.random\(/, 'node:crypto'],
  [/\bprocess\.env\b/, 'kernel/environment.ts'],
  [/\bset(Timeout|Interval|Immediate)\(/, 'kernel/clock.ts'],
  [/\bconsole\.\w+\(/, "the command's own streams"],
  [/\.pipe\(/, 'pipeline()'],
  [/\.(push|unshift)\(\.\.\./, 'appendAll() of kernel/collect.ts, since a call takes only so many arguments'],
]

const faults: string[] = []
let looked = 0
for (const name of fs.readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name.startsWith('kernel/') || name.includes('/assembly/'))
    continue
  looked += 1
  for (const [number, line] of fs
    .readFileSync(path.join(root, 'src', name), 'utf8')
    .split('\n')
    .entries()) {
    if (/^\s*(\/?\*|\/\/)/.test(line)) continue
    for (const [pattern, instead] of BANS)
      if (pattern.test(line)) faults.push(`src/${name}:${number + 1} uses ${pattern.exec(line)![0]}: use ${instead}`)
  }
}
console.log(`${looked} files looked at`)
for (const fault of faults) console.log(fault)
if (faults.length > 0 || looked === 0) process.exitCode = 1
