/** The bars that the comparison is held to, and the table that says which hold. */
import { type Measured, median } from './measure.ts'
import type { Workload } from './workloads.ts'

export type Step = 'first' | 'unchanged' | 'verify' | 'restore' | 'changed' | 'renamed' | 'prune'

interface Result {
  readonly runs: Measured[]
  readonly stored: number[]
}

/** By tool, then by step. */
export type Results = Map<string, Map<Step, Result>>

/** Wall to restic, wall to borg, RSS to restic, stored to restic, stored to borg. */
type Bars = readonly [number, number, number, number?, number?]

const TREE = {
  changed: [0.35, 0.3, 1.1, 0.6, 0.5],
  renamed: [0.5, 0.4, 1.1, 1],
  restore: [0.65, 0.5, 0.9],
  verify: [0.4, 0.3, 1.2],
  prune: [0.35, 0.6, 1.1, 0.75],
} as const
const BIG = { restore: [0.5, 0.5, 0.9], verify: [0.48, 0.3, 1.2], unchanged: [0.25, 0.08, 1.3] } as const

const BARS: Readonly<Record<Workload, Partial<Record<Step, Bars>>>> = {
  src: { ...TREE, first: [0.4, 0.3, 1.1, 0.72, 0.75], unchanged: [0.28, 0.3, 1.3] },
  tiny: { ...TREE, first: [0.32, 0.15, 0.9, 0.57, 0.55], unchanged: [0.16, 0.12, 1.3] },
  text: { ...BIG, first: [0.48, 0.5, 1.1, 0.99, 1.01], changed: [0.35, 0.4, 1.1, 1] },
  random: { ...BIG, first: [0.28, 0.25, 1, 1.001, 1.0015], changed: [0.35, 0.4, 1.1, 0.4] },
}

export const HEADER = [
  '| workload | step | ours: wall (spread), RSS, stored | wall to restic | wall to borg | RSS to restic | stored to restic | stored to borg | wall to rustic |',
  '|---|---|---|---|---|---|---|---|---|',
]

const STORES: readonly Step[] = ['first', 'changed', 'renamed', 'prune']

export function stepLine(results: Results, name: Workload, step: Step): string {
  const of = (tool: string): Result => results.get(tool)?.get(step) ?? { runs: [], stored: [] }
  const mine = of('ours')
  const paired = (peer: string, pick: (measured: Measured) => number) =>
    median(mine.runs.map((each, i) => pick(each) / pick(of(peer).runs[i] ?? each)))
  const ratio = (peer: string, pick: (measured: Measured) => number) =>
    of(peer).runs.length === 0 ? Number.NaN : paired(peer, pick)
  const stored = (peer: string) =>
    STORES.includes(step) && of(peer).stored.length > 0 ? median(mine.stored) / median(of(peer).stored) : Number.NaN
  const wall = ({ wallSeconds }: Measured) => wallSeconds
  const rss = ({ rssMib }: Measured) => rssMib
  const bars = BARS[name][step]
  const values = [
    ratio('restic', wall),
    ratio('borg', wall),
    ratio('restic', rss),
    stored('restic'),
    stored('borg'),
    ratio('rustic', wall),
  ]
  return `| ${[name, step, ownFigures(mine, step), ...values.map((value, i) => cell(value, bars?.[i]))].join(' | ')} |`
}

function ownFigures({ runs, stored }: Result, step: Step): string {
  const walls = runs.map(({ wallSeconds }) => wallSeconds)
  const spread = `${median(walls).toFixed(2)} s (${Math.min(...walls).toFixed(2)}–${Math.max(...walls).toFixed(2)})`
  const size = STORES.includes(step) ? `, ${(median(stored) / 1e6).toFixed(2)} MB` : ''
  return `${spread}, ${median(runs.map(({ rssMib }) => rssMib)).toFixed(0)} MiB${size}`
}

function cell(value: number, bar: number | undefined): string {
  if (Number.isNaN(value)) return '–'
  if (bar === undefined) return value.toFixed(3)
  return `${value.toFixed(3)} ≤ ${bar} ${value <= bar ? 'held' : '**missed**'}`
}
