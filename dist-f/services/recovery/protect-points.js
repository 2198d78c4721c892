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
/** Pins and holds: signed in the repository before they are acknowledged, so that every `forget` honours them without any database; then copied into the catalog. */
import { randomBytes } from 'node:crypto';
import { listRecords, protect, RecordKind, writeRecord } from "../../engine/index.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { isoTime, nowMs } from "../../kernel/clock.js";
import { findPoint, viewOfPoint } from "./points.js";
/** Keeps a point whatever the policy says. Throws POINT_NOT_FOUND, also when it was let go meanwhile. */
export async function pinPoint(parts, pointId, { by, reason = '' }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { snapshot } = await findPoint(parts, pointId);
        const repository = __addDisposableResource(env_1, await parts.repository.open(), true);
        const entry = await protect(repository, { record: RecordKind.PIN, subject: snapshot, by, value: { reason } }, snapshot).catch(asPoint);
        await mirror(parts, { entry, snapshot, source: null, reason, until: null });
        return await viewOfPoint(parts, snapshot);
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
/** A point that is not pinned stays as it is. Throws POINT_NOT_FOUND. */
export async function unpinPoint(parts, pointId, by) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const { snapshot } = await findPoint(parts, pointId);
        const repository = __addDisposableResource(env_2, await parts.repository.open(), true);
        const { records } = await listRecords(repository, { record: RecordKind.PIN, subject: snapshot });
        if (records.length > 0)
            await writeRecord(repository, { record: RecordKind.PIN, subject: snapshot, by, value: null });
        await lift(parts, RecordKind.PIN, snapshot);
        return await viewOfPoint(parts, snapshot);
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
/** A legal hold. Throws POINT_NOT_FOUND, CONFIG_INVALID for a date that is none or has passed. */
export async function addHold(parts, hold, by) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const until = hold.until === undefined ? null : dateToCome(hold.until);
        const snapshot = hold.pointId === undefined ? null : (await findPoint(parts, hold.pointId)).snapshot;
        const value = { snapshot, source: hold.source ?? null, reason: hold.reason, until };
        const repository = __addDisposableResource(env_3, await parts.repository.open(), true);
        const entry = await protect(repository, { record: RecordKind.HOLD, subject: randomBytes(8).toString('hex'), by, value }, snapshot).catch(asPoint);
        await mirror(parts, { entry, ...value });
        return { id: entry.document.subject, ...value };
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
/** Throws NOT_FOUND for a hold that is not in force. */
export async function liftHold(parts, holdId, by) {
    const env_4 = { stack: [], error: void 0, hasError: false };
    try {
        const repository = __addDisposableResource(env_4, await parts.repository.open(), true);
        const { records } = await listRecords(repository, { record: RecordKind.HOLD, subject: holdId });
        if (records.length === 0)
            throw new BackupError('NOT_FOUND', 'There is no such hold.', { context: { object: `hold ${holdId}`, list: 'hold list' } });
        await writeRecord(repository, { record: RecordKind.HOLD, subject: holdId, by, value: null });
        await lift(parts, RecordKind.HOLD, holdId);
        return { lifted: true };
    }
    catch (e_4) {
        env_4.error = e_4;
        env_4.hasError = true;
    }
    finally {
        const result_4 = __disposeResources(env_4);
        if (result_4)
            await result_4;
    }
}
function dateToCome(text) {
    const atMs = Date.parse(text);
    const why = Number.isNaN(atMs) ? `it is ${JSON.stringify(text)}` : atMs <= nowMs() ? 'it has passed already' : undefined;
    if (why !== undefined)
        throw new BackupError('CONFIG_INVALID', `until: ${why}.`, { context: { path: 'until', why, accepted: 'a date to come, such as 2047-01-31' } });
    return isoTime(atMs);
}
function asPoint(error) {
    throw isBackupError(error, 'SNAPSHOT_NOT_FOUND') ? new BackupError('POINT_NOT_FOUND', 'The point was let go meanwhile.', { context: { point: error.context['snapshot'] }, cause: error }) : error;
}
async function mirror({ catalog, tenantId, repository }, { entry: { document }, ...columns }) {
    const row = { ...columns, generation: document.generation, created_by: document.by, created_at: document.at, lifted_at: null };
    await catalog.db.insertInto('protections').values({ tenant_id: tenantId, repository_id: repository.rowId, record: document.record, subject: document.subject, ...row })
        .onConflict((conflict) => conflict.columns(['repository_id', 'record', 'subject']).doUpdateSet(row)).execute();
}
async function lift({ catalog, repository }, record, subject) {
    await catalog.db.updateTable('protections').set({ lifted_at: new Date(nowMs()) }).where('repository_id', '=', repository.rowId).where('record', '=', record).where('subject', '=', subject).where('lifted_at', 'is', null).execute();
}
