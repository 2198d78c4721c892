import { sql } from 'kysely'
import { RunState } from '../../contracts/system/index.ts'
import { JobKind } from '../../jobs/index.ts'
import type { SystemParts } from '../parts.ts'

/** Longer than a job stands in a queue that is served. */
const VANISHED_MS = 30_000
const BATCH = 200

/**
 * Pending runs that nothing holds up get a job, should theirs have vanished; where one stands in the queue, it is left
 * as it is. `afterMs`: for runs that have waited so long.
 */
export async function resumeRuns(
  parts: SystemParts,
  { afterMs = VANISHED_MS }: { readonly afterMs?: number } = {},
): Promise<void> {
  await parts.catalog.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('runs as run')
      .select(['run.id', 'run.priority'])
      .where('run.tenant_id', '=', parts.tenantId)
      .where('run.state', '=', RunState.PENDING)
      .where('run.created_at', '<=', sql<Date>`clock_timestamp() - make_interval(secs => ${afterMs / 1000})`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('runs as other')
              .select('other.id')
              .whereRef('other.config_id', '=', 'run.config_id')
              .where('other.state', '=', RunState.RUNNING),
          ),
        ),
      )
      .orderBy('run.priority', 'desc')
      .orderBy('run.created_at')
      .limit(BATCH)
      .execute()
    if (rows.length > 0)
      await parts.queue.enqueueAll(
        rows.map(({ id, priority }) => ({ kind: JobKind.BACKUP, subject: id, priority })),
        tx,
      )
  })
}
