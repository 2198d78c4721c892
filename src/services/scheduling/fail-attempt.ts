/** An attempt that did not reach its end: the run goes back into the queue, or is over. */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { failureOf } from '../../contracts/index.ts'
import { type Failure, RunState, type RunView } from '../../contracts/system/index.ts'
import { JobKind } from '../../jobs/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { AttemptOutcome, mayRetry } from './retry-rule.ts'
import type { RunClaim } from './run-claim.ts'
import { announce, RunEvent } from './run-events.ts'
import { type RunHooks, withHooks } from './run-hooks.ts'
import { type Settlement, settleAttempt } from './settle-attempt.ts'

/** The queue keeps a moment as text, which has no year after 9999. */
const DELAY_MS_MAX = 10 * 366 * 24 * 3_600_000

/**
 * Back into the queue after the configuration's delay when the error is transient and attempts are left, else FAILED.
 * Throws STALE_WORKER.
 */
export async function failAttempt(
  parts: SystemParts,
  claim: RunClaim,
  error: unknown,
  hooks: RunHooks = {},
): Promise<RunView> {
  const failure = failureOf(error, parts.locale)
  const run = await withHooks(parts, hooks, (own) =>
    parts.catalog.transaction(async (tx) => {
      const { retryDelayMs, isLeft } = mayRetry({
        failure,
        failedBefore: await attemptsThat(tx, claim.runId, AttemptOutcome.FAILED),
        performance: claim.settings.performance,
      })
      const ending = { claim, outcome: AttemptOutcome.FAILED, failure }
      return isLeft
        ? await putBack(parts, tx, { ...ending, delayMs: retryDelayMs })
        : await giveUp(parts, tx, ending, own)
    }),
  )
  if (run.state === RunState.FAILED) announce(parts.catalog, RunEvent.FINISHED, claim.runId)
  return run
}

/**
 * Back into the queue because this worker stops: what was stored is kept, and the attempt counts for nothing. Throws
 * STALE_WORKER.
 */
export async function releaseRun(parts: SystemParts, claim: RunClaim): Promise<RunView> {
  return await parts.catalog.transaction((tx) =>
    putBack(parts, tx, { claim, outcome: AttemptOutcome.RELEASED, delayMs: 0 }),
  )
}

export interface Ending {
  readonly claim: Settlement['claim']
  readonly outcome: AttemptOutcome
  readonly failure?: Failure
}

export async function putBack(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { delayMs, ...ending }: Ending & { readonly delayMs: number },
): Promise<RunView> {
  const run = await settleAttempt(parts, tx, {
    ...ending,
    set: { state: RunState.PENDING, progress: null, ...(ending.failure && { error: JSON.stringify(ending.failure) }) },
  })
  const { priority } = await tx.selectFrom('runs').select('priority').where('id', '=', run.id).executeTakeFirstOrThrow()
  await parts.queue.enqueue(
    {
      kind: JobKind.BACKUP,
      subject: run.id,
      priority,
      startAfter: new Date(nowMs() + Math.min(delayMs, DELAY_MS_MAX)),
    },
    tx,
  )
  return run
}

export async function giveUp(
  parts: SystemParts,
  tx: DatabaseTransaction,
  ending: Ending & { readonly failure: Failure },
  hooks: RunHooks,
): Promise<RunView> {
  const run = await settleAttempt(parts, tx, {
    ...ending,
    set: { state: RunState.FAILED, finished_at: sql<Date>`clock_timestamp()`, error: JSON.stringify(ending.failure) },
  })
  await hooks.runFinished?.(parts, run, { tx })
  return run
}

export async function attemptsThat(tx: DatabaseTransaction, runId: string, outcome: AttemptOutcome): Promise<number> {
  const { count } = await tx
    .selectFrom('run_attempts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .where('outcome', '=', outcome)
    .executeTakeFirstOrThrow()
  return count
}
