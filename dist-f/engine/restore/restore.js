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
 * Restores a snapshot into a folder. Every chunk is compared with its SHA-256 before it is written, every file is written under a temporary
 * name and renamed when it is whole, and metadata is set last; so a stop at any moment leaves no wrong file under its own name.
 */
import path from 'node:path';
import { BackupError } from "../../kernel/backup-error.js";
import { systemCalls, systemCallsMissing } from "../../kernel/system-calls.js";
import { IndexClass, namesBelow, openIndex, openReader, readDeleteLog, shareReader } from "../snapshot/index.js";
import { ContentLanes } from "./content-lanes.js";
import { guardRestore } from "./restore-guard.js";
import { RestoreRun } from "./restore-run.js";
/** Decoded segments that each thread keeps. */
const CACHE_SEGMENTS = 4;
/** Restores. Throws TARGET_REFUSED, USAGE, NOT_FOUND (a path that is not in the snapshot), ABORTED, DISK_FULL. What could not be restored is in `issues`. */
export async function restoreSnapshot(repository, document, options) {
    const calls = systemCalls();
    if (!calls)
        throw new BackupError('PLATFORM_UNSUPPORTED', `Restoring needs Linux system calls (${systemCallsMissing()}).`);
    const target = path.resolve(options.target);
    guardRestore(repository, document, { target, options });
    // A prune beside the restore moves what is still needed into new packs: what was not found is looked for again in the index as it is then.
    let listed = await namesBelow(repository, INDEX);
    for (let attempt = 1;; attempt += 1) {
        const result = await restoreOnce(repository, { calls, document, options, target });
        const hasMoved = result.issues.some(({ reason }) => reason === 'NOT_FOUND') && attempt < ATTEMPTS_MAX;
        const now = hasMoved ? await namesBelow(repository, INDEX) : listed;
        if (now === listed)
            return result;
        listed = now;
    }
}
const INDEX = ['index/meta/', 'index/data/'];
const ATTEMPTS_MAX = 3;
async function restoreOnce(repository, { calls, document, options, target }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { packs } = await readDeleteLog(repository);
        const index = await openIndex(repository, IndexClass.DATA, packs);
        const meta = openReader(repository, await openIndex(repository, IndexClass.META, packs));
        const data = openReader(repository, index, { cacheSegments: CACHE_SEGMENTS, isBulk: true });
        const _meta = __addDisposableResource(env_1, meta.segments, true);
        const _data = __addDisposableResource(env_1, data.segments, true);
        const lanes = __addDisposableResource(env_1, new ContentLanes(data.reader, () => shareReader(repository, index.index, CACHE_SEGMENTS)), true);
        const run = __addDisposableResource(env_1, new RestoreRun({ calls, document, options, target, metadata: meta.reader, lanes }), true);
        return await run.run();
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
