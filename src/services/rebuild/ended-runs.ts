/**
 * What the audit log says of runs that ended: also of those that failed, were missed, or whose snapshot has been let go
 * since.
 */
import type { RunStats } from '../../contracts/system/index.ts'

export interface EndedRun {
  readonly runId: string
  readonly endedAt: string
  readonly configId: string
  readonly state: string
  readonly source: string
  readonly type: string
  readonly trigger: string
  readonly dueAt: string | null
  readonly startedAt: string | null
  readonly attempts: number
  readonly stats: RunStats | null
  readonly snapshot: string | null
  /** Of the error. */
  readonly code: string | null
}

const ACTION = 'backup.finish'
const RESOURCE = 'run:'

/** By run. `entries` are canonical; what is no end of a run, or lacks what one has, is passed over. */
export function endedRuns(entries: readonly string[]): Map<string, EndedRun> {
  const ended = new Map<string, EndedRun>()
  for (const text of entries) {
    const run = text.includes(`"action":"${ACTION}"`) ? parseEnd(text) : undefined
    if (run) ended.set(run.runId, run)
  }
  return ended
}

function parseEnd(text: string): EndedRun | undefined {
  const { action, at, resource, details } = JSON.parse(text) as {
    action: string
    at: string
    resource: string
    details: Readonly<Record<string, unknown>>
  }
  const { configId, state, source, type, trigger, dueAt, startedAt, attempts, stats, snapshot, code } = details
  const areTexts = [configId, state, source, type, trigger].every((value) => typeof value === 'string')
  if (action !== ACTION || !resource.startsWith(RESOURCE) || !areTexts) return undefined
  return {
    runId: resource.slice(RESOURCE.length),
    endedAt: at,
    configId: String(configId),
    state: String(state),
    source: String(source),
    type: String(type),
    trigger: String(trigger),
    dueAt: textOrNull(dueAt),
    startedAt: textOrNull(startedAt),
    attempts: typeof attempts === 'number' ? attempts : 1,
    stats: (stats as RunStats | null | undefined) ?? null,
    snapshot: textOrNull(snapshot),
    code: textOrNull(code),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
