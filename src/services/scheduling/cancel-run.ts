/** Ends runs before their time: one that waits at once, one that runs as soon as its worker hears of it. */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { DueState, RunState, type RunView } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import { lockConfig } from './config-lock.ts'
import { findRun } from './get-run.ts'
import { announce, RunEvent } from './run-events.ts'
import { runView } from './run-row.ts'

/** A run that is over stays as it is. Throws RUN_NOT_FOUND. */
export async function cancelRun(parts: SystemParts, runId: string): Promise<RunView> {
  const run = await parts.catalog.transaction(async (tx) => {
    const { config_id } = await findRun(parts, tx, runId)
    await lockConfig(tx, config_id)
    await endRuns(tx, (query) => query.where('id', '=', runId))
    return runView(await findRun(parts, tx, runId))
  })
  announce(parts.catalog, run.state === RunState.RUNNING ? RunEvent.CANCEL_REQUESTED : RunEvent.FINISHED, runId)
  return run
}

/** All runs of a configuration that is being removed, and its waiting due time; in the caller's transaction. */
export async function endRunsOf(tx: DatabaseTransaction, parts: SystemParts, configId: string): Promise<void> {
  await lockConfig(tx, configId)
  await tx.deleteFrom('due_times').where('config_id', '=', configId).where('state', '=', DueState.WAITING).execute()
  const { ended, asked } = await endRuns(tx, (query) => query.where('config_id', '=', configId))
  // Who hears it looks at the row, and waits there for this transaction.
  for (const id of asked) announce(parts.catalog, RunEvent.CANCEL_REQUESTED, id)
  for (const id of ended) announce(parts.catalog, RunEvent.FINISHED, id)
}

type RunUpdate = ReturnType<typeof updateRuns>

function updateRuns(tx: DatabaseTransaction) {
  return tx.updateTable('runs')
}

async function endRuns(
  tx: DatabaseTransaction,
  which: (query: RunUpdate) => RunUpdate,
): Promise<{ readonly ended: readonly string[]; readonly asked: readonly string[] }> {
  const now = sql<Date>`clock_timestamp()`
  const ended = await which(updateRuns(tx))
    .set({ state: RunState.CANCELLED, finished_at: now, cancel_requested_at: now })
    .where('state', '=', RunState.PENDING)
    .returning('id')
    .execute()
  const asked = await which(updateRuns(tx))
    .set({ cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, clock_timestamp())` })
    .where('state', '=', RunState.RUNNING)
    .returning('id')
    .execute()
  return { ended: ended.map(({ id }) => id), asked: asked.map(({ id }) => id) }
}
