/** An attempt that did not reach its end: the run goes back into the queue, or is over. */
import { sql } from 'kysely';
import { failureOf } from "../../contracts/index.js";
import { RunState } from "../../contracts/system/index.js";
import { JobKind } from "../../jobs/index.js";
import { nowMs } from "../../kernel/clock.js";
import { AttemptOutcome, mayRetry } from "./retry-rule.js";
import { announce, RunEvent } from "./run-events.js";
import { withHooks } from "./run-hooks.js";
import { settleAttempt } from "./settle-attempt.js";
/** Back into the queue after the configuration's delay when the error is transient and attempts are left, else FAILED. Throws STALE_WORKER. */
export async function failAttempt(parts, claim, error, hooks = {}) {
    const failure = failureOf(error, parts.locale);
    const run = await withHooks(parts, hooks, (own) => parts.catalog.transaction(async (tx) => {
        const { retryDelayMs, isLeft } = mayRetry({ failure, failedBefore: await attemptsThat(tx, claim.runId, AttemptOutcome.FAILED), performance: claim.settings.performance });
        const ending = { claim, outcome: AttemptOutcome.FAILED, failure };
        return isLeft ? await putBack(parts, tx, { ...ending, delayMs: retryDelayMs }) : await giveUp(parts, tx, ending, own);
    }));
    if (run.state === RunState.FAILED)
        announce(parts.catalog, RunEvent.FINISHED, claim.runId);
    return run;
}
/** Back into the queue because this worker stops: what was stored is kept, and the attempt counts for nothing. Throws STALE_WORKER. */
export async function releaseRun(parts, claim) {
    return await parts.catalog.transaction((tx) => putBack(parts, tx, { claim, outcome: AttemptOutcome.RELEASED, delayMs: 0 }));
}
export async function putBack(parts, tx, { delayMs, ...ending }) {
    const run = await settleAttempt(parts, tx, { ...ending, set: { state: RunState.PENDING, progress: null, ...(ending.failure && { error: JSON.stringify(ending.failure) }) } });
    const { priority } = await tx.selectFrom('runs').select('priority').where('id', '=', run.id).executeTakeFirstOrThrow();
    await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: run.id, priority, startAfter: new Date(nowMs() + delayMs) }, tx);
    return run;
}
export async function giveUp(parts, tx, ending, hooks) {
    const run = await settleAttempt(parts, tx, { ...ending, set: { state: RunState.FAILED, finished_at: sql `clock_timestamp()`, error: JSON.stringify(ending.failure) } });
    await hooks.runFinished?.(parts, run, { tx });
    return run;
}
export async function attemptsThat(tx, runId, outcome) {
    const { count } = await tx.selectFrom('run_attempts').select(({ fn }) => fn.countAll().as('count')).where('run_id', '=', runId).where('outcome', '=', outcome).executeTakeFirstOrThrow();
    return count;
}
