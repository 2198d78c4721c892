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
 * Copies snapshots into another repository. Every blob is opened with the first repository's keys, proven by its id and sealed under the second's;
 * snapshots follow when everything that they need is durable and indexed there. Stopped anywhere, the next run goes on.
 */
import { throwIfAborted } from "../../kernel/abort.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { confirmSnapshot, openWriterSession } from "../commit/index.js";
import { LookupIds, ObjectType } from "../crypto/index.js";
import { countUserFiles, requireFeatures } from "../repository/index.js";
import { headsOf, IndexClass, openIndex, openReader, othersSeen, readDeleteLog, readHistory, visitClosure } from "../snapshot/index.js";
import { copyBlobs } from "./copy-blobs.js";
import { sharedBytes } from "./mark.js";
const ATTEMPTS_MAX = 3;
/** Throws DAMAGED when something that a snapshot needs can't be read; then no snapshot has been committed by this run. */
export async function copySnapshots(from, to, options) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        requireFeatures(to.config, 'write');
        if (from.keys.repositoryId.equals(to.keys.repositoryId))
            throw new BackupError('USAGE', 'Both locations hold the same repository: nothing can be copied.');
        const writer = __addDisposableResource(env_1, options.state.claimWriter(), false);
        for (let attempt = 1;; attempt += 1) {
            try {
                const env_2 = { stack: [], error: void 0, hasError: false };
                try {
                    const session = __addDisposableResource(env_2, await openWriterSession(to, writer.id), true);
                    return await copyInSession({ from, to, writer: writer.id, session }, options);
                }
                catch (e_1) {
                    env_2.error = e_1;
                    env_2.hasError = true;
                }
                finally {
                    const result_1 = __disposeResources(env_2);
                    if (result_1)
                        await result_1;
                }
            }
            catch (error) {
                if (attempt === ATTEMPTS_MAX || !isBackupError(error, 'REPOSITORY_LOCKED'))
                    throw error;
            }
        }
    }
    catch (e_2) {
        env_1.error = e_2;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
async function copyInSession(ends, options) {
    const signal = options.signal ? { signal: options.signal } : {};
    const seen = options.state.heads();
    const history = await readHistory(ends.to, { ...signal, ...(seen && { seen }) });
    if (history.rollbacks[0])
        throw history.rollbacks[0];
    const there = new Map(history.snapshots.flatMap(({ name, document }) => (document.copiedFrom ? [[document.copiedFrom.snapshot, name]] : [])));
    const wanted = options.snapshots.filter(({ name }) => !there.has(name));
    const moved = wanted.length === 0 ? { bytesCopied: 0, bytesStored: 0 } : await copyContent(ends, { wanted, history, options });
    const copied = await commit(ends, { wanted, history, there, options });
    return { copied, present: options.snapshots.length - wanted.length, ...moved, userFiles: await countUserFiles(ends.from.store, signal) };
}
async function copyContent({ from, to }, { wanted, history, options }) {
    const signal = options.signal ? { signal: options.signal } : {};
    const marks = await markMissing(from, to, { wanted, history, options });
    const bytesExpected = bytesMarked(marks.meta) + bytesMarked(marks.data);
    let bytesCopied = 0;
    let bytesStored = 0;
    // Content first: metadata in the second repository never names what isn't there.
    for (const indexClass of [IndexClass.DATA, IndexClass.META]) {
        const marked = marks[indexClass];
        const onBytes = (bytes) => {
            bytesCopied += bytes;
            options.onProgress?.({ filesDone: 0, bytesDone: bytesCopied, bytesExpected });
        };
        bytesStored += await copyBlobs({ from, to, indexClass, marked, packs: packsMarked(marked), onBytes, ...signal });
    }
    return { bytesCopied, bytesStored };
}
/** Marks, in the first repository's index, what the snapshots need and the second repository lacks. */
async function markMissing(from, to, { wanted, history, options }) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const signal = options.signal ? { signal: options.signal } : {};
        const live = { ...history.deleteLog.packs, omitTombstoned: true, ...signal };
        const missing = {
            meta: await missingIn(from, IndexClass.META, { table: (await openIndex(to, IndexClass.META, live)).index.table, repository: to }),
            data: await missingIn(from, IndexClass.DATA, { table: (await openIndex(to, IndexClass.DATA, live)).index.table, repository: to }),
        };
        const { reader, segments } = openReader(from, missing.meta.marked.load, { cacheSegments: 8 });
        const _segments = __addDisposableResource(env_3, segments, true);
        for (const { document } of wanted) {
            throwIfAborted(options.signal);
            await visitClosure(reader, Buffer.from(document.tree, 'hex'), { metadata: missing.meta.visit, data: (id) => void missing.data.visit(id), ...signal });
        }
        return { meta: missing.meta.marked, data: missing.data.marked };
    }
    catch (e_3) {
        env_3.error = e_3;
        env_3.hasError = true;
    }
    finally {
        const result_2 = __disposeResources(env_3);
        if (result_2)
            await result_2;
    }
}
async function missingIn(from, indexClass, to) {
    const load = await openIndex(from, indexClass, (await readDeleteLog(from)).packs);
    const { index } = load;
    const visited = new Uint8Array(index.table.count);
    const marked = { load, index, needed: sharedBytes(index.table.count) };
    const ids = { from: new LookupIds(from.keys.idKey.key), to: new LookupIds(to.repository.keys.idKey.key), lookup: new Uint32Array(4) };
    const visit = (id) => {
        ids.from.lookupInto(id, 0, ids.lookup);
        const entry = index.table.find(ids.lookup);
        if (entry < 0)
            throw new BackupError('DAMAGED', 'A snapshot to be copied needs data that no index names. Run verify on the first repository.');
        if (visited[entry] === 1)
            return false;
        visited[entry] = 1;
        ids.to.lookupInto(id, 0, ids.lookup);
        if (to.table.find(ids.lookup) < 0)
            marked.needed[entry] = 1;
        return true;
    };
    return { marked, visit };
}
function bytesMarked({ index, needed }) {
    return needed.reduce((sum, isNeeded, entry) => sum + (isNeeded === 1 ? index.table.bytesOf(entry) : 0), 0);
}
function packsMarked({ index, needed }) {
    return index.packs.flatMap(({ entryFrom, blobCount }, pack) => (needed.subarray(entryFrom, entryFrom + blobCount).includes(1) ? [pack] : []));
}
async function commit({ from, to, writer, session }, parts) {
    const { wanted, history, there, options } = parts;
    const signer = to.keys.writer(writer);
    const id = writer.toString('hex');
    const heads = headsOf(history, to.keys.generation);
    let sequence = Math.max(heads.writers[id] ?? 0, options.state.heads()?.writers[id] ?? 0);
    let previous = history.snapshots.filter(({ document }) => document.writer === id).at(-1)?.name ?? null;
    const copied = [];
    for (const { name, document } of wanted) {
        sequence += 1;
        const parent = document.parent === null ? null : (there.get(document.parent) ?? null);
        const copy = {
            ...document, parent, writer: id, sequence, previous, seen: othersSeen(history, id), keyGeneration: to.keys.generation, deleteGeneration: history.deleteLog.newestGeneration,
            copiedFrom: { repository: from.keys.repositoryId.toString('hex'), snapshot: name },
        };
        previous = await to.writeDocument(copy, { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer });
        await confirmSnapshot(to, { name: previous, document: copy, signer }, { session, log: history.deleteLog });
        there.set(name, previous);
        copied.push(previous);
        options.state.remember({ ...heads, writers: { ...heads.writers, [id]: sequence } });
    }
    return copied;
}
