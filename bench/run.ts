/**
 * `npm run bench [-- --scale 1 --runs 5 --data DIR --write src text random tiny]`: ours, restic and borg in turn on the
 * same data, medians of the runs and ratios to each peer. `npm run bench system [part…]`: see system.ts; `npm run bench
 * pairs [workload…] -- --base DIR`: see pairs.ts. Exits 3 "NOT COMPARED" when a peer is missing (`node
 * scripts/get-peers.ts` brings them).
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Measured, measure, median } from './measure.ts'
import { HEADER, type Results, type Step, stepLine } from './report.ts'
import { runRound, STEPS, type StepOutcome } from './steps.ts'
import { oursWithPassphrase, type Tool, tools } from './tools.ts'
import { WORKLOADS, type Workload, warm, workload } from './workloads.ts'

const root = path.resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    data: { type: 'string', default: path.join(root, '.bench/data') },
    peers: { type: 'string', default: path.join(root, '.bench/peers') },
    write: { type: 'boolean', default: false },
    base: { type: 'string' },
  },
})
const scale = Number(values.scale)
const runs = Number(values.runs)
const work = path.join(values.data, `work-${process.pid}`)

function record(results: Results, at: { tool: string; step: Step }, { measured, stored }: StepOutcome): void {
  const ofTool = results.get(at.tool) ?? new Map()
  const result = ofTool.get(at.step) ?? { runs: [], stored: [] }
  result.runs.push(measured)
  result.stored.push(stored)
  ofTool.set(at.step, result)
  results.set(at.tool, ofTool)
}

function prepare(name: Workload): string {
  const source = workload(name, values.data, scale)
  warm(source)
  return source
}

/** What opening a repository costs with each tool's key: a command that only lists, on an empty repository. */
async function keyOpen(all: readonly Tool[]): Promise<string[]> {
  const lines = ['', '| key open (empty repository, listing) | median | RSS |', '|---|---|---|']
  const base = path.join(work, 'open')
  fs.mkdirSync(base, { recursive: true })
  const taken = new Map<string, Measured[]>()
  for (const tool of all) await measure(tool.init(path.join(base, tool.name)), { env: tool.env })
  for (let number = 0; number < runs; number += 1) {
    for (const tool of all)
      taken.set(tool.name, [
        ...(taken.get(tool.name) ?? []),
        await measure(tool.open(path.join(base, tool.name)), { env: tool.env }),
      ])
  }
  for (const [name, each] of taken)
    lines.push(
      `| ${name} | ${median(each.map(({ wallSeconds }) => wallSeconds)).toFixed(2)} s | ${median(each.map(({ rssMib }) => rssMib)).toFixed(0)} MiB |`,
    )
  return lines
}

function intro(all: readonly Tool[]): string[] {
  const machine = `${os.cpus().length} cores ${os.cpus()[0]?.model}, ${Math.round(os.totalmem() / 1024 ** 3)} GiB, Linux ${os.release()}, Node ${process.versions.node}`
  return [
    `Machine: ${machine}; scale ${scale}, medians of ${runs} interleaved runs, ratios pair by pair. A cell holds ratio, bar and verdict.`,
    'Ours runs with a raw key (the row "passphrase" with a passphrase); all three with encryption, compression, fsync and the metadata of their defaults.',
    '',
    ...all.map(({ name, version }) => `- ${name}: ${version}`),
    '',
    ...HEADER,
  ]
}

async function main(): Promise<void> {
  const state = path.join(work, 'state')
  const { tools: all, missing } = tools(state, values.peers)
  const wanted = positionals.length > 0 ? WORKLOADS.filter((name) => positionals.includes(name)) : WORKLOADS
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'ignore' })
  const lines = intro(all)
  const say = (line: string) => {
    lines.push(line)
    console.log(line)
  }
  console.log(lines.join('\n'))
  for (const name of wanted) {
    const source = prepare(name)
    const results: Results = new Map()
    for (let number = 0; number < runs; number += 1)
      await runRound(all, { name, source, base: path.join(work, `${name}-${number}`), number }, (tool, step, outcome) =>
        record(results, { tool: tool.name, step }, outcome),
      )
    for (const step of STEPS[name]) say(stepLine(results, name, step))
    fs.rmSync(work, { recursive: true, force: true })
  }
  for (const line of await keyOpen([...all, oursWithPassphrase(state)])) say(line)
  fs.rmSync(work, { recursive: true, force: true })
  if (values.write)
    fs.writeFileSync(
      path.join(root, 'docs/benchmarks.md'),
      `# Benchmarks\n\nMade by \`npm run bench -- --write\`.\n\n${lines.join('\n')}\n`,
    )
  if (missing.length > 0) {
    console.log(`NOT COMPARED: ${missing.join(', ')} missing (node scripts/get-peers.ts)`)
    process.exitCode = 3
  }
}

async function part(name: string | undefined): Promise<boolean | undefined> {
  const rest = positionals.slice(1)
  if (name === 'system') {
    const { benchSystem } = await import('./system.ts')
    return benchSystem({ parts: rest, runs, write: values.write })
  }
  if (name === 'pairs') {
    const { benchPairs } = await import('./pairs.ts')
    return benchPairs({ base: values.base, workloads: rest, runs, scale, data: values.data })
  }
  return undefined
}

const holds = await part(positionals[0])
if (holds === undefined) await main()
else process.exitCode = holds ? 0 : 1
