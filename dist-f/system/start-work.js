var __addDisposableResource = (this && this.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (this && this.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
/** What a working process does besides runs and recoveries: rules, messages, records, audit, heartbeat. */
import { nowMs } from "../kernel/clock.js";
import { dispatchOutbox, evaluateRules, runStarted, schedulerHeartbeat } from "../services/alarms/index.js";
import { closeAuditSegments } from "../services/audit/index.js";
import { recordControlKey } from "../services/control-key/index.js";
import { carryOutRun, runEnded, syncPoints, verifyWhenDue } from "../services/execution/index.js";
import { carryOutRecovery, resumeRecoveries } from "../services/recovery/index.js";
import { alarmPending, retryRecords } from "../services/records/index.js";
import { startWorker } from "../services/scheduling/index.js";
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** What a running backup gets to write its checkpoint. */
const STOP_GRACE_MS = 30 * SECOND_MS;
/** A repository that does not answer must not hold the end. */
const CLOSE_MS_MAX = 30 * SECOND_MS;
/** Throws DATABASE_UNAVAILABLE. The repository may be away: what needs it is tried again. */
export async function startWork(parts, timing = {}) {
    const worker = await startWorker(parts, {
        ...timing, roles: { scheduler: true, worker: true }, carryOutRecovery, runStarted, runFinished: runEnded,
        carryOutRun: async (each, claim, options) => {
            await carryOutRun(each, claim, options);
            await closeAudit(each);
        },
        periodic: [
            { name: 'rules', everyMs: 15 * SECOND_MS, run: () => evaluateRules(parts, nowMs()) },
            { name: 'outbox', everyMs: 2 * SECOND_MS, run: ({ signal }) => dispatchOutbox(parts, { signal }) },
            { name: 'records', everyMs: MINUTE_MS, run: ({ signal }) => retryRecords(parts, { signal, onPending: alarmPending(parts) }) },
            { name: 'recoveries', everyMs: 15 * SECOND_MS, run: () => resumeRecoveries(parts) },
            { name: 'audit', everyMs: 30 * MINUTE_MS, run: ({ signal }) => closeAuditSegments(parts, { signal }) },
            { name: 'heartbeat', everyMs: MINUTE_MS, run: ({ signal }) => schedulerHeartbeat(parts, { signal }) },
            { name: 'database', everyMs: 24 * 60 * MINUTE_MS, run: ({ signal }) => parts.catalog.maintain(signal) },
            { name: 'verification', everyMs: 60 * MINUTE_MS, run: ({ signal }) => verifyWhenDue(parts, { signal }) },
            { name: 'repository', everyMs: 60 * MINUTE_MS, run: ({ signal }) => lookIntoRepository(parts, signal) },
        ],
    });
    const stop = async () => {
        await worker.stop({ graceMs: STOP_GRACE_MS });
        // What was done since the last run.
        await closeAudit(parts);
    };
    return { stop };
}
/** With each run, and at the end. Nothing fails for it: what can't be closed now is closed with the next run, or within the half hour. */
async function closeAudit(parts) {
    try {
        // Without the run's signal: it says nothing about this.
        await closeAuditSegments(parts, { signal: AbortSignal.timeout(CLOSE_MS_MAX) });
    }
    catch (error) {
        parts.log.warn('the audit log could not be closed into the repository', { error });
    }
}
/** What others did to the repository, by the command line or on another machine, is seen here too. */
async function lookIntoRepository(parts, signal) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const repository = __addDisposableResource(env_1, await parts.repository.open(signal), true);
        await recordControlKey(parts, repository);
        await syncPoints(parts, repository);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        const result_1 = __disposeResources(env_1);
        if (result_1)
            await result_1;
    }
}
