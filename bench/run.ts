/**
 * `npm run bench [-- --scale 1 --runs 5 --data DIR --write src text random tiny]`: ours, restic and borg in turn on the
 * same data, medians of the runs and ratios to each peer. `npm run bench system [part…]`: see system.ts. Exits 3 "NOT
 * COMPARED" when a peer is missing (`node scripts/get-peers.ts` brings them).
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { bytesOf, type Measured, measure, median } from './measure.ts'
import { HEADER, type Results, type Step, stepLine } from './report.ts'
import { oursWithPassphrase, type Tool, tools } from './tools.ts'
import { type Change, deleteHalf, mutate, renameTop, WORKLOADS, type Workload, warm, workload } from './workloads.ts'

const root = path.resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    data: { type: 'string', default: path.join(root, '.bench/data') },
    peers: { type: 'string', default: path.join(root, '.bench/peers') },
    write: { type: 'boolean', default: false },
  },
})
const scale = Number(values.scale)
const runs = Number(values.runs)
const work = path.join(values.data, `work-${process.pid}`)

const TREE_STEPS: readonly Step[] = ['first', 'unchanged', 'verify', 'restore', 'changed', 'renamed', 'prune']
const STEPS: Readonly<Record<Workload, readonly Step[]>> = {
  src: TREE_STEPS,
  tiny: TREE_STEPS,
  text: ['first', 'unchanged', 'verify', 'restore', 'changed'],
  random: ['first', 'unchanged', 'verify', 'restore', 'changed'],
}

/** What happens to the source before a step; it is undone after the round. */
const CHANGES: Partial<Record<Step, Change>> = { changed: mutate, renamed: renameTop, prune: deleteHalf }

const READS_SOURCE: readonly Step[] = ['first', 'changed', 'renamed', 'prune']
/**
 * The bars are those of a warm cache: one tool's packs lie in it since it wrote them there, another's do not, since it
 * wrote past it.
 */
const READS_REPOSITORY: readonly Step[] = ['verify', 'restore', 'prune']

interface Round {
  readonly name: Workload
  readonly source: string
  readonly base: string
  readonly number: number
}

function record(
  results: Results,
  at: { tool: string; step: Step },
  { measured, stored }: { measured: Measured; stored: number },
): void {
  const ofTool = results.get(at.tool) ?? new Map()
  const result = ofTool.get(at.step) ?? { runs: [], stored: [] }
  result.runs.push(measured)
  result.stored.push(stored)
  ofTool.set(at.step, result)
  results.set(at.tool, ofTool)
}

async function runStep(tool: Tool, step: Step, at: Round): Promise<{ measured: Measured; stored: number }> {
  const repository = path.join(at.base, tool.name)
  const act = (command: readonly string[]) => {
    // What the tool before left dirty must not be paid for by this one's fsync.
    execFileSync('sync')
    return measure(command, { env: tool.env })
  }
  if (step === 'first') await act(tool.init(repository))
  if (step === 'prune') await act(tool.backup(repository, at.source))
  // Every tool finds the same page cache; the kernel may take pages back while another one runs.
  if (READS_SOURCE.includes(step)) warm(at.source)
  if (READS_REPOSITORY.includes(step)) warm(repository)
  const before = bytesOf(repository)
  const command = {
    first: () => tool.backup(repository, at.source),
    unchanged: () => tool.backup(repository, at.source),
    changed: () => tool.backup(repository, at.source),
    renamed: () => tool.backup(repository, at.source),
    verify: () => tool.verify(repository),
    restore: () => tool.restore(repository, path.join(at.base, `restored-${tool.name}`)),
    prune: () => tool.prune(repository),
  }[step]()
  const measured = await act(command)
  const after = bytesOf(repository)
  return { measured, stored: step === 'prune' ? after : after - before }
}

/** One round: every tool does every step, each in a repository and target of its own; nothing is deleted in between. */
async function round(all: readonly Tool[], results: Results, at: Round): Promise<void> {
  fs.mkdirSync(at.base, { recursive: true })
  const undo: Array<() => void> = []
  for (const step of STEPS[at.name]) {
    const change = CHANGES[step]
    if (change) undo.push(change(at.source))
    for (const tool of inTurn(all, at.number)) {
      const { measured, stored } = await runStep(tool, step, at)
      record(results, { tool: tool.name, step }, { measured, stored })
    }
  }
  for (const each of undo.reverse()) each()
}

/** Another tool begins each round: what the first one warms or leaves behind is shared fairly. */
function inTurn(all: readonly Tool[], number: number): Tool[] {
  return all.map((_, i) => all[(i + number) % all.length]!)
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
      await round(all, results, { name, source, base: path.join(work, `${name}-${number}`), number })
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

if (positionals[0] === 'system')
  process.exitCode = (await (
    await import('./system.ts')
  ).benchSystem({ parts: positionals.slice(1), runs, write: values.write }))
    ? 0
    : 1
else await main()
