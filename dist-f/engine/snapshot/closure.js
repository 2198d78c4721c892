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
/** Everything that a snapshot needs: its directories, chunk lists and chunks. */
import { FileType } from "../../contracts/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { chunkListsOf, chunksOf, damageOf, isHole } from "./chunk-list.js";
import { ContentKind } from "./directory-page.js";
import { IndexClass, openIndex, openReader } from "./open-index.js";
import { onStableListing } from "./stable-listing.js";
import { visitPages } from "./tree-walker.js";
/** Calls the visitor for every blob below a tree. Throws DAMAGED or NOT_FOUND when metadata can't be read. */
export async function visitClosure(reader, tree, visitor) {
    const { signal } = visitor;
    await visitPages(reader, tree, { enter: visitor.metadata, visit: (page) => visitFiles(reader, page, visitor), ...(signal && { signal }) });
}
/** Most files are one blob: only for others there is something to wait for. */
function visitFiles(reader, page, visitor) {
    const others = [];
    for (let entry = 0; entry < page.count; entry += 1) {
        if (page.columns.type(entry) !== FileType.FILE || page.kinds[entry] === ContentKind.NONE)
            continue;
        if (page.kinds[entry] === ContentKind.ONE)
            visitor.data(page.contentOf(entry), page.columns.size(entry));
        else
            others.push(entry);
    }
    return others.length === 0 ? undefined : visitChunks(reader, page, { entries: others, visitor });
}
async function visitChunks(reader, page, { entries, visitor }) {
    for (const entry of entries)
        await visitContent(reader, page, { entry, visitor });
}
async function visitContent(reader, page, at) {
    const content = { kind: page.kinds[at.entry], bytes: page.contentOf(at.entry) };
    const readBlob = async (id) => Uint8Array.from(await reader.read(id));
    if (content.kind === ContentKind.CHUNKS) {
        for await (const { id, bytes } of chunksOf(content, 0, readBlob))
            if (!isHole(id))
                at.visitor.data(id, bytes);
    }
    else if (content.kind === ContentKind.LIST) {
        for await (const { id, chunks } of chunkListsOf(content, readBlob, at.visitor.isLost)) {
            if (at.visitor.metadata(id))
                for (const chunk of chunks)
                    if (!isHole(chunk.id))
                        at.visitor.data(chunk.id, chunk.bytes);
        }
    }
}
/** True when every blob of the snapshot stands in a pack that is not condemned. */
export function closureIsLive(repository, document, log) {
    return isWhole(repository, () => closureIsIn(repository, document, { ...log.packs, omitTombstoned: true }));
}
/** True when the index names every blob of the snapshot, be it in a condemned pack. */
export function closureExists(repository, document, log) {
    return isWhole(repository, () => closureIsIn(repository, document, log.packs));
}
/**
 * True when no index names some blob of the snapshot: its writer slept through a deletion. What an index names and can't be read is damage, which says
 * nothing of the writer and is no reason to take the rest of the snapshot away.
 */
export async function closureIsLacking(repository, document, log) {
    try {
        return !(await lookedAt(repository, () => closureIsIn(repository, document, log.packs)));
    }
    catch (error) {
        damageOf(error);
        return false;
    }
}
function isWhole(repository, check) {
    return lookedAt(repository, check).catch((error) => {
        damageOf(error);
        return false;
    });
}
/** What is missing while a pruner replaces index segments is looked for again. Throws DAMAGED and NOT_FOUND for what is named and can't be read. */
async function lookedAt(repository, check) {
    const missing = new BackupError('DAMAGED', 'Something that the snapshot needs is not in the index.');
    try {
        return await onStableListing(repository, ['index/meta/', 'index/data/'], async () => {
            if (await check())
                return true;
            throw missing;
        });
    }
    catch (error) {
        if (error === missing)
            return false;
        throw error;
    }
}
/** False when no index names some blob. Throws DAMAGED and NOT_FOUND where all that was looked at is named, and some of it can't be read. */
async function closureIsIn(repository, document, options) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const meta = openReader(repository, await openIndex(repository, IndexClass.META, options));
        const data = openReader(repository, await openIndex(repository, IndexClass.DATA, options));
        const _meta = __addDisposableResource(env_1, meta.segments, true);
        const _data = __addDisposableResource(env_1, data.segments, true);
        let isLive = true;
        const seen = new Set();
        const visitor = {
            metadata: (id) => {
                const key = Buffer.from(id).toString('latin1');
                if (!meta.reader.has(id))
                    isLive = false;
                if (seen.has(key) || !isLive)
                    return false;
                seen.add(key);
                return true;
            },
            data: (id) => {
                if (!data.reader.has(id))
                    isLive = false;
            },
            isLost: (id) => {
                if (!meta.reader.has(id))
                    isLive = false;
                return !isLive;
            },
        };
        await visitClosure(meta.reader, Buffer.from(document.tree, 'hex'), visitor).catch((error) => {
            damageOf(error);
            if (isLive)
                throw error;
        });
        return isLive;
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
