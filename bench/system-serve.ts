/**
 * What a served system costs: time to "ready" on an existing embedded database, processor and memory while nothing is
 * due, and the start of the command line.
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { measure, median } from './measure.ts'
import type { Finding } from './system-part.ts'
import { launch } from './tools.ts'

const READY_MS_MAX = 3000
const IDLE_PERCENT_MAX = 5
const IDLE_MIB_MAX = 350
const HELP_MS_MAX = 150
const SETTLE_MS = 10_000
const IDLE_MS = 30_000
const TICKS_A_SECOND = 100

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Served {
  readonly readyMs: number
  readonly idlePercent: number
  readonly idleMib: number
}

/** Processor ticks of a process (proc(5), utime and stime). */
function ticksOf(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

async function serve(env: Record<string, string>, cwd: string, watchIdle: boolean): Promise<Served> {
  const startedMs = performance.now()
  const [program = '', ...args] = launch('serve')
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(child.stdout, 'data')
    const readyMs = performance.now() - startedMs
    if (!watchIdle) return { readyMs, idlePercent: 0, idleMib: 0 }
    await pause(SETTLE_MS)
    const before = ticksOf(child.pid!)
    await pause(IDLE_MS)
    const idlePercent = ((ticksOf(child.pid!) - before) / TICKS_A_SECOND / (IDLE_MS / 1000)) * 100
    return {
      readyMs,
      idlePercent,
      idleMib: Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
    }
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

export async function benchServe({ runs }: { readonly runs: number }): Promise<readonly Finding[]> {
  execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../scripts/build.ts')], { stdio: 'ignore' })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-bench-serve-'))
  try {
    const env = {
      BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
      NEONPRO_BACKUP_HOME: path.join(folder, 'home'),
      LANG: 'C',
    }
    await serve(env, folder, false)
    const served: Served[] = []
    for (let i = 0; i < runs; i += 1) served.push(await serve(env, folder, i === 0))
    const help: number[] = []
    for (let i = 0; i < Math.max(9, runs); i += 1) help.push((await measure(launch('--help'))).wallSeconds * 1000)
    const readyMs = median(served.map((each) => each.readyMs))
    const { idlePercent, idleMib } = served[0]!
    return [
      {
        what: '`serve` to ready, existing embedded database',
        measured: `${readyMs.toFixed(0)} ms`,
        bar: `≤ ${READY_MS_MAX} ms`,
        holds: readyMs <= READY_MS_MAX,
      },
      {
        what: `idle processor over ${IDLE_MS / 1000} s`,
        measured: `${idlePercent.toFixed(1)} % of a core`,
        bar: `≤ ${IDLE_PERCENT_MAX} %`,
        holds: idlePercent <= IDLE_PERCENT_MAX,
      },
      {
        what: 'idle memory',
        measured: `${idleMib.toFixed(0)} MiB`,
        bar: `≤ ${IDLE_MIB_MAX} MiB`,
        holds: idleMib <= IDLE_MIB_MAX,
      },
      {
        what: '`neonpro-backup --help`',
        measured: `${median(help).toFixed(0)} ms`,
        bar: `≤ ${HELP_MS_MAX} ms`,
        holds: median(help) <= HELP_MS_MAX,
      },
    ]
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
