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
/**
 * Configurations and their removal as signed records: what an operator decided outlives the database. A configuration is saved first and recorded
 * then; one that could not be is retried, and the database knows which: those whose `recorded_generation` lags.
 */
import { putRecord, RecordKind } from "../../engine/index.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { isoTime } from "../../kernel/clock.js";
import { recordControlKey } from "../control-key/index.js";
import { configValue } from "./config-record.js";
/** A store that does not answer must not hold a save. */
const DEADLINE_MS = 30_000;
/**
 * Writes the newest state of a configuration, or its removal, into the repository. False when it could not be written: the caller says so
 * (RECORD_PENDING), and `retryRecords` tries again. Throws CONFIG_NOT_FOUND.
 */
export async function recordConfig(parts, configId, options = {}) {
    const config = await readConfig(parts, configId);
    if (config.recorded_generation >= config.generation)
        return true;
    return await attempt(parts, options.signal, async (repository, signal) => writeConfig(parts, repository, { config, signal }));
}
/** Records whatever is not recorded yet: the control key, then configurations and removals. Opens no repository when nothing is due. */
export async function retryRecords(parts, options = {}) {
    const due = await unrecorded(parts);
    let recorded = 0;
    if (due.length > 0) {
        await attempt(parts, options.signal, async (repository, signal) => {
            for (const { id } of due) {
                await writeConfig(parts, repository, { config: await readConfig(parts, id), signal });
                recorded += 1;
            }
        });
    }
    const left = recorded === due.length ? [] : await unrecorded(parts);
    await options.onPending?.({ configIds: left.map(({ id }) => id), since: left[0]?.updated_at ?? null });
    return { recorded, pending: left.map(({ id }) => id) };
}
/** Oldest first. */
async function unrecorded({ catalog, tenantId }) {
    return await catalog.db.selectFrom('configs').select(['id', 'updated_at']).where('tenant_id', '=', tenantId).whereRef('recorded_generation', '<', 'generation').orderBy('updated_at').execute();
}
/** Opens the repository, sees to it that the control key stands there, and runs. A failure is logged and answered as false. */
async function attempt(parts, given, run) {
    const signal = AbortSignal.any([...(given ? [given] : []), AbortSignal.timeout(DEADLINE_MS)]);
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const repository = __addDisposableResource(env_1, await parts.repository.open(signal), true);
            await recordControlKey(parts, repository, signal);
            await run(repository, signal);
            return true;
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
        if (!isBackupError(error) && !signal.aborted)
            throw error;
        parts.log.warn('a record could not be written into the repository and will be tried again', { code: isBackupError(error) ? error.code : 'ABORTED' });
        return false;
    }
}
async function readConfig({ catalog, tenantId }, configId) {
    const row = await catalog.db.selectFrom('configs').selectAll().where('tenant_id', '=', tenantId).where('id', '=', configId).executeTakeFirst();
    if (row)
        return row;
    throw new BackupError('CONFIG_NOT_FOUND', 'There is no such configuration.', { context: { config: configId } });
}
/** The same generation always has the same content, so that a repetition does no harm. */
async function writeConfig({ catalog, tenantId }, repository, { config, signal }) {
    const { id, generation, name, kind, enabled, settings } = config;
    const isRemoved = config.removed_at !== null;
    const state = {
        tenantId, name, kind, enabled, settings, source: config.source_sealed, createdBy: config.created_by, createdAt: isoTime(config.created_at.getTime()), updatedAt: isoTime(config.updated_at.getTime()),
    };
    const at = isoTime((config.removed_at ?? config.updated_at).getTime());
    await putRecord(repository, { record: RecordKind.CONFIGURATION, subject: id, generation, at, by: config.created_by, value: isRemoved ? null : configValue(state) }, signal);
    await catalog.db.updateTable('configs').set({ recorded_generation: generation }).where('id', '=', id).where('recorded_generation', '<', generation).execute();
}
