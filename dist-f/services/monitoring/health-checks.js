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
/** The system's own checks. Each looks at what is, and says what to do where something is not well. */
import { sql } from 'kysely';
import { bytesText, freeSpaceLimit, hasHeartbeat, homeRoom, repositoryRoom } from "../alarms/index.js";
import { schedulerAlive, schedulerStatus } from "../scheduling/index.js";
import { healthCheck } from "./health-check.js";
export async function databaseHealth(context) {
    const { catalog } = context.parts;
    await catalog.ping(context.signal);
    return [healthCheck(context, { name: 'database', status: 'HEALTHY', text: 'database.ok', values: { database: catalog.location } })];
}
export async function repositoryHealth(context) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const _repository = __addDisposableResource(env_1, await context.parts.repository.open(context.signal), true);
        return [healthCheck(context, { name: 'repository', status: 'HEALTHY', text: 'repository.ok' })];
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
/** Without a schedule nothing waits for one. */
export async function schedulerHealth(context) {
    const { parts } = context;
    if (await schedulerAlive(parts))
        return [healthCheck(context, { name: 'scheduler', status: 'HEALTHY', text: 'scheduler.ok' })];
    const scheduled = await parts.catalog.db.selectFrom('configs').select('id').where('tenant_id', '=', parts.tenantId).where('removed_at', 'is', null).where('enabled', '=', true)
        .where(sql `settings -> 'schedule' ->> 'kind'`, '<>', 'MANUAL').limit(1).executeTakeFirst();
    return [healthCheck(context, { name: 'scheduler', status: scheduled ? 'UNHEALTHY' : 'DEGRADED', text: 'scheduler.none' })];
}
export async function spaceHealth(context) {
    const { parts } = context;
    const [limit, repository, home] = [await freeSpaceLimit(parts, parts.catalog.db), await repositoryRoom(parts), await homeRoom(parts)];
    if (!repository || !home)
        return [healthCheck(context, { name: 'free-space', status: 'UNKNOWN', text: 'space.unknown' })];
    const isLow = Math.min(repository.bytesFree, home.bytesFree) < limit;
    const values = { repository: bytesText(repository.bytesFree, parts.locale), home: bytesText(home.bytesFree, parts.locale), limit: bytesText(limit, parts.locale) };
    return [healthCheck(context, { name: 'free-space', status: isLow ? 'UNHEALTHY' : 'HEALTHY', text: isLow ? 'space.low' : 'space.ok', values })];
}
export async function alertHealth(context) {
    const { catalog, tenantId } = context.parts;
    const { count, critical } = await catalog.db.selectFrom('alerts').select([sql `count(*)::float8`.as('count'), sql `count(*) filter (where severity = 'CRITICAL')::float8`.as('critical')])
        .where('tenant_id', '=', tenantId).where('state', '<>', 'RESOLVED').executeTakeFirstOrThrow();
    if (count === 0)
        return [healthCheck(context, { name: 'alerts', status: 'HEALTHY', text: 'alerts.none' })];
    return [healthCheck(context, { name: 'alerts', status: critical > 0 ? 'UNHEALTHY' : 'DEGRADED', text: 'alerts.open', values: { count, critical } })];
}
export function channelHealth(context) {
    const { notifiers, locale } = context.parts;
    const channels = notifiers.filter(({ carries }) => carries === 'ALARM').map(({ title }) => title[locale]);
    return Promise.resolve([
        channels.length > 0
            ? healthCheck(context, { name: 'channels', status: 'HEALTHY', text: 'channels.ok', values: { channels: channels.join(', ') } })
            : healthCheck(context, { name: 'channels', status: 'DEGRADED', text: 'channels.none' }),
    ]);
}
/** A process that is dead can't say so: a service outside has to miss it, or another worker. */
export async function heartbeatHealth(context) {
    if (hasHeartbeat(context.parts))
        return [healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.ok' })];
    const hosts = new Set((await schedulerStatus(context.parts)).workers.map(({ host }) => host));
    return [hosts.size > 1 ? healthCheck(context, { name: 'heartbeat', status: 'HEALTHY', text: 'heartbeat.others' }) : healthCheck(context, { name: 'heartbeat', status: 'DEGRADED', text: 'heartbeat.none' })];
}
