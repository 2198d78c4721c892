import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { Failure, RunState, RunStats, RunView, RunWarning, SkippedItem } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import type { RunClaim } from './run-claim.ts'
import { announce, RunEvent } from './run-events.ts'
import { storedStats } from './run-row.ts'
import { settleAttempt } from './settle-attempt.ts'

export interface RunResult {
  readonly state:
    | typeof RunState.COMPLETED
    | typeof RunState.PARTIAL
    | typeof RunState.FAILED
    | typeof RunState.CANCELLED
  /** Hexadecimal id of the repository's snapshot. */
  readonly snapshot?: string
  readonly stats?: RunStats
  readonly skipped?: readonly SkippedItem[]
  readonly warnings?: readonly RunWarning[]
  readonly error?: Failure
}

export interface FinishOptions {
  /** Commits with the run's end, after its row is written. */
  readonly within?: (tx: DatabaseTransaction, run: RunView) => Promise<void>
}

/** The run is over. Throws STALE_WORKER, without any effect, when another worker has taken it over. */
export async function finishRun(
  parts: SystemParts,
  claim: RunClaim,
  result: RunResult,
  { within }: FinishOptions = {},
): Promise<RunView> {
  const { state, snapshot, stats, skipped, warnings = [], error } = result
  const run = await parts.catalog.transaction(async (tx) => {
    const ended = await settleAttempt(parts, tx, {
      claim,
      outcome: state,
      failure: error,
      set: {
        state,
        finished_at: sql<Date>`clock_timestamp()`,
        snapshot: snapshot ?? null,
        stats: stats ? storedStats(stats, warnings) : null,
        skipped: skipped ? JSON.stringify(skipped) : null,
        error: error ? JSON.stringify(error) : null,
      },
    })
    await within?.(tx, ended)
    return ended
  })
  announce(parts.catalog, RunEvent.FINISHED, claim.runId)
  return run
}
