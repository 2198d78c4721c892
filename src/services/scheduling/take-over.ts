import { sql } from 'kysely'
import { CatalogKind } from '../../catalog/index.ts'
import { failureOf } from '../../contracts/index.ts'
import { RunState, type RunView } from '../../contracts/system/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import { attemptsThat, giveUp, putBack } from './fail-attempt.ts'
import { AttemptOutcome, LOST_ATTEMPTS_MAX } from './retry-rule.ts'
import { announce, RunEvent } from './run-events.ts'
import { type RunHooks, withHooks } from './run-hooks.ts'
import type { Settlement } from './settle-attempt.ts'

/** Twelve missed heartbeats. By the database's clock alone. */
export const STALE_MS = 60_000

export interface TakeOverOptions extends RunHooks {
  /** Silence after which a worker counts as dead; {@link STALE_MS} unless told. */
  readonly staleMs?: number
}

/**
 * Runs whose worker has not been heard of, or has stopped, go back into the queue; one that has lost too many workers
 * is FAILED. The embedded database has one process: there, every other worker is dead. Gives the runs that were taken.
 */
export async function takeOverRuns(
  parts: SystemParts,
  { staleMs = STALE_MS, ...hooks }: TakeOverOptions = {},
): Promise<readonly RunView[]> {
  const taken: RunView[] = []
  for (const claim of await lostAttempts(parts, staleMs)) {
    const run = await takeOver(parts, claim, hooks)
    if (!run) continue
    parts.log.warn('a run was taken over: its worker is gone', {
      runId: run.id,
      attempt: claim.attempt,
      state: run.state,
    })
    if (run.state === RunState.FAILED) announce(parts.catalog, RunEvent.FINISHED, run.id)
    taken.push(run)
  }
  return taken
}

async function lostAttempts(parts: SystemParts, staleMs: number): Promise<ReadonlyArray<Settlement['claim']>> {
  const isAlone = parts.catalog.kind === CatalogKind.EMBEDDED
  const rows = await parts.catalog.db
    .selectFrom('run_attempts as attempt')
    .innerJoin('runs as run', (join) =>
      join.onRef('run.id', '=', 'attempt.run_id').onRef('run.fence', '=', 'attempt.fence'),
    )
    .leftJoin('workers as worker', 'worker.id', 'attempt.worker_id')
    .select(['run.id', 'run.config_id', 'attempt.fence', 'attempt.attempt'])
    .where('attempt.finished_at', 'is', null)
    .where('run.state', '=', RunState.RUNNING)
    .where('run.tenant_id', '=', parts.tenantId)
    .where(({ eb, or }) =>
      or([
        eb('attempt.heartbeat_at', '<', sql<Date>`clock_timestamp() - make_interval(secs => ${staleMs / 1000})`),
        eb('worker.stopped_at', 'is not', null),
        ...(isAlone ? [eb('attempt.worker_id', '!=', parts.worker.id)] : []),
      ]),
    )
    .limit(100)
    .execute()
  return rows.map(({ id, config_id, fence, attempt }) => ({ runId: id, configId: config_id, fence, attempt }))
}

/** Undefined when another was faster, or the worker finished after all. */
async function takeOver(parts: SystemParts, claim: Settlement['claim'], hooks: RunHooks): Promise<RunView | undefined> {
  try {
    return await withHooks(parts, hooks, (own) =>
      parts.catalog.transaction(async (tx) => {
        const ending = {
          claim,
          outcome: AttemptOutcome.LOST,
          failure: failureOf(
            new BackupError('WORKER_LOST', `The worker of run ${claim.runId} is gone.`, {
              context: { cause: 'no heartbeat' },
            }),
            parts.locale,
          ),
        }
        const lostBefore = await attemptsThat(tx, claim.runId, AttemptOutcome.LOST)
        return lostBefore + 1 < LOST_ATTEMPTS_MAX
          ? await putBack(parts, tx, { ...ending, delayMs: 0 })
          : await giveUp(parts, tx, ending, own)
      }),
    )
  } catch (error) {
    if (isBackupError(error, 'STALE_WORKER')) return undefined
    throw error
  }
}
