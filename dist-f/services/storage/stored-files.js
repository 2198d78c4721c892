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
import { warningOf } from "../../contracts/system/index.js";
import { hasUserFile, listUserFiles, removeUserFile } from "../../engine/index.js";
import { checkFilePath } from "./file-path.js";
/** What is absent gives `{ deleted: false }`. Throws CONFIG_INVALID for a path that is not taken. */
export async function remove(parts, path, call = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        checkFilePath(path);
        const repository = __addDisposableResource(env_1, await parts.repository.open(call.signal), true);
        return { deleted: await removeUserFile(repository, path, signalOf(call)) };
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
/** Throws CONFIG_INVALID for a path that is not taken. */
export async function exists(parts, path, call = {}) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        checkFilePath(path);
        const repository = __addDisposableResource(env_2, await parts.repository.open(call.signal), true);
        return await hasUserFile(repository, path, signalOf(call));
    }
    catch (e_2) {
        env_2.error = e_2;
        env_2.hasError = true;
    }
    finally {
        const result_2 = __disposeResources(env_2);
        if (result_2)
            await result_2;
    }
}
/** Files whose path begins with `prefix`, sorted by path. A file whose name is damaged can't be listed: a warning says so. */
export async function list(parts, prefix = '', call = {}) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const repository = __addDisposableResource(env_3, await parts.repository.open(call.signal), true);
        const { files, problems } = await listUserFiles(repository, signalOf(call));
        for (const { key, error } of problems)
            parts.log.error('a stored file has a damaged name', { key, error });
        return {
            files: files.filter(({ path }) => path.startsWith(prefix)).map(({ path, bytes, modifiedAt }) => ({ path, bytes, modifiedAt })),
            warnings: problems.map(({ key }) => warningOf('STORED_FILE_DAMAGED', parts.locale, { key })),
        };
    }
    catch (e_3) {
        env_3.error = e_3;
        env_3.hasError = true;
    }
    finally {
        const result_3 = __disposeResources(env_3);
        if (result_3)
            await result_3;
    }
}
function signalOf({ signal }) {
    return signal ? { signal } : {};
}
