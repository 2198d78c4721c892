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
import { Readable } from 'node:stream';
import { readUserFile } from "../../engine/index.js";
import { checkFilePath } from "./file-path.js";
export async function download(parts, path, { stream, signal } = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        checkFilePath(path);
        const opened = await open(parts, path, signal);
        if (stream) {
            const readable = Readable.from(opened.content, { objectMode: false, ...(signal && { signal }) });
            // Read to its end, failed or given up: it closes.
            return readable.once('close', () => void opened[Symbol.asyncDispose]());
        }
        const file = __addDisposableResource(env_1, opened, true);
        const pieces = [];
        for await (const piece of file.content)
            pieces.push(piece);
        return new Uint8Array(Buffer.concat(pieces));
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
/** Fails before anything is given when there is no such file. */
async function open(parts, path, signal) {
    const repository = await parts.repository.open(signal);
    try {
        const file = await readUserFile(repository, path, signal ? { signal } : {});
        const close = async () => {
            await file[Symbol.asyncDispose]();
            await repository[Symbol.asyncDispose]();
        };
        return { content: file.content, [Symbol.asyncDispose]: close };
    }
    catch (error) {
        await repository[Symbol.asyncDispose]();
        throw error;
    }
}
