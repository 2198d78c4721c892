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
import { isBackupError } from "../../kernel/backup-error.js";
import { FileType } from "../../contracts/index.js";
import { LookupIds } from "../crypto/index.js";
import { countUserFiles, packKey } from "../repository/index.js";
import { childPath, chunkListsOf, chunksOf, ContentKind, damagedClaims, IndexClass, isHole, openIndex, openReader, judgeCheckpoints, printablePath, readHistory, readRecords, RecordFolder, walkTree, } from "../snapshot/index.js";
import { setupOf, storedPacks, tasksOf, tasksWithin } from "./pack-tasks.js";
import { VerifyLanes } from "./verify-lanes.js";
import { checkCopies, strangers } from "./verify-objects.js";
const PATHS_MAX = 100;
export async function verifyRepository(repository, options = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const signal = options.signal ? { signal: options.signal } : {};
        const before = await storedPacks(repository);
        const lanes = __addDisposableResource(env_1, new VerifyLanes((options.readShare ?? 0) * sumOf(before)), true);
        const problems = repository.damagedConfigs.map((object) => ({ object, what: 'is damaged (another copy is whole)' }));
        const history = await readHistory(repository, { ...signal, ...(options.seen && { seen: options.seen }) });
        const claims = await damagedClaims(repository, options.signal);
        const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal);
        for (const { key, error } of [...history.problems, ...claims, ...audit.problems])
            addOnce(problems, { object: key, what: error.message });
        problems.push(...history.rollbacks.map(describeRollback));
        const copies = await checkCopies(repository);
        problems.push(...copies.problems);
        const notices = [...copies.notices, ...(await strangers(repository, options.signal))];
        notices.push(...history.unfinished.map(({ name }) => ({ object: `snapshots/${name}`, what: 'was never finished by its writer and counts as no snapshot; prune removes it' })));
        notices.push(...history.superseded.map(({ name }) => ({ object: `snapshots/${name}`, what: 'is of a run that another snapshot counts for; prune removes it' })));
        const meta = await openIndex(repository, IndexClass.META, { ...history.deleteLog.packs, ...signal });
        const data = await openIndex(repository, IndexClass.DATA, { ...history.deleteLog.packs, ...signal });
        // A backup beside this may have brought packs since the first look, which the index names already.
        const sizes = new Map([...before, ...(await storedPacks(repository))]);
        problems.push(...[...meta.problems, ...data.problems].map(({ key, error }) => ({ object: key, what: error.message })));
        const bad = { meta: new Set(), data: new Set() };
        const packs = checkPacks({ meta, data, sizes, problems, bad });
        const read = await readPacks(repository, { meta, data, sizes, problems, bad, options, lanes });
        const hits = await findHits(repository, { history, meta, data, bad, ...signal });
        return { snapshots: history.snapshots.length, packs, ...read, bytesStored: sumOf(sizes), problems, notices, hits, userFiles: await countUserFiles(repository.store, signal) };
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
function describeRollback(error) {
    const facts = Object.entries(error.context).map(([name, value]) => `${name} ${String(value)}`).join(', ');
    return { object: 'ROLLBACK_SUSPECTED', what: `${error.message} (${facts})` };
}
function sumOf(sizes) {
    return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
/** Missing or cut packs, without reading them. */
function checkPacks(facts) {
    let packs = 0;
    for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
        for (const { name, bytes, entryFrom, blobCount, isTombstoned } of facts[indexClass].index.packs) {
            packs += 1;
            const stored = facts.sizes.get(name);
            if (stored === bytes || (isTombstoned && stored === undefined))
                continue;
            facts.problems.push({ object: packKey(name), what: stored === undefined ? 'is missing' : `has ${stored} bytes instead of ${bytes}` });
            if (stored === undefined)
                for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1)
                    facts.bad[indexClass].add(entry);
        }
    }
    return packs;
}
async function readPacks(repository, facts) {
    const { options } = facts;
    const share = options.readShare ?? 0;
    let packsRead = 0;
    let bytesRead = 0;
    if (share <= 0)
        return { packsRead, bytesRead };
    const total = sumOf(facts.sizes);
    const lastVerified = options.lastVerified ?? new Map();
    const every = (indexClass) => tasksOf(repository, facts[indexClass].index, { sizes: facts.sizes, lastVerified });
    const byClass = { meta: every(IndexClass.META), data: every(IndexClass.DATA) };
    const taken = tasksWithin({ first: byClass.meta, second: byClass.data }, share >= 1 ? Number.POSITIVE_INFINITY : total * share, lastVerified);
    for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
        const { index } = facts[indexClass];
        const tasks = byClass[indexClass].filter((task) => taken.has(task));
        const onVerdict = (verdict) => {
            packsRead += 1;
            bytesRead += verdict.bytesRead;
            for (const what of verdict.faults)
                addOnce(facts.problems, { object: packKey(verdict.name), what });
            for (const entry of verdict.badEntries)
                facts.bad[indexClass].add(entry);
            if (verdict.faults.length === 0)
                options.onPackRead?.(verdict.name);
            options.onProgress?.({ filesDone: packsRead, bytesDone: bytesRead, bytesExpected: share >= 1 ? total : total * share });
        };
        await facts.lanes.run({ setup: setupOf(repository, index), tasks, onVerdict, ...(options.signal && { signal: options.signal }) });
    }
    return { packsRead, bytesRead };
}
function addOnce(problems, problem) {
    if (!problems.some(({ object, what }) => object === problem.object && what === problem.what))
        problems.push(problem);
}
/** Walks every snapshot and names the paths whose blobs are bad, missing, or only in directories that can't be read. */
async function findHits(repository, parts) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const opened = openReader(repository, parts.meta, { cacheSegments: 8 });
        const _segments = __addDisposableResource(env_2, opened.segments, true);
        const finder = new HitFinder(opened.reader, parts, new LookupIds(repository.keys.idKey.key));
        const hits = [];
        const { whole } = await judgeCheckpoints(repository, parts.history);
        for (const { name, document } of [...parts.history.snapshots, ...whole]) {
            const paths = await finder.pathsOf(Buffer.from(document.tree, 'hex'));
            if (paths.length > 0)
                hits.push({ snapshot: name, paths: paths.slice(0, PATHS_MAX) });
        }
        return hits;
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
class HitFinder {
    #reader;
    #parts;
    #lookupIds;
    #lookupId = new Uint32Array(4);
    /** Directory blobs without a hit at or below them, per page: they need no second look. */
    #clean = new Set();
    constructor(reader, parts, lookupIds) {
        this.#reader = reader;
        this.#parts = parts;
        this.#lookupIds = lookupIds;
    }
    async pathsOf(tree) {
        const paths = [];
        const visited = [];
        const walk = walkTree(this.#reader, tree, {
            enter: (id) => {
                const key = Buffer.from(id).toString('latin1');
                if (this.#clean.has(key))
                    return false;
                visited.push(key);
                return true;
            },
            onDamage: (path) => paths.push(printablePath(childPath(path, ''))), ...(this.#parts.signal && { signal: this.#parts.signal }),
        });
        for await (const { path, page } of walk) {
            for (let entry = 0; entry < page.count; entry += 1) {
                if (page.columns.type(entry) === FileType.FILE && !(await this.#isWhole(page, entry)))
                    paths.push(printablePath(childPath(path, page.columns.names[entry])));
            }
        }
        // Only a tree without any hit is known to be clean all through.
        if (paths.length === 0)
            for (const key of visited)
                this.#clean.add(key);
        return paths;
    }
    async #isWhole(page, entry) {
        const content = { kind: page.kinds[entry], bytes: page.contentOf(entry) };
        if (content.kind === ContentKind.NONE)
            return true;
        if (content.kind === ContentKind.ONE)
            return this.#hasData(content.bytes);
        const readBlob = async (id) => Uint8Array.from(await this.#reader.read(id));
        try {
            if (content.kind === ContentKind.CHUNKS) {
                for await (const { id } of chunksOf(content, 0, readBlob))
                    if (!isHole(id) && !this.#hasData(id))
                        return false;
                return true;
            }
            for await (const { chunks } of chunkListsOf(content, readBlob))
                for (const { id } of chunks)
                    if (!isHole(id) && !this.#hasData(id))
                        return false;
            return true;
        }
        catch (error) {
            if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND'))
                return false;
            throw error;
        }
    }
    /** True when at least one copy is not known to be bad. */
    #hasData(id) {
        this.#lookupIds.lookupInto(id, 0, this.#lookupId);
        const { table } = this.#parts.data.index;
        const first = table.find(this.#lookupId);
        if (first < 0)
            return false;
        const { bad } = this.#parts;
        return !bad.data.has(first) || table.findAll(this.#lookupId).some((copy) => !bad.data.has(copy));
    }
}
