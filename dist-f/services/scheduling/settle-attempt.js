/** The end of an attempt in the rows, whatever comes next. Names the fence: one that was taken over has no effect. */
import { sql } from 'kysely';
import { RunState } from "../../contracts/system/index.js";
import { JobKind } from "../../jobs/index.js";
import { lockConfig } from "./config-lock.js";
import { staleWorker } from "./run-claim.js";
import { runView } from "./run-row.js";
/** Ends the attempt and lets the configuration's next run go. Throws STALE_WORKER. */
export async function settleAttempt(parts, tx, { claim, outcome, failure, set }) {
    await lockConfig(tx, claim.configId);
    const row = await tx.updateTable('runs').set(set).where('id', '=', claim.runId).where('fence', '=', claim.fence).where('state', '=', RunState.RUNNING).returningAll().executeTakeFirst();
    if (!row)
        throw staleWorker(claim);
    await tx.updateTable('run_attempts').set({ finished_at: sql `clock_timestamp()`, outcome, error: failure ? JSON.stringify(failure) : null }).where('run_id', '=', claim.runId).where('attempt', '=', claim.attempt).execute();
    await queueNext(parts, tx, claim);
    return runView(row);
}
/** The run of the same configuration that has waited for this one. */
async function queueNext(parts, tx, { configId, runId }) {
    const next = await tx.selectFrom('runs').select(['id', 'priority']).where('config_id', '=', configId).where('state', '=', RunState.PENDING).where('id', '!=', runId)
        .orderBy('priority', 'desc').orderBy('created_at').limit(1).executeTakeFirst();
    if (next)
        await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: next.id, priority: next.priority }, tx);
}
