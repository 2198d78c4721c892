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
/** How many bytes lie in the repository. Counted by listing it, in the background and not more often than once a minute. */
import { nowMs } from "../../kernel/clock.js";
import { sleep } from "../../kernel/timer.js";
const FRESH_MS = 60_000;
/** A caller waits so long for a count; then it gets the last one, or null. */
const WAIT_MS = 1000;
/** A listing that takes longer is given up: it would keep a process from its end. */
const LIST_MS_MAX = 30_000;
/** One figure for each repository that is open in this process. */
const counts = new WeakMap();
export async function repositoryBytes({ repository, log }) {
    const count = counts.get(repository) ?? { bytes: null, atMs: 0, running: undefined };
    counts.set(repository, count);
    if (nowMs() - count.atMs < FRESH_MS)
        return count.bytes;
    count.running ??= list(repository).then((bytes) => {
        Object.assign(count, { bytes, atMs: nowMs() });
    }, (error) => log.warn('the repository could not be listed', { cause: String(error) })).finally(() => {
        count.running = undefined;
    });
    await Promise.race([count.running, sleep(WAIT_MS, { unref: true })]);
    return count.bytes;
}
async function list(repository) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const store = __addDisposableResource(env_1, repository.openStore(), true);
        let sum = 0;
        for await (const { bytes } of store.list('', { signal: AbortSignal.timeout(LIST_MS_MAX) }))
            sum += bytes;
        return sum;
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
