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
 * Takes what does not read back out of the index, so that nothing relies on it any more: the good blobs of damaged packs are copied first, the packs
 * become orphans that prune removes. An entry of the delete log says it, so that the next backup of each source reads its files again and stores
 * anew whatever is still there to be read.
 */
import { BackupError } from "../../kernel/backup-error.js";
import { openWriterSession } from "../commit/index.js";
import { requireFeatures } from "../repository/index.js";
import { IndexClass, markedOf, openIndex, readDeleteLog, readHistory } from "../snapshot/index.js";
import { copyBlobs } from "./copy-blobs.js";
import { writeDeleteEntry } from "./delete-entries.js";
import { rewriteIndex } from "./index-rewrite.js";
import { sharedBytes } from "./mark.js";
import { setupOf, storedPacks, tasksOf } from "./pack-tasks.js";
import { VerifyLanes } from "./verify-lanes.js";
const LOSS_ATTEMPTS_MAX = 16;
/** Reads every pack. Throws what reading history throws; a rollback that is suspected is the caller's to handle first. */
export async function dropDamage(repository, writer, signal) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        for (const work of ['write', 'delete'])
            requireFeatures(repository.config, work);
        const _session = __addDisposableResource(env_1, await openWriterSession(repository, writer), true);
        const history = await soundHistory(repository, signal);
        const found = [];
        for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
            const damage = await findDamage(repository, indexClass, { log: history.deleteLog, signal });
            if (damage.packs.length === 0)
                continue;
            await save(repository, indexClass, { damage, signal });
            found.push({ indexClass, damage });
        }
        const names = found.flatMap(({ damage }) => namesOf(damage));
        // Said before it is done: a stop in between must not leave an index that lacks blobs and backups that don't know it.
        if (names.length > 0)
            await sayLoss(repository, names, signal);
        for (const { indexClass, damage } of found)
            await rewriteIndex(repository, indexClass, new Set(namesOf(damage)));
        const sum = (of) => found.reduce((total, { damage }) => total + of(damage), 0);
        return { packs: names, blobsLost: sum(({ blobsLost }) => blobsLost), blobsSaved: sum(({ good }) => good.reduce((total, each) => total + each, 0)) };
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
/** Copies the good blobs of damaged packs into new ones. */
async function save(repository, indexClass, { damage, signal }) {
    const { load, good, packs } = damage;
    await copyBlobs({ from: repository, to: repository, indexClass, marked: { load, index: load.index, needed: good }, packs: packs.filter((pack) => hasGood(damage, pack)), ...(signal && { signal }) });
}
function namesOf({ load, packs }) {
    return packs.map((pack) => load.index.packs[pack].name);
}
async function findDamage(repository, indexClass, { log, signal }) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const load = await openIndex(repository, indexClass, { deletedPacks: log.deletedPacks, ...(signal && { signal }) });
        const { index } = load;
        const sizes = await storedPacks(repository);
        const bad = new Set();
        const damaged = new Set(index.packs.flatMap(({ name }, pack) => (sizes.has(name) ? [] : [pack])));
        for (const pack of damaged)
            for (let i = 0; i < index.packs[pack].blobCount; i += 1)
                bad.add(index.packs[pack].entryFrom + i);
        const lanes = __addDisposableResource(env_2, new VerifyLanes([...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)), true);
        await lanes.run({
            setup: setupOf(repository, index), tasks: tasksOf(repository, index, { sizes, lastVerified: new Map() }),
            onVerdict: ({ name, faults, badEntries }) => {
                const pack = index.packNumber(name);
                if (faults.length > 0 && pack !== undefined)
                    damaged.add(pack);
                for (const entry of badEntries)
                    bad.add(entry);
            },
            ...(signal && { signal }),
        });
        const good = sharedBytes(index.table.count);
        for (const pack of damaged)
            for (let i = 0, entry = index.packs[pack].entryFrom; i < index.packs[pack].blobCount; i += 1, entry += 1)
                good[entry] = bad.has(entry) ? 0 : 1;
        return { load, packs: [...damaged], good, blobsLost: bad.size };
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
function hasGood({ load, good }, pack) {
    const { entryFrom, blobCount } = load.index.packs[pack];
    return good.subarray(entryFrom, entryFrom + blobCount).includes(1);
}
/**
 * The loss has to be newer than whatever stood in the log before anybody could read of it: a snapshot of its generation or a later one is taken for one that lacks
 * nothing. Looking for damage takes hours, and pruners and other repairs write meanwhile.
 */
async function sayLoss(repository, packs, signal) {
    for (let attempt = 1; attempt <= LOSS_ATTEMPTS_MAX; attempt += 1) {
        const history = await soundHistory(repository, signal);
        const log = history.deleteLog;
        const generation = log.newestGeneration + 1;
        const document = { kind: 'deleted', generation, previous: log.heads, completes: [], packs, indexes: [], kept: [], marked: markedOf(history), damaged: true };
        const name = await writeDeleteEntry(repository, document);
        if ((await readDeleteLog(repository, signal)).isNewest(name))
            return;
    }
    throw new BackupError('REPOSITORY_LOCKED', 'The delete log changes faster than it can be read. Run it again.');
}
async function soundHistory(repository, signal) {
    const history = await readHistory(repository, signal ? { signal } : {});
    if (history.rollbacks[0])
        throw history.rollbacks[0];
    return history;
}
