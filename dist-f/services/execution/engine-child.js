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
 * The entry of a process that does the engine's work for the system, so that the owner's event loop stays free. Jobs and keys come over the channel. SIGTERM, or
 * a parent that is gone, stops the job at a checkpoint and ends the process.
 */
import { ClientState, Repository } from "../../engine/index.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { monotonicNs } from "../../kernel/clock.js";
import { sendableError } from "../../kernel/crossing-error.js";
import { invariant } from "../../kernel/invariant.js";
import { PROGRAM } from "../../kernel/program.js";
import { keepMemoryLean } from "../../kernel/system-calls.js";
import { sleep } from "../../kernel/timer.js";
import { optimizeLateBesideThreads } from "../../kernel/worker-thread.js";
import { openStore } from "../../storage/all.js";
import { parseToEngine } from "./engine-protocol.js";
import { ENGINE_WORK } from "./engine-work.js";
const PROGRESS_NS = 250000000n;
/** A parent that is gone can't kill what does not end. */
const ORPHAN_MS = 60_000;
const stop = new AbortController();
let isWorking = false;
function send(message) {
    return new Promise((resolve) => {
        if (!process.connected || process.send?.(message, undefined, undefined, () => resolve()) === undefined)
            resolve();
    });
}
function progressSender() {
    let sentNs = 0n;
    return (progress) => {
        const now = monotonicNs();
        if (now - sentNs < PROGRESS_NS)
            return;
        sentNs = now;
        void send({ type: 'progress', progress });
    };
}
async function carryOut(access, job) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { stateDirectory } = access;
        const repository = __addDisposableResource(env_1, await openKnown(access), true);
        const work = ENGINE_WORK[job.kind];
        return await work(repository, job, { stateDirectory, program: PROGRAM, signal: stop.signal, onProgress: progressSender() });
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
/** A repository of the system was there before: one that is gone, or another in its place, is an unmounted disk and nothing to go on with. */
async function openKnown({ location, keks, stateDirectory, repositoryId }) {
    const missing = (cause) => new BackupError('REPOSITORY_MISSING', 'The repository that this system knows is not at its place.', { context: { repository: location.path }, cause });
    const repository = await Repository.open(openStore(location), keks, { signal: stop.signal }).catch((error) => {
        throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing(error) : error;
    });
    const { keys } = repository;
    if (repositoryId !== undefined && keys.repositoryId.toString('hex') !== repositoryId)
        throw missing();
    const seen = new ClientState(stateDirectory, keys.repositoryId).heads();
    if (seen && keys.generation < seen.keyGeneration)
        throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', { context: { object: 'keys/', seen: seen.keyGeneration, found: keys.generation } });
    return repository;
}
async function receive(message) {
    try {
        const parsed = parseToEngine(message);
        if (parsed.type === 'end')
            return end();
        invariant(!isWorking, 'A process of the engine does one job at a time.');
        isWorking = true;
        await send({ type: 'result', kind: parsed.job.kind, result: await carryOut(parsed.repository, parsed.job) });
    }
    catch (error) {
        await send({ type: 'failed', error: sendableError(error) });
    }
    isWorking = false;
    if (stop.signal.aborted)
        end();
}
/**
 * Without the channel nothing keeps the process. `process.exit` may wait for ever: it joins a helper thread that compiles, and that one may be waiting for this one
 * to collect garbage (https://github.com/nodejs/node/issues/54918).
 */
function end() {
    if (process.connected)
        process.disconnect();
}
function halt(why) {
    stop.abort(why);
    if (!isWorking)
        end();
}
async function endWithoutParent() {
    halt('the parent is gone');
    await sleep(ORPHAN_MS, { unref: true });
    process.kill(process.pid, 'SIGKILL');
}
invariant(process.send, 'This file runs as a child of the system.');
keepMemoryLean();
optimizeLateBesideThreads();
process.on('SIGTERM', () => halt('SIGTERM'));
// A terminal sends its Ctrl-C to the whole group: the parent decides what becomes of the job.
process.on('SIGINT', () => { });
process.on('message', (message) => void receive(message));
process.on('disconnect', () => void endWithoutParent());
