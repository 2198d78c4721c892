/** A row of `runs`, and as it is shown. */
import type { Selectable } from 'kysely'
import type { Tables } from '../../catalog/index.ts'
import type {
  BackupType,
  Failure,
  RunProgress,
  RunState,
  RunStats,
  RunTrigger,
  RunView,
  RunWarning,
  SkippedItem,
} from '../../contracts/system/index.ts'
import { isoTime } from '../../kernel/clock.ts'

export type RunRow = Selectable<Tables['runs']>

export function runView(row: RunRow): RunView {
  const { stats, warnings } = splitStats(row.stats)
  const time = (at: Date | null) => (at === null ? null : isoTime(at.getTime()))
  return {
    id: row.id,
    configId: row.config_id,
    configName: row.config_name,
    source: row.source,
    type: row.type as BackupType,
    trigger: row.trigger as RunTrigger,
    state: row.state as RunState,
    dueAt: time(row.due_at),
    createdAt: isoTime(row.created_at.getTime()),
    startedAt: time(row.started_at),
    finishedAt: time(row.finished_at),
    durationMs:
      row.started_at !== null && row.finished_at !== null ? row.finished_at.getTime() - row.started_at.getTime() : null,
    attempts: row.attempts,
    snapshot: row.snapshot,
    stats,
    skipped: (row.skipped as readonly SkippedItem[] | null) ?? [],
    warnings,
    progress: row.progress as RunProgress | null,
    // Rows of earlier versions have no context.
    error: row.error === null ? null : { context: {}, ...(row.error as Omit<Failure, 'context'>) },
  }
}

type StoredStats = RunStats & { readonly warnings?: readonly RunWarning[] }

/** Warnings stand beside the figures in the same column, where there are any. */
export function storedStats(stats: RunStats, warnings: readonly RunWarning[]): string {
  return JSON.stringify({ ...stats, ...(warnings.length > 0 && { warnings }) } satisfies StoredStats)
}

function splitStats(stored: unknown): Pick<RunView, 'stats' | 'warnings'> {
  if (stored === null) return { stats: null, warnings: [] }
  const { warnings = [], ...stats } = stored as StoredStats
  return { stats, warnings }
}

/** What a run's snapshot is called in the repository. */
export function sourceName(config: { readonly name: string }): string {
  return config.name
}
