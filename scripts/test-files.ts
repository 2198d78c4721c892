/**
 * Runs test files, two at a time, each in a process group of its own: what hangs, or leaves a child behind that holds
 * its pipes, is ended and named.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Pace } from './test-plan.ts'

export interface TestCounts {
  passed: number
  failed: number
  /** `name: reason` of each test that said it can't run here. */
  readonly skips: string[]
}

export interface TestLimits {
  /** For one file, without a test of it that ended: beside other work each may take several times as long. */
  readonly silentMsMax: number
  /** For all of them: files not begun by then fail unrun. */
  readonly totalMsMax: number
}

/** Two: the machines are small, and most tests have processes of their own. */
export const LANES = 2
/** A whole group that can't run here counts no test, and has said why. */
const LEFT_OUT = /^\s*ok \d+ - .+ # SKIP ./m
/** What a test has told to end may take so long for it. */
const LEFTOVER_MS = 5_000

/**
 * Runs every file once and prints each one's tests when it ends, so that a run that is cut short has said how far it
 * came.
 */
export async function runTestFiles(files: readonly string[], root: string, limits: TestLimits): Promise<TestCounts> {
  const counts: TestCounts = { passed: 0, failed: 0, skips: [] }
  const endMs = performance.now() + limits.totalMsMax
  const waiting = [...files]
  const pace = new Pace(files)
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (performance.now() < endMs) await runFile(file, { root, silentMsMax: limits.silentMsMax, endMs }, counts)
      else fail(counts, file, 'was not begun: the time for all tests is over')
      console.log(pace.after(file))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return counts
}

interface FileLimits {
  readonly silentMsMax: number
  /** On the monotonic clock. */
  readonly endMs: number
}

async function runFile(
  file: string,
  { root, ...limits }: FileLimits & { readonly root: string },
  counts: TestCounts,
): Promise<void> {
  const beganMs = performance.now()
  // Without the variable a file counts for itself, even when this runner runs inside a test.
  const child = spawn(process.execPath, ['--test-reporter=tap', file], {
    cwd: root,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { tap, status, isLate, hasLeft } = await outcome(child, limits)
  const failedBefore = counts.failed
  add(counts, tap)
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1)
  if (isLate) fail(counts, file, `was silent for too long, or the time for all tests is over (after ${seconds} s)`)
  else if (hasLeft) fail(counts, file, 'left processes behind')
  else if (status !== 0 && counts.failed === failedBefore) fail(counts, file, `ended with ${status}`)
  else if (!/^# tests [1-9]/m.test(tap) && !LEFT_OUT.test(tap)) fail(counts, file, 'ran no test')
  if (counts.failed > failedBefore)
    console.log(
      `${tap
        .split('\n')
        .filter((line) => !/^\s*ok /.test(line))
        .join('\n')}\nFAILED ${file} (${seconds} s)`,
    )
  else for (const name of passedNames(tap)) console.log(`ok ${path.basename(file)}: ${name}`)
  if (counts.failed === failedBefore) console.log(`ok ${file} (${seconds} s)`)
}

interface Outcome {
  readonly tap: string
  readonly status: number | NodeJS.Signals
  readonly isLate: boolean
  /** Whether processes that it had started were there after its end. */
  readonly hasLeft: boolean
}

/**
 * Waits for the process, not for its pipes: whoever it left behind may hold those. At the limit, and after its end, its
 * whole group is ended.
 */
function outcome(child: ChildProcess, { silentMsMax, endMs }: FileLimits): Promise<Outcome> {
  let tap = ''
  let isLate = false
  const end = () => {
    isLate = true
    killGroup(child)
  }
  const wait = () => setTimeout(end, Math.max(0, Math.min(silentMsMax, endMs - performance.now())))
  let timer = wait()
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    tap += piece
    clearTimeout(timer)
    timer = wait()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', async (status, signal) => {
      clearTimeout(timer)
      const hasLeft = !(await isGroupGone(child))
      killGroup(child)
      child.stdout?.destroy()
      resolve({ tap, status: status ?? signal ?? 1, isLate, hasLeft })
    })
  })
}

async function isGroupGone(child: ChildProcess): Promise<boolean> {
  for (const endMs = performance.now() + LEFTOVER_MS; performance.now() < endMs; await pause(20)) {
    if (child.stdout?.readableEnded && !isGroupAlive(child.pid)) return true
  }
  return false
}

/** A zombie that nobody has waited for yet is dead. */
function isGroupAlive(group: number | undefined): boolean {
  if (!fs.existsSync('/proc')) return false
  return fs.readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const [state, , groupOf] = fs
        .readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      return Number(groupOf) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

function add(counts: TestCounts, tap: string): void {
  const figure = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0)
  counts.passed += figure('pass')
  counts.failed += figure('fail') + figure('cancelled')
  for (const [, name, reason] of tap.matchAll(/^\s*ok \d+ - (.+?) # SKIP ?(.*)$/gm))
    counts.skips.push(`${name}: ${reason}`)
}

function passedNames(tap: string): string[] {
  return [...tap.matchAll(/^\s*ok \d+ - (.+)$/gm)].map(([, name]) => String(name))
}

function fail(counts: TestCounts, file: string, why: string): void {
  counts.failed++
  console.log(`FAILED ${file} ${why}`)
}
