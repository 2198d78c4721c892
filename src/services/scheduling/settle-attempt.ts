/** The end of an attempt in the rows, whatever comes next. Names the fence: one that was taken over has no effect. */
import { sql, type UpdateObject } from 'kysely'
import type { DatabaseTransaction, Tables } from '../../catalog/index.ts'
import { type Failure, RunState, type RunView } from '../../contracts/system/index.ts'
import { JobKind } from '../../jobs/index.ts'
import type { SystemParts } from '../parts.ts'
import { lockConfig } from './config-lock.ts'
import type { AttemptOutcome } from './retry-rule.ts'
import { type RunClaim, staleWorker } from './run-claim.ts'
import { runView } from './run-row.ts'

export interface Settlement {
  readonly claim: Pick<RunClaim, 'runId' | 'configId' | 'fence' | 'attempt'>
  readonly outcome: AttemptOutcome
  readonly failure?: Failure | undefined
  /** Of the run's row. */
  readonly set: UpdateObject<Tables, 'runs'>
}

/** Ends the attempt and lets the configuration's next run go. Throws STALE_WORKER. */
export async function settleAttempt(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { claim, outcome, failure, set }: Settlement,
): Promise<RunView> {
  await lockConfig(tx, claim.configId)
  const row = await tx
    .updateTable('runs')
    .set(set)
    .where('id', '=', claim.runId)
    .where('fence', '=', claim.fence)
    .where('state', '=', RunState.RUNNING)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw staleWorker(claim)
  await tx
    .updateTable('run_attempts')
    .set({ finished_at: sql<Date>`clock_timestamp()`, outcome, error: failure ? JSON.stringify(failure) : null })
    .where('run_id', '=', claim.runId)
    .where('attempt', '=', claim.attempt)
    .execute()
  await queueNext(parts, tx, claim)
  return runView(row)
}

/** The run of the same configuration that has waited for this one. */
async function queueNext(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { configId, runId }: Pick<RunClaim, 'configId' | 'runId'>,
): Promise<void> {
  const next = await tx
    .selectFrom('runs')
    .select(['id', 'priority'])
    .where('config_id', '=', configId)
    .where('state', '=', RunState.PENDING)
    .where('id', '!=', runId)
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  if (next) await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: next.id, priority: next.priority }, tx)
}
