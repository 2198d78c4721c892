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
/** The system's own repository: made once, never made anew in the place of a lost one. */
import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT_ID } from "../catalog/index.js";
import { ClientState, Repository } from "../engine/index.js";
import { BackupError, isBackupError } from "../kernel/backup-error.js";
import { nowMs } from "../kernel/clock.js";
import { openStore } from "./compose.js";
/**
 * Finds the repository, or makes it where the place is absent or empty and this control plane never knew one there. Throws REPOSITORY_MISSING for a known one that is
 * gone (an unmounted disk) or replaced, KEY_WRONG, TARGET_REFUSED where other files are.
 */
export async function openRepositoryAccess(catalog, options) {
    const place = options.location.path;
    const { rowId, repositoryId } = await catalog.transaction(async (tx) => {
        await tx.insertInto('repositories').values({ id: randomUUID(), tenant_id: DEFAULT_TENANT_ID, location: place }).onConflict((conflict) => conflict.columns(['tenant_id', 'location']).doNothing()).execute();
        // The lock keeps two starting processes from making two.
        const row = await tx.selectFrom('repositories').select(['id', 'repository_id']).where('tenant_id', '=', DEFAULT_TENANT_ID).where('location', '=', place).forUpdate().executeTakeFirstOrThrow();
        const repositoryId = await findOrMake(options, { rowId: row.id, repositoryId: row.repository_id });
        await tx.updateTable('repositories').set({ repository_id: repositoryId, last_seen_at: new Date(nowMs()) }).where('id', '=', row.id).execute();
        return { rowId: row.id, repositoryId };
    });
    const { location, keks, stateDirectory } = options;
    return { rowId, location, repositoryId, keks, stateDirectory, open: (signal) => openKnown(catalog, options, { rowId, ...(signal && { signal }) }), openStore: () => openStore(location) };
}
/** For a client of the owner: its key is refused as it would be without one. A repository that is away is the owner's to tell. Throws KEY_WRONG. */
export async function refuseWrongKey({ location, keks, signal }) {
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const _repository = __addDisposableResource(env_1, await Repository.open(openStore(location), keks, { ...(signal && { signal }) }), true);
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
        if (isBackupError(error, 'KEY_WRONG'))
            throw error;
    }
}
async function findOrMake(options, known) {
    try {
        const env_2 = { stack: [], error: void 0, hasError: false };
        try {
            const repository = __addDisposableResource(env_2, await openChecked(options, known), true);
            return repository.keys.repositoryId.toString('hex');
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
    catch (error) {
        const env_3 = { stack: [], error: void 0, hasError: false };
        try {
            if (!isBackupError(error, 'REPOSITORY_NOT_FOUND'))
                throw error;
            if (known.repositoryId !== null)
                throw missing(options, error);
            const repository = __addDisposableResource(env_3, await Repository.create(openStore(options.location), options.keks[0], 'system'), true);
            return repository.keys.repositoryId.toString('hex');
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
}
async function openKnown(catalog, options, { rowId, signal }) {
    const row = await catalog.db.selectFrom('repositories').select('repository_id').where('id', '=', rowId).executeTakeFirstOrThrow();
    try {
        return await openChecked({ ...options, ...(signal && { signal }) }, { rowId, repositoryId: row.repository_id });
    }
    catch (error) {
        throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing(options, error) : error;
    }
}
/** Opens it and compares with what is known: another repository in its place, or an older keyring, is refused. */
async function openChecked(options, known) {
    const memory = (repositoryId) => new ClientState(options.stateDirectory, repositoryId);
    const repository = await Repository.open(openStore(options.location), options.keks, { memory, ...(options.signal && { signal: options.signal }) });
    try {
        const { repositoryId } = repository.keys;
        if (known.repositoryId !== null && repositoryId.toString('hex') !== known.repositoryId)
            throw missing(options);
        return repository;
    }
    catch (error) {
        await repository[Symbol.asyncDispose]();
        throw error;
    }
}
function missing(options, cause) {
    return new BackupError('REPOSITORY_MISSING', 'The repository that this system knows is not at its place.', { context: { repository: options.location.path }, cause });
}
