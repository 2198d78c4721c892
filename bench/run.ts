/**
 * `npm run bench [-- --scale 1 --runs 5 --data DIR --write src text random tiny]`: ours, restic and borg in turn on the same data, medians of the
 * runs and ratios to each peer. Exits 3 "NOT COMPARED" when a peer is missing (`node scripts/get-peers.ts` brings them).
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { bytesOf, measure, type Measured, median } from './measure.ts'
import { type Tool, tools } from './tools.ts'
import { mutate, type Workload, warm, WORKLOADS, workload } from './workloads.ts'

const root = path.resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, runs: { type: 'string', default: '5' }, data: { type: 'string', default: path.join(root, '.bench/data') }, peers: { type: 'string', default: path.join(root, '.bench/peers') }, write: { type: 'boolean', default: false } },
})
const scale = Number(values.scale)
const runs = Number(values.runs)
const work = path.join(values.data, `work-${process.pid}`)

type Step = 'first' | 'unchanged' | 'changed' | 'restore' | 'verify'
const STEPS: readonly Step[] = ['first', 'unchanged', 'verify', 'restore', 'changed']

/** [wall to restic, wall to borg, RSS to restic]; undefined where the issue sets none. */
const BARS: Readonly<Record<Workload, Partial<Record<Step, readonly [number, number, number]>>>> = {
  src: { first: [0.4, 0.3, 1.1], unchanged: [0.28, 0.3, 1.3], changed: [0.35, 0.3, 1.1], restore: [0.65, 0.5, 0.9], verify: [0.4, 0.3, 1.2] },
  text: { first: [0.48, 0.5, 1.1], unchanged: [0.25, 0.08, 1.3], changed: [0.35, 0.4, 1.1], restore: [0.5, 0.5, 0.9], verify: [0.48, 0.3, 1.2] },
  random: { first: [0.28, 0.25, 1.0], unchanged: [0.25, 0.08, 1.3], changed: [0.35, 0.4, 1.1], restore: [0.5, 0.5, 0.9], verify: [0.48, 0.3, 1.2] },
  tiny: { first: [0.32, 0.15, 0.9], unchanged: [0.16, 0.12, 1.3], changed: [0.35, 0.3, 1.1], restore: [0.65, 0.5, 0.9], verify: [0.4, 0.3, 1.2] },
}

interface Result {
  readonly runs: Measured[]
  readonly stored: number[]
}

type Results = Map<string, Map<Step, Result>>

function record(results: Results, at: { tool: string; step: Step }, measured: Measured, stored: number): void {
  const ofTool = results.get(at.tool) ?? new Map<Step, Result>()
  const result = ofTool.get(at.step) ?? { runs: [], stored: [] }
  result.runs.push(measured)
  result.stored.push(stored)
  ofTool.set(at.step, result)
  results.set(at.tool, ofTool)
}

/** One round: every tool does every step, each in a repository and target of its own; nothing is deleted in between. */
async function round(all: readonly Tool[], results: Results, parts: { name: Workload; source: string; changed: string; number: number }): Promise<void> {
  const base = path.join(work, `${parts.name}-${parts.number}`)
  fs.mkdirSync(base, { recursive: true })
  for (const step of STEPS) {
    for (const tool of all) {
      const repository = path.join(base, tool.name)
      if (step === 'first') await measure(tool.init(repository), { env: tool.env })
      const before = bytesOf(repository)
      const command = {
        first: () => tool.backup(repository, parts.source), unchanged: () => tool.backup(repository, parts.source), verify: () => tool.verify(repository),
        restore: () => tool.restore(repository, path.join(base, `restored-${tool.name}`)), changed: () => tool.backup(repository, parts.source),
      }[step]()
      const measured = await measure(command, { env: tool.env })
      record(results, { tool: tool.name, step }, measured, bytesOf(repository) - before)
    }
    if (step === 'restore') swap(parts)
  }
  swap(parts)
}

/** The changed tree takes the source's place, so that every tool sees one path change. */
function swap({ source, changed }: { source: string; changed: string }): void {
  fs.renameSync(source, `${source}.aside`)
  fs.renameSync(changed, source)
  fs.renameSync(`${source}.aside`, changed)
}

function line(results: Results, parts: { name: Workload; step: Step }): string {
  const ratio = (peer: string, pick: (measured: Measured) => number): number => {
    const mine = results.get('ours')?.get(parts.step)?.runs ?? []
    const theirs = results.get(peer)?.get(parts.step)?.runs ?? []
    return mine.length === 0 || theirs.length === 0 ? Number.NaN : median(mine.map((each, i) => pick(each) / pick(theirs[i]!)))
  }
  const stored = (tool: string) => median(results.get(tool)?.get(parts.step)?.stored ?? [Number.NaN])
  const bars = BARS[parts.name][parts.step]
  const cell = (value: number, bar: number | undefined) => (Number.isNaN(value) ? '–' : bar === undefined ? value.toFixed(2) : `${value.toFixed(2)} (bar ${bar}) ${value <= bar ? 'HELD' : 'MISSED'}`)
  const mine = results.get('ours')!.get(parts.step)!.runs
  const walls = mine.map(({ wallSeconds }) => wallSeconds)
  const spread = `${median(walls).toFixed(2)} s (${Math.min(...walls).toFixed(2)}–${Math.max(...walls).toFixed(2)}), ${median(mine.map(({ rssMib }) => rssMib)).toFixed(0)} MiB`
  const isBackup = parts.step === 'first' || parts.step === 'changed'
  const size = isBackup ? `${(stored('ours') / stored('restic')).toFixed(3)} / ${(stored('ours') / stored('borg')).toFixed(3)}` : '–'
  return `| ${parts.name} | ${parts.step} | ${spread} | ${cell(ratio('restic', (each) => each.wallSeconds), bars?.[0])} | ${cell(ratio('borg', (each) => each.wallSeconds), bars?.[1])} | ${cell(ratio('restic', (each) => each.rssMib), bars?.[2])} | ${size} |`
}

async function main(): Promise<void> {
  const { tools: all, missing } = tools(path.join(work, 'state'), values.peers)
  const wanted = positionals.length > 0 ? WORKLOADS.filter((name) => positionals.includes(name)) : WORKLOADS
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'ignore' })
  const lines = [
    `Machine: ${os.cpus().length} cores ${os.cpus()[0]?.model}, ${Math.round(os.totalmem() / 1024 ** 3)} GiB, Linux ${os.release()}, Node ${process.versions.node}; scale ${scale}, medians of ${runs} interleaved runs, ratios pair by pair.`,
    ...all.map(({ name, version }) => `- ${name}: ${version}`), '', '| workload | step | ours | wall to restic | wall to borg | peak RSS to restic | stored to restic / borg |', '|---|---|---|---|---|---|---|',
  ]
  console.log(lines.join('\n'))
  for (const name of wanted) {
    const source = workload(name, values.data, scale)
    const changed = path.join(path.dirname(source), 'changed')
    fs.rmSync(changed, { recursive: true, force: true })
    execFileSync('cp', ['-a', source, changed])
    mutate(changed)
    warm(source)
    warm(changed)
    const results: Results = new Map()
    for (let number = 0; number < runs; number += 1) await round(all, results, { name, source, changed, number })
    for (const step of STEPS) {
      lines.push(line(results, { name, step }))
      console.log(lines.at(-1))
    }
    fs.rmSync(work, { recursive: true, force: true })
  }
  if (values.write) fs.writeFileSync(path.join(root, 'docs/benchmarks.md'), `# Benchmarks\n\nMade by \`npm run bench -- --write\`.\n\n${lines.join('\n')}\n`)
  if (missing.length > 0) {
    console.log(`NOT COMPARED: ${missing.join(', ')} missing (node scripts/get-peers.ts)`)
    process.exitCode = 3
  }
}

await main()
