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
/** Free room where it matters, and how much is asked for. */
import fs from 'node:fs/promises';
import { thresholdsOf } from "./thresholds.js";
/** Undefined where it can't be known now: looked at every few seconds, so a disk that is away must not fill the log; the health report says it. */
export async function repositoryRoom(parts) {
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const store = __addDisposableResource(env_1, parts.repository.openStore(), true);
            return await store.capacity();
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
    catch (error) {
        parts.log.debug('free space of the repository is not known', { cause: String(error) });
        return undefined;
    }
}
/** Undefined where it can't be known now: looked at every few seconds, so a disk that is away must not fill the log; the health report says it. */
export async function homeRoom(parts) {
    try {
        const { bavail, blocks, bsize } = await fs.statfs(parts.home);
        return { bytesFree: bavail * bsize, bytesTotal: blocks * bsize };
    }
    catch (error) {
        parts.log.debug('free space of HOME is not known', { cause: String(error) });
        return undefined;
    }
}
/** Bytes: the largest `minFreeSpace` that the system or an enabled configuration asks for. */
export async function freeSpaceLimit(parts, db) {
    const rows = await db.selectFrom('configs').select('settings').where('tenant_id', '=', parts.tenantId).where('removed_at', 'is', null).where('enabled', '=', true).execute();
    return Math.max(thresholdsOf(parts).minFreeSpace, ...rows.map(({ settings }) => thresholdsOf(parts, settings).minFreeSpace));
}
