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
import { readHistory, readRecords, RecordFolder } from "../../engine/index.js";
import { openAuditLog } from "../audit/index.js";
import { ControlKey, recordControlKey } from "../control-key/index.js";
import { holdingsOf, saveHoldings } from "../execution/index.js";
import { AuditResult } from "../parts.js";
import { endedRuns } from "./ended-runs.js";
import { restoreAudit } from "./restore-audit.js";
import { restoreConfigs } from "./restore-configs.js";
import { restoreControlKey } from "./restore-control-key.js";
import { restoreDueTimes } from "./restore-due-times.js";
import { restoreRuns } from "./restore-runs.js";
/**
 * Throws DATABASE_NOT_EMPTY, CONFIG_EXISTS, DAMAGED when a record can't be believed (it may be a removal), ROLLBACK_SUSPECTED, KEY_WRONG and what the store
 * throws; then the database is as it was. `parts.secrets` and the audit log made with its key go on with the key that came back.
 */
export async function rebuildSystem(parts, options = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { signal } = options;
        const isForced = options.force === true;
        const repository = __addDisposableResource(env_1, await parts.repository.open(signal), true);
        const read = await readAll(repository, signal);
        if (read.doubts[0] && !isForced)
            throw read.doubts[0];
        for (const { code, message } of read.doubts)
            parts.log.warn('a rebuild goes on in spite of a doubt', { code, message });
        const { summary, master } = await parts.catalog.transaction((tx) => restoreAll({ parts, tx, repository, ...read, isForced }, options.by ?? 'system'), signal ? { signal } : {});
        if (master && parts.secrets instanceof ControlKey)
            parts.secrets.adopt(master);
        await recordControlKey(parts, repository, signal);
        return summary;
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
/** What can't be believed stops a rebuild: it may be a removal. */
async function readAll(repository, signal) {
    const history = await readHistory(repository, signal ? { signal } : {});
    const audit = await readRecords(repository, RecordFolder.AUDIT, signal);
    const problems = [...history.problems.filter(({ key }) => key.startsWith(RecordFolder.DECISIONS)), ...audit.problems];
    return { history, auditRecords: audit.entries, doubts: [...history.rollbacks, ...problems.map(({ error }) => error)] };
}
async function restoreAll(context, by) {
    const { parts: { tenantId, repository: { rowId }, catalog }, tx, repository, history } = context;
    const audit = await restoreAudit(context);
    const { key, master } = await restoreControlKey(context);
    const configs = await restoreConfigs(context);
    const runs = await restoreRuns(context, endedRuns(audit.entries));
    await restoreDueTimes(context);
    const known = new Set((await tx.selectFrom('recovery_points').select('snapshot').where('repository_id', '=', rowId).execute()).map(({ snapshot }) => snapshot));
    const holdings = holdingsOf(repository, history, [...known]);
    await saveHoldings(tx, { tenantId, repositoryRowId: rowId }, holdings);
    const pins = holdings.protections.filter(({ record }) => record === 'pin').length;
    const summary = {
        configs: configs.live, configsRemoved: configs.removed, points: holdings.points.length, runs: runs.runs, pins, holds: holdings.protections.length - pins, auditEntries: audit.entries.length,
    };
    // Only what changed something is an act.
    const isChange = configs.changed + runs.inserted + audit.appended > 0 || holdings.points.some(({ snapshot }) => !known.has(snapshot));
    if (isChange)
        await openAuditLog(catalog, key.auditKey, tenantId).append({ actor: by, action: 'system.rebuild', resource: 'system:rebuild', result: AuditResult.SUCCESS, details: { ...summary } }, tx);
    return { summary, master };
}
