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
import { sql } from 'kysely';
import { monotonicNs, nowMs } from "../../kernel/clock.js";
import { repositoryRoom } from "../alarms/index.js";
import { backupMetrics } from "./backup-metrics.js";
import { machineFigures } from "./machine-figures.js";
import { repositoryBytes } from "./repository-size.js";
const DAYS = 30;
const DAY_MS = 86_400_000;
const SOURCES_MAX = 1000;
/** This moment, and the runs of the last 30 days. */
export async function getRealTimeMetrics(parts, options = {}) {
    const toMs = options.atMs ?? nowMs();
    // Figures of the machine take a tenth of a second: the rest is asked meanwhile.
    const [machine, metrics, counts, bySource, room, bytes, storageLatencyMs] = await Promise.all([
        machineFigures(parts.home), backupMetrics(parts, { fromMs: toMs - DAYS * DAY_MS, toMs }), activity(parts), bytesBySource(parts), repositoryRoom(parts), repositoryBytes(parts), latencyMs(parts),
    ]);
    return {
        ...metrics, ...counts,
        storage: { repositoryBytes: bytes, bytesFree: room?.bytesFree ?? null, bytesTotal: room?.bytesTotal ?? null, growthBytes30Days: metrics.bytesStored, bySource },
        system: { ...machine, storageLatencyMs },
    };
}
async function activity({ catalog: { db }, tenantId }) {
    const counted = (table, states) => db.selectFrom(table).select(sql `count(*)::float8`.as('count')).where('tenant_id', '=', tenantId).where('state', 'in', [...states]).executeTakeFirstOrThrow().then(({ count }) => count);
    return {
        activeBackups: await counted('runs', ['RUNNING']), queuedBackups: await counted('runs', ['PENDING']), activeRecoveries: await counted('recovery_requests', ['RUNNING']), activeAlerts: await counted('alerts', ['FIRING', 'ACKNOWLEDGED']),
    };
}
/** What each source's present points added when they were made. */
async function bytesBySource({ catalog: { db }, tenantId }) {
    const rows = await db.selectFrom('recovery_points').select(['source', sql `sum(bytes_added)::float8`.as('bytes')]).where('tenant_id', '=', tenantId).where('removed_at', 'is', null)
        .groupBy('source').orderBy('bytes', 'desc').limit(SOURCES_MAX).execute();
    return Object.fromEntries(rows.map(({ source, bytes }) => [source, bytes]));
}
/** One look at one object's name. */
async function latencyMs(parts) {
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const store = __addDisposableResource(env_1, parts.repository.openStore(), true);
            const startNs = monotonicNs();
            await store.head('config/latency');
            return Number((monotonicNs() - startNs) / 10000n) / 100;
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
        parts.log.warn('the storage did not answer', { cause: String(error) });
        return null;
    }
}
