/** How the system stands, from what exists now. Unknown is never healthy. */
import { failureOf } from "../../contracts/index.js";
import { HealthStatus } from "../../contracts/system/index.js";
import { throwIfAborted } from "../../kernel/abort.js";
import { isoTime, nowMs } from "../../kernel/clock.js";
import { sleep } from "../../kernel/timer.js";
import { backupFreshness } from "./backup-freshness.js";
import { healthCheck } from "./health-check.js";
import { alertHealth, channelHealth, databaseHealth, heartbeatHealth, repositoryHealth, schedulerHealth, spaceHealth } from "./health-checks.js";
const ANSWER_SECONDS = 10;
/** `isSubject`: an error there is the subject's own; elsewhere it only means that the check could not be made. */
const CHECKS = [
    { name: 'database', run: databaseHealth, isSubject: true },
    { name: 'repository', run: repositoryHealth, isSubject: true },
    { name: 'scheduler', run: schedulerHealth },
    { name: 'backups', run: backupFreshness },
    { name: 'free-space', run: spaceHealth },
    { name: 'alerts', run: alertHealth },
    { name: 'channels', run: channelHealth },
    { name: 'heartbeat', run: heartbeatHealth },
];
/** The first that any check has. A thing that is not known weighs more than one that is known to be a little wrong. */
const WORST_FIRST = [HealthStatus.UNHEALTHY, HealthStatus.UNKNOWN, HealthStatus.DEGRADED, HealthStatus.HEALTHY];
/** Answers within some ten seconds, whatever hangs. Throws ABORTED alone. */
export async function performHealthCheck(parts, { signal, atMs = nowMs() } = {}) {
    const stop = new AbortController();
    const context = { parts, atMs, signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal };
    try {
        const checks = (await Promise.all(CHECKS.map((check) => made(context, check)))).flat();
        throwIfAborted(signal);
        return { overall: WORST_FIRST.find((status) => checks.some((check) => check.status === status)) ?? HealthStatus.UNKNOWN, checkedAt: isoTime(atMs), checks };
    }
    finally {
        stop.abort();
    }
}
async function made(context, { name, run, isSubject = false }) {
    const noAnswer = [healthCheck(context, { name, status: isSubject ? 'UNHEALTHY' : 'UNKNOWN', text: 'check.noAnswer', values: { seconds: ANSWER_SECONDS } })];
    const late = sleep(ANSWER_SECONDS * 1000, { signal: context.signal, unref: true }).then(() => noAnswer, () => noAnswer);
    try {
        return await Promise.race([run(context), late]);
    }
    catch (error) {
        const { message, guidance } = failureOf(error, context.parts.locale);
        return [{ name, status: isSubject ? 'UNHEALTHY' : 'UNKNOWN', message: `${message} ${guidance}` }];
    }
}
