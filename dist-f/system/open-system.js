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
/** Opens everything a system is made of in this process, in order, and closes it in the reverse. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DEFAULT_TENANT_ID, openCatalog } from "../catalog/index.js";
import { openJobQueue } from "../jobs/index.js";
import { isBackupError } from "../kernel/backup-error.js";
import { hostName } from "../kernel/machine.js";
import { openAuditLog } from "../services/audit/index.js";
import { openControlKey } from "../services/control-key/index.js";
import { openNotifiers } from "./compose-channels.js";
import { HANDLERS, STREAM_HANDLERS } from "./handlers.js";
import { LocalTransport } from "./local-transport.js";
import { openRepositoryAccess } from "./repository-access.js";
import { startWork } from "./start-work.js";
/** Throws what opening database and repository throws; then nothing stays open. */
export async function openSystem(options) {
    const closing = [];
    const closeAll = async () => {
        for (let close = closing.pop(); close; close = closing.pop())
            await close();
    };
    try {
        const parts = await openParts(options, (close) => void closing.push(close));
        if (options.works) {
            const work = await startWork(parts, options.timing);
            closing.push(() => work.stop());
        }
        return { transport: new LocalTransport(parts, HANDLERS, STREAM_HANDLERS), stop: closeAll };
    }
    catch (error) {
        await closeAll();
        throw error;
    }
}
async function openParts({ settings, keks, keyFiles, log, lock, works, signal }, onClose) {
    const { home, databaseUrl } = settings;
    const location = databaseUrl === undefined ? { directory: path.join(home, 'database') } : { url: databaseUrl };
    const catalog = await openCatalog(location, { ...(lock && { lock }), ...(signal && { signal }) });
    onClose(async () => await catalog[Symbol.asyncDispose]());
    await catalog.db.insertInto('tenants').values({ id: DEFAULT_TENANT_ID, name: 'default' }).onConflict((conflict) => conflict.doNothing()).execute();
    const repository = await openRepositoryAccess(catalog, { location: settings.repository, keks, stateDirectory: path.join(home, 'repositories'), ...(signal && { signal }) });
    const controlKey = await openKey(catalog, repository);
    const queue = await openJobQueue(catalog, { log: log.child('queue'), isWorker: works });
    onClose(async () => await queue[Symbol.asyncDispose]());
    return {
        catalog, queue, repository, log, home, keyFiles, tenantId: DEFAULT_TENANT_ID, defaults: settings.defaults, channels: settings.channels, notifiers: openNotifiers(settings.channels), locale: settings.locale,
        audit: openAuditLog(catalog, controlKey.auditKey, DEFAULT_TENANT_ID), secrets: controlKey, worker: { id: randomUUID(), host: hostName(), pid: process.pid },
    };
}
/** A key that the repository took while this database knew only another one opens it by the repository's own. */
async function openKey(catalog, { keks, open }) {
    try {
        return await openControlKey(catalog, keks);
    }
    catch (error) {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            if (!isBackupError(error, 'KEY_WRONG'))
                throw error;
            const repository = __addDisposableResource(env_1, await open(), true);
            return await openControlKey(catalog, [...keks, repository.keys.controlPlaneKek]);
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
}
