/** What is measured on each workload, and how one program does one step of it. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { bytesOf, type Measured, measure } from './measure.ts'
import type { Step } from './report.ts'
import type { Tool } from './tools.ts'
import { type Change, deleteHalf, mutate, renameTop, type Workload, warm } from './workloads.ts'

const TREE_STEPS: readonly Step[] = ['first', 'unchanged', 'verify', 'restore', 'changed', 'renamed', 'prune']
export const STEPS: Readonly<Record<Workload, readonly Step[]>> = {
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

export interface Round {
  readonly name: Workload
  readonly source: string
  readonly base: string
  readonly number: number
}

export interface StepOutcome {
  readonly measured: Measured
  readonly stored: number
}

async function runStep(tool: Tool, step: Step, at: Round): Promise<StepOutcome> {
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

/**
 * One round: every tool does every step, each in a repository and target of its own; nothing is deleted in between.
 */
export async function runRound(
  all: readonly Tool[],
  at: Round,
  onStep: (tool: Tool, step: Step, outcome: StepOutcome) => void,
): Promise<void> {
  fs.mkdirSync(at.base, { recursive: true })
  const undo: Array<() => void> = []
  for (const step of STEPS[at.name]) {
    const change = CHANGES[step]
    if (change) undo.push(change(at.source))
    for (const tool of inTurn(all, at.number)) onStep(tool, step, await runStep(tool, step, at))
  }
  for (const each of undo.reverse()) each()
}

/** Another tool begins each round: what the first one warms or leaves behind is shared fairly. */
function inTurn(all: readonly Tool[], number: number): Tool[] {
  return all.map((_, i) => all[(i + number) % all.length]!)
}
