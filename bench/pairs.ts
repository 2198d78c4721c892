/**
 * `npm run bench pairs [workload…] -- --base DIR [--runs 10]`: this build beside the build of another checkout of ours,
 * in turn on the same data. Prints the median of processor time and wall of each step as ratios of this build to that
 * one, pair by pair. A change is as fast as what it changes where both are at most 1.05.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Measured, median } from './measure.ts'
import { runRound, STEPS } from './steps.ts'
import { ours, type Tool } from './tools.ts'
import { WORKLOADS, type Workload, warm, workload } from './workloads.ts'

const RATIO_MAX = 1.05

interface PairsOptions {
  /** A checkout with a build of its own in `dist/`. */
  readonly base: string | undefined
  /** All unless some are named. */
  readonly workloads: readonly string[]
  readonly runs: number
  readonly scale: number
  readonly data: string
}

/** True when no step takes more than 1.05 times as long. */
export async function benchPairs(options: PairsOptions): Promise<boolean> {
  const { base } = options
  if (base === undefined || !fs.existsSync(path.join(base, 'dist/bin/neonpro-backup.js')))
    throw new Error('--base names another checkout that was built (npm ci && npm run build there).')
  execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../scripts/build.ts')], { stdio: 'ignore' })
  const work = path.join(options.data, `pairs-${process.pid}`)
  const state = path.join(work, 'state')
  const pair = [ours(state, { name: 'new' }), ours(state, { name: 'old', checkout: path.resolve(base) })]
  console.log(
    `${os.cpus().length} cores ${os.cpus()[0]?.model}, load ${os.loadavg()[0]!.toFixed(1)}, Node ${process.versions.node}; scale ${options.scale}, medians of ${options.runs} interleaved pairs, new to old\n`,
  )
  console.log('| workload | step | processor time | wall | RSS | new | old |\n|---|---|---|---|---|---|---|')
  let holds = true
  for (const name of WORKLOADS.filter((each) => options.workloads.length === 0 || options.workloads.includes(each)))
    holds = (await comparePair(pair, name, { ...options, work })) && holds
  fs.rmSync(work, { recursive: true, force: true })
  return holds
}

async function comparePair(
  pair: readonly Tool[],
  name: Workload,
  options: PairsOptions & { readonly work: string },
): Promise<boolean> {
  const source = workload(name, options.data, options.scale)
  warm(source)
  const runs = new Map<string, Measured[]>()
  for (let number = 0; number < options.runs; number += 1) {
    const base = path.join(options.work, `${name}-${number}`)
    await runRound(pair, { name, source, base, number }, (tool, step, { measured }) => {
      const key = `${step} ${tool.name}`
      runs.set(key, [...(runs.get(key) ?? []), measured])
    })
    fs.rmSync(base, { recursive: true, force: true })
  }
  const lines = STEPS[name].map((step) => pairLine(runs.get(`${step} new`) ?? [], runs.get(`${step} old`) ?? []))
  for (const [i, { text }] of lines.entries()) console.log(`| ${name} | ${STEPS[name][i]} | ${text} |`)
  return lines.every(({ holds }) => holds)
}

function pairLine(now: readonly Measured[], before: readonly Measured[]): { text: string; holds: boolean } {
  const ratio = (pick: (measured: Measured) => number) => median(now.map((each, i) => pick(each) / pick(before[i]!)))
  const cpu = ratio(({ cpuSeconds }) => cpuSeconds)
  const wall = ratio(({ wallSeconds }) => wallSeconds)
  const seconds = (runs: readonly Measured[]) => `${median(runs.map(({ wallSeconds }) => wallSeconds)).toFixed(2)} s`
  const cell = (value: number) => `${value.toFixed(3)}${value <= RATIO_MAX ? '' : ' **over**'}`
  const figures = [cell(cpu), cell(wall), ratio(({ rssMib }) => rssMib).toFixed(3), seconds(now), seconds(before)]
  return { text: figures.join(' | '), holds: cpu <= RATIO_MAX && wall <= RATIO_MAX }
}
