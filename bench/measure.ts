/** Times a command as a whole process tree: wall, CPU of all its processes, peak resident memory of the tree. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'

export interface Measured {
  readonly wallSeconds: number
  /** User and system time of the process and all that it waited for. */
  readonly cpuSeconds: number
  readonly rssMib: number
  readonly status: number
  readonly stdout: string
}

const SAMPLE_MS = 5

function childrenOf(pid: number): number[] {
  try {
    return fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter((text) => text !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** Resident KiB of a process and all below it. */
function treeRssKib(pid: number): number {
  let kib = 0
  try {
    kib = Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
  return childrenOf(pid).reduce((sum, child) => sum + treeRssKib(child), kib)
}

function highWaterKib(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

export function measure(
  command: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Measured> {
  const started = process.hrtime.bigint()
  // Node can't ask what a child used; a shell can. It says so in the last line of its own standard error.
  const child = spawn('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', ...command], {
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let peakKib = 0
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout = (stdout + piece).slice(-100_000)
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr = (stderr + piece).slice(-2_000)
  })
  const timer = setInterval(() => {
    for (const pid of childrenOf(child.pid!)) peakKib = Math.max(peakKib, treeRssKib(pid), highWaterKib(pid))
  }, SAMPLE_MS)
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearInterval(timer)
      if (status !== 0 && status !== 3) console.error(`${command.join(' ')} ended with ${status}: ${stderr}`)
      resolve({
        cpuSeconds: cpuSecondsOf(stderr),
        wallSeconds: Number(process.hrtime.bigint() - started) / 1e9,
        rssMib: peakKib / 1024,
        status: status ?? 1,
        stdout,
      })
    })
  })
}

function cpuSecondsOf(stderr: string): number {
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? []
  return Number(user) + Number(system)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Bytes of all files below a folder. */
export function bytesOf(folder: string): number {
  let bytes = 0
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += fs.statSync(`${entry.parentPath}/${entry.name}`).size
  return bytes
}

/** Wall time of work in this process. */
export async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const begun = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - begun) / 1e6
}
