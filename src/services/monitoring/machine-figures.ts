/**
 * How busy this machine is. CPU and network are differences of counters: since an earlier call, or over a tenth of a
 * second where there was none lately.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import type { RealTimeMetrics } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/timer.ts'

const WINDOW_MS = 100
const WINDOW_MS_MIN = 250
const WINDOW_MS_MAX = 300_000

interface Counters {
  readonly atMs: number
  readonly busy: number
  readonly total: number
  /** null: not known on this machine. */
  readonly networkBytes: number | null
}

/**
 * The two looks that later ones are compared with: the newer takes the older one's place once it is old enough to
 * compare with.
 */
let kept: { readonly older: Counters; readonly newer: Counters } | undefined

type MachineFigures = Pick<
  RealTimeMetrics['system'],
  'cpuPercent' | 'memoryPercent' | 'diskPercent' | 'networkBytesPerSecond'
>

/** `home` names the file system of `diskPercent`. Percentages are 0–100. */
export async function machineFigures(home: string): Promise<MachineFigures> {
  const { before, after } = await twoLooks()
  const seconds = Math.max(after.atMs - before.atMs, 1) / 1000
  const hasNetwork = before.networkBytes !== null && after.networkBytes !== null
  return {
    cpuPercent: after.total > before.total ? percent((after.busy - before.busy) / (after.total - before.total)) : null,
    memoryPercent: percent(1 - os.freemem() / os.totalmem()),
    diskPercent: await diskPercent(home),
    networkBytesPerSecond: hasNetwork
      ? Math.max(0, Math.round((after.networkBytes! - before.networkBytes!) / seconds))
      : null,
  }
}

async function twoLooks(): Promise<{ before: Counters; after: Counters }> {
  const now = await look()
  const age = kept ? now.atMs - kept.newer.atMs : Number.POSITIVE_INFINITY
  if (kept && age >= 0 && age <= WINDOW_MS_MAX) {
    if (age >= WINDOW_MS_MIN) kept = { older: kept.newer, newer: now }
    return { before: kept.older, after: now }
  }
  await sleep(WINDOW_MS)
  const after = await look()
  kept = { older: now, newer: after }
  return { before: now, after }
}

async function look(): Promise<Counters> {
  let busy = 0
  let total = 0
  for (const { times } of os.cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq
    busy += all - times.idle
    total += all
  }
  return { busy, total, networkBytes: await networkBytes(), atMs: nowMs() }
}

/** Only Linux tells it without another program. */
async function networkBytes(): Promise<number | null> {
  const text = await fs.readFile('/proc/net/dev', 'utf8').catch(() => undefined)
  return text === undefined ? null : bytesCounted(text)
}

/** Bytes received and sent by all interfaces but the loopback: the first and the ninth column of proc(5)'s net/dev. */
export function bytesCounted(text: string): number {
  const interfaces = [...text.matchAll(/^ *([^ :]+): *(.*)$/gm)].filter(([, name]) => name !== 'lo')
  return interfaces.reduce((sum, [, , counters]) => {
    const columns = counters!.split(/ +/).map(Number)
    return sum + columns[0]! + columns[8]!
  }, 0)
}

async function diskPercent(folder: string): Promise<number | null> {
  try {
    const { blocks, bavail } = await fs.statfs(folder)
    return percent(1 - bavail / blocks)
  } catch {
    return null
  }
}

function percent(share: number): number {
  return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10
}
