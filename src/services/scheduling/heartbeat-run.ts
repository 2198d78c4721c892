import { sql } from 'kysely'
import { type RunProgress, RunState } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import { type RunClaim, staleWorker } from './run-claim.ts'

/**
 * Says that this worker still carries the run out, and how far it is. Gives whether somebody wants it cancelled. Throws
 * STALE_WORKER.
 */
export async function heartbeatRun(
  parts: SystemParts,
  claim: RunClaim,
  { progress }: { readonly progress?: RunProgress } = {},
): Promise<{ readonly isCancelled: boolean }> {
  return await parts.catalog.transaction(async (tx) => {
    const query =
      progress === undefined
        ? tx
            .selectFrom('runs')
            .select('cancel_requested_at')
            .where('id', '=', claim.runId)
            .where('fence', '=', claim.fence)
            .where('state', '=', RunState.RUNNING)
            .forShare()
        : tx
            .updateTable('runs')
            .set({ progress: JSON.stringify(progress) })
            .where('id', '=', claim.runId)
            .where('fence', '=', claim.fence)
            .where('state', '=', RunState.RUNNING)
            .returning('cancel_requested_at')
    const run = await query.executeTakeFirst()
    if (!run) throw staleWorker(claim)
    await tx
      .updateTable('run_attempts')
      .set({ heartbeat_at: sql<Date>`clock_timestamp()` })
      .where('run_id', '=', claim.runId)
      .where('attempt', '=', claim.attempt)
      .execute()
    return { isCancelled: run.cancel_requested_at !== null }
  })
}
