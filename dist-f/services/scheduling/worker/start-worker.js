/**
 * A process at work: it makes runs of due times, carries them out, looks after those whose worker is gone, and does what others want done now and then. Each
 * of these goes round by itself; a database that does not answer is waited for.
 */
import { CatalogKind } from "../../../catalog/index.js";
import { JobKind } from "../../../jobs/index.js";
import { nowMs } from "../../../kernel/clock.js";
import { Waker } from "../../../kernel/timer.js";
import { resumeRuns } from "../resume-runs.js";
import { listen, RunEvent } from "../run-events.js";
import { STALE_MS, takeOverRuns } from "../take-over.js";
import { nextWaitingMs, tick } from "../tick.js";
import { heartbeatWorker, registerWorker, stopWorker } from "../workers.js";
import { carryOutJob } from "./carry-out-job.js";
const WORKER_HEARTBEAT_MS = 15_000;
/** Between looks at the next due time, where other processes make configurations too; where none does, and only for clocks that are set. */
const LOOK_MS = { [CatalogKind.POSTGRES]: 2_000, [CatalogKind.EMBEDDED]: 10_000 };
const SWEEP_MS = 15_000;
const OUTAGE_MS = 5_000;
/** Until another scheduler has let go of what is due. */
const HELD_MS = 500;
/** Registers this process, resumes what an earlier one left, and begins. Throws DATABASE_UNAVAILABLE. */
export async function startWorker(parts, options) {
    const { roles } = options;
    const stopping = new AbortController();
    await registerWorker(parts, roles);
    await takeOverRuns(parts, options);
    await resumeRuns(parts, { afterMs: 0 });
    const round = (work) => goRound(parts, work, stopping.signal);
    const rounds = [
        round({ name: 'heartbeat', everyMs: WORKER_HEARTBEAT_MS, run: () => heartbeatWorker(parts) }),
        round({ name: 'sweep', everyMs: Math.min(SWEEP_MS, options.staleMs ?? STALE_MS), run: () => sweep(parts, options) }),
        ...(options.periodic ?? []).map(round),
        ...(roles.scheduler ? [schedule(parts, stopping.signal)] : []),
    ];
    if (roles.worker)
        await carryOut(parts, options);
    parts.log.info('at work', { ...parts.worker, ...roles });
    return {
        stop: async ({ graceMs }) => {
            stopping.abort();
            await parts.queue.stop({ graceMs });
            await Promise.all(rounds);
            await stopWorker(parts);
            parts.log.info('stopped', { ...parts.worker });
        },
    };
}
async function carryOut(parts, options) {
    const { carryOutRun, carryOutRecovery, runStarted, runFinished, heartbeatMs } = options;
    const hooks = { ...(runStarted && { runStarted }), ...(runFinished && { runFinished }), ...(heartbeatMs !== undefined && { heartbeatMs }) };
    await parts.queue.work(JobKind.BACKUP, (runId, { signal }) => carryOutJob(parts, runId, { carryOutRun, signal, ...hooks }), { concurrency: parts.defaults.performance?.maxConcurrentBackups ?? 1 });
    await parts.queue.work(JobKind.RECOVERY, async (requestId, { signal }) => void (await carryOutRecovery(parts, requestId, { signal })), { concurrency: 1 });
}
async function sweep(parts, options) {
    await takeOverRuns(parts, options);
    await resumeRuns(parts);
}
/** Makes runs of due times at their moment; a due time that was put in by this process is seen at once. */
async function schedule(parts, signal) {
    const waker = new Waker();
    listen(parts.catalog, RunEvent.DUE_TIMES_CHANGED, { signal, heard: () => waker.wake() });
    const lookMs = LOOK_MS[parts.catalog.kind];
    while (!signal.aborted) {
        const waitMs = await untilNext(parts);
        // A hair late rather than a hair early: early would mean another look.
        await waker.wait(Math.max(5, Math.min(waitMs + 1, lookMs)), { signal });
    }
}
async function untilNext(parts) {
    try {
        const next = await nextWaitingMs(parts);
        if (next > nowMs())
            return next - nowMs();
        const { started, missed } = await tick(parts);
        if (started.length === 0 && missed === 0)
            return HELD_MS;
        parts.log.info('due runs were put into the queue', { runs: started.length, missed });
        return 0;
    }
    catch (error) {
        parts.log.warn('the scheduler could not look at its due times', { error });
        return OUTAGE_MS;
    }
}
async function goRound(parts, { name, everyMs, run }, signal) {
    const waker = new Waker();
    while (!signal.aborted) {
        await waker.wait(everyMs, { signal });
        if (signal.aborted)
            return;
        await run({ signal }).catch((error) => {
            if (!signal.aborted)
                parts.log.warn('work that is done now and then failed', { name, error });
        });
    }
}
