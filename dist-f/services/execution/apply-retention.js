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
/** Retention of the system's configurations: what stays and why, and letting go of the rest. */
import { effectiveSettings, RecoveryState } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { nowMs } from "../../kernel/clock.js";
import { AuditResult } from "../parts.js";
import { EngineProcess } from "./engine-process.js";
import { policyOf } from "./run-settings.js";
import { pointIdOf } from "./save-holdings.js";
import { knownSnapshots, recordHoldings } from "./sync-points.js";
/**
 * Decides every point of the configurations (or of the one), forgets what no rule keeps and frees its room in two phases. Never the newest good point of a source, nothing pinned or
 * held, nothing of a configuration that is removed; of a disabled one only when it is named. Throws CONFIG_NOT_FOUND, DAMAGED when the list of snapshots is not whole: then nothing is forgotten.
 */
export async function applyRetention(parts, configId, call = {}) {
    const outcome = await decide(parts, { rules: await rulesOf(parts, { configId }), apply: true }, call);
    await recordHoldings(parts, outcome.holdings);
    await recordDecisions(parts, outcome);
    for (const snapshot of outcome.forgotten)
        await auditExpiry(parts, outcome, snapshot);
    return simulationOf(outcome);
}
/** What `applyRetention` would decide now; with `policy`, as if that were the policy. Changes nothing. Throws CONFIG_NOT_FOUND, DAMAGED. */
export async function simulateRetention(parts, options = {}, call = {}) {
    const outcome = await decide(parts, { rules: await rulesOf(parts, options), apply: false }, call);
    const simulation = simulationOf(outcome);
    if (options.configId === undefined)
        return simulation;
    const own = new Set(outcome.holdings.points.filter((point) => point.configId === options.configId).map(({ snapshot }) => snapshot));
    return { points: simulation.points.filter(({ snapshot }) => own.has(snapshot)) };
}
async function decide(parts, job, { signal, engine }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const known = await knownSnapshots(parts);
        const call = signal ? { signal } : {};
        const full = { kind: 'retention', ...job, nowMs: nowMs(), by: 'system', known, inUse: await beingRestored(parts) };
        if (engine)
            return await engine.run(full, call);
        const own = __addDisposableResource(env_1, new EngineProcess(parts.repository), true);
        return await own.run(full, call);
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
/** A restore must not lose its ground half-way. */
async function beingRestored({ catalog, repository }) {
    const rows = await catalog.db.selectFrom('recovery_requests').innerJoin('recovery_points', 'recovery_points.id', 'recovery_requests.point_id').select('recovery_points.snapshot')
        .where('recovery_points.repository_id', '=', repository.rowId).where('recovery_requests.state', 'in', [RecoveryState.PENDING, RecoveryState.RUNNING]).execute();
    return [...new Set(rows.map(({ snapshot }) => snapshot))];
}
async function rulesOf(parts, { configId, policy }) {
    let query = parts.catalog.db.selectFrom('configs').select(['id', 'settings', 'enabled']).where('tenant_id', '=', parts.tenantId).where('removed_at', 'is', null);
    // What a caller gives as an id may be no UUID: as a text it is merely not there.
    if (configId !== undefined)
        query = query.where((on) => on(on.cast('id', 'text'), '=', configId.toLowerCase()));
    const rows = await query.execute();
    if (configId !== undefined && rows.length === 0)
        throw new BackupError('CONFIG_NOT_FOUND', 'There is no such configuration.', { context: { config: configId } });
    return rows.flatMap(({ id, settings, enabled }) => {
        const { retention, timezone } = effectiveSettings(settings, parts.defaults);
        const chosen = policyOf(policy ?? retention);
        // Paused: nothing new comes in the place of what would go.
        return chosen && (enabled || configId !== undefined) ? [{ configId: id, policy: chosen, timezone }] : [];
    });
}
function simulationOf({ decisions }) {
    return { points: decisions.map(({ snapshot, source, createdAt, isKept, reasons }) => ({ pointId: pointIdOf(snapshot), snapshot, source, createdAt, isKept, reasons })) };
}
/** What was decided stands beside each point; rows that say it already are left alone. */
async function recordDecisions(parts, { decisions }) {
    await parts.catalog.transaction(async (tx) => {
        const rows = await tx.selectFrom('recovery_points').select(['snapshot', 'expires_at', 'kept_because']).where('repository_id', '=', parts.repository.rowId).where('removed_at', 'is', null).execute();
        const known = new Map(rows.map(({ snapshot, expires_at, kept_because }) => [snapshot, `${expires_at?.toISOString() ?? null} ${JSON.stringify(kept_because)}`]));
        for (const decision of decisions) {
            const text = textOf(decision);
            if (!known.has(decision.snapshot) || known.get(decision.snapshot) === text)
                continue;
            const said = { expires_at: decision.expiresAt, kept_because: JSON.stringify(decision.reasons) };
            await tx.updateTable('recovery_points').set(said).where('repository_id', '=', parts.repository.rowId).where('snapshot', '=', decision.snapshot).execute();
        }
    });
}
function textOf({ expiresAt, reasons }) {
    return `${expiresAt} ${JSON.stringify(reasons)}`;
}
async function auditExpiry(parts, { decisions }, snapshot) {
    const { source, createdAt } = decisions.find((decision) => decision.snapshot === snapshot) ?? { source: '', createdAt: '' };
    await parts.audit.append({ actor: 'system', action: 'point.expire', resource: `point:${pointIdOf(snapshot)}`, result: AuditResult.SUCCESS, details: { snapshot, source, createdAt } });
}
