import { sql } from 'kysely';
import { announce, RunEvent } from "./run-events.js";
import { settleAttempt } from "./settle-attempt.js";
/** The run is over. Throws STALE_WORKER, without any effect, when another worker has taken it over. */
export async function finishRun(parts, claim, result, { within } = {}) {
    const { state, snapshot, stats, skipped, error } = result;
    const run = await parts.catalog.transaction(async (tx) => {
        const ended = await settleAttempt(parts, tx, {
            claim, outcome: state, failure: error,
            set: {
                state, finished_at: sql `clock_timestamp()`, snapshot: snapshot ?? null, stats: stats ? JSON.stringify(stats) : null, skipped: skipped ? JSON.stringify(skipped) : null, error: error ? JSON.stringify(error) : null,
            },
        });
        await within?.(tx, ended);
        return ended;
    });
    announce(parts.catalog, RunEvent.FINISHED, claim.runId);
    return run;
}
