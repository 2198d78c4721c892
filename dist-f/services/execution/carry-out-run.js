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
/**
 * A backup run of the system: a claimed run becomes a snapshot, a restore point and an end in the rows; then retention. The repository commits a run once, whoever repeats it:
 * an attempt that finds it committed takes over that snapshot.
 */
import { RunState } from "../../contracts/system/index.js";
import { isBackupError } from "../../kernel/backup-error.js";
import { sleep } from "../../kernel/timer.js";
import { raiseAlarm, resolveAlarm } from "../alarms/index.js";
import { finishRun, heartbeatRun } from "../scheduling/index.js";
import { applyRetention } from "./apply-retention.js";
import { checkPaths } from "./check-paths.js";
import { EngineProcess } from "./engine-process.js";
import { configTag } from "./holdings.js";
import { runEnded } from "./run-ended.js";
import { engineSettings, snapshotTypeOf } from "./run-settings.js";
import { savePoint } from "./save-holdings.js";
const PROGRESS_MS = 1000;
const PERCENT_MAX_RUNNING = 99;
/** What the worker's signal says when the run is not its own any more. After its end that means nothing. */
const STALE = 'STALE';
/**
 * Carries a claimed run out. A good end (COMPLETED, or PARTIAL where something was skipped) is written with its point; anything else is thrown: ABORTED after a checkpoint when the signal
 * stopped it, SOURCE_UNREADABLE, CONFIG_INVALID for a repository in its source, STALE_WORKER when another worker has it, WORKER_LOST, what the engine throws. Retention that fails is told, and
 * does not fail the run.
 */
export async function carryOutRun(parts, claim, { signal }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        await checkPaths(claim.settings, parts.repository.location);
        const engine = __addDisposableResource(env_1, new EngineProcess(parts.repository), true);
        const run = await backUp(parts, claim, { engine, signal });
        await letGo(parts, claim, { engine, signal });
        return run;
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
async function backUp(parts, claim, { engine, signal }) {
    const teller = new ProgressTeller(parts, claim);
    try {
        const outcome = await engine.run(jobOf(claim), { signal, onProgress: (progress) => teller.note(progress) });
        return await finish(parts, claim, outcome);
    }
    catch (error) {
        const snapshot = forgottenSnapshot(error);
        if (snapshot === undefined)
            throw error;
        // An earlier attempt committed it, and it has been let go since: the run was done.
        return await finishRun(parts, claim, { state: RunState.COMPLETED, snapshot }, { within: (tx, run) => runEnded(parts, run, { tx }) });
    }
    finally {
        await teller.end();
    }
}
function jobOf({ runId, configId, source, type, settings }) {
    return { kind: 'backup', options: { paths: settings.paths, source, type: snapshotTypeOf(type), runId, tags: [...settings.tags, configTag(configId)], ...engineSettings(settings) } };
}
function forgottenSnapshot(error) {
    const snapshot = isBackupError(error, 'ALREADY_EXISTS') ? error.context['snapshot'] : undefined;
    return typeof snapshot === 'string' ? snapshot : undefined;
}
/** Run, point, alarms and audit commit together. */
async function finish(parts, claim, { snapshot, point, skipped, skippedCount, filesNew, filesChanged, filesUnmodified, bytesStored }) {
    const stats = { filesNew, filesChanged, filesUnmodified, bytesProcessed: point.bytes, bytesAdded: point.bytesAdded, bytesStored };
    const state = skippedCount > 0 ? RunState.PARTIAL : RunState.COMPLETED;
    return await finishRun(parts, claim, { state, snapshot, stats, skipped }, {
        within: async (tx, run) => {
            await savePoint(tx, { tenantId: parts.tenantId, repositoryRowId: parts.repository.rowId }, point);
            await runEnded(parts, run, { tx });
        },
    });
}
/** Writes how far a run is, about once a second. While the database does not answer, the run goes on. */
class ProgressTeller {
    #parts;
    #claim;
    #end = new AbortController();
    #telling;
    #noted;
    constructor(parts, claim) {
        this.#parts = parts;
        this.#claim = claim;
        this.#telling = this.#tell();
    }
    note({ filesDone, bytesDone, bytesAdded, bytesExpected }) {
        const percent = bytesExpected ? Math.min(PERCENT_MAX_RUNNING, Math.floor((bytesDone / bytesExpected) * 100)) : null;
        this.#noted = { percent, filesDone, bytesDone, bytesAdded };
    }
    async end() {
        this.#end.abort();
        await this.#telling;
    }
    async #tell() {
        for (;;) {
            await sleep(PROGRESS_MS, { signal: this.#end.signal }).catch(() => { });
            if (this.#end.signal.aborted)
                return;
            const progress = this.#noted;
            this.#noted = undefined;
            // A stale worker is stopped by its heartbeat.
            if (progress)
                await heartbeatRun(this.#parts, this.#claim, { progress }).catch((error) => this.#parts.log.debug('progress could not be written', { runId: this.#claim.runId, error }));
        }
    }
}
/** After the run has its end: points, pins and holds as the repository has them now, and whatever no rule keeps any more. */
async function letGo(parts, { runId, configId, configName }, { engine, signal }) {
    const about = { configId, configName, runId };
    try {
        await applyRetention(parts, configId, { engine, signal: untilStopped(signal) });
        await resolveAlarm(parts, { type: 'RETENTION_FAILED', about });
    }
    catch (error) {
        // Stopped, or removed meanwhile: nothing to be told.
        if (isBackupError(error, 'ABORTED') || isBackupError(error, 'CONFIG_NOT_FOUND'))
            return;
        const code = isBackupError(error) ? error.code : 'INTERNAL';
        parts.log.warn('retention failed after a run', { runId, configId, error });
        await raiseAlarm(parts, { type: 'RETENTION_FAILED', severity: 'MEDIUM', message: `${MESSAGES[parts.locale]} (${code}).`, about, occurrence: runId }).catch((late) => parts.log.error('an alarm could not be raised', { runId, error: late }));
    }
}
const MESSAGES = { en: 'The run is done, but old points could not be let go', 'pt-BR': 'A execução terminou, mas pontos antigos não puderam ser liberados' };
function untilStopped(signal) {
    const own = new AbortController();
    const stop = () => {
        if (signal.reason !== STALE)
            own.abort(signal.reason);
    };
    if (signal.aborted)
        stop();
    signal.addEventListener('abort', stop, { once: true });
    return own.signal;
}
