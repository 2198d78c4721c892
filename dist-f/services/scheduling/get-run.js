import { RunState } from "../../contracts/system/index.js";
import { throwIfAborted } from "../../kernel/abort.js";
import { BackupError } from "../../kernel/backup-error.js";
import { Waker } from "../../kernel/timer.js";
import { listen, RunEvent } from "./run-events.js";
import { runView } from "./run-row.js";
import { isUuid } from "./uuid.js";
/** Throws RUN_NOT_FOUND. */
export async function getRun(parts, runId) {
    return runView(await findRun(parts, parts.catalog.db, runId));
}
/** The row. Throws RUN_NOT_FOUND. */
export async function findRun(parts, db, runId) {
    const row = isUuid(runId) ? await db.selectFrom('runs').selectAll().where('tenant_id', '=', parts.tenantId).where('id', '=', runId).executeTakeFirst() : undefined;
    if (!row)
        throw new BackupError('RUN_NOT_FOUND', `There is no run ${runId}.`, { context: { run: runId } });
    return row;
}
/** Another process may end the run: then it is seen at the next look. */
const POLL_MS = 1_000;
/** The run when it is over. Throws RUN_NOT_FOUND; ABORTED, which leaves the run alone. */
export async function waitForRun(parts, runId, { signal } = {}) {
    const waker = new Waker();
    const done = new AbortController();
    listen(parts.catalog, RunEvent.FINISHED, { signal: done.signal, heard: (subject) => subject === runId && waker.wake() });
    try {
        while (true) {
            throwIfAborted(signal);
            const run = await getRun(parts, runId);
            if (run.state !== RunState.PENDING && run.state !== RunState.RUNNING)
                return run;
            await waker.wait(POLL_MS, { signal });
        }
    }
    finally {
        done.abort();
    }
}
