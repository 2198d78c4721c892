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
/** A reader of blobs in another thread, over local packs: the index is shared memory, the rest plain data. */
import { BackupError, systemCode } from "../../kernel/backup-error.js";
import { createSegmentDecoder } from "../compression/index.js";
import { LookupIds, masterLookup } from "../crypto/index.js";
import { SharedIndex } from "../index/index.js";
import { LocalPack, ReadBuffer } from "../pack/index.js";
import { BlobReader, packKey, SegmentReader } from "../repository/index.js";
/** Undefined where packs are no local files. */
export function shareReader({ keys, store }, index, cacheSegments) {
    const packs = index.packs.map(({ name }) => ({ name, path: store.localPath(packKey(name)) }));
    if (!packs.every((pack) => pack.path !== undefined))
        return undefined;
    return { repositoryId: keys.repositoryId, masters: keys.bundle.masters, idKey: keys.idKey.key, index: index.share(), packs, cacheSegments };
}
/** For the thread that was given the setup; its packs stay open as long as the thread lives, which must track what it opens. */
export function openSharedReader(setup) {
    const index = new SharedIndex(setup.index, setup.packs);
    const segments = new SegmentReader({
        store: localPacks(setup.packs), repositoryId: Buffer.from(setup.repositoryId), masterOf: masterLookup(setup.masters), index, codec: createSegmentDecoder(), cacheSegments: setup.cacheSegments, isBulk: true,
    });
    return new BlobReader(index, segments, new LookupIds(Buffer.from(setup.idKey)));
}
/** Headers of packs are got from here; their frames are read by whoever has the path. */
function localPacks(packs) {
    const paths = new Map(packs.map(({ name, path }) => [packKey(name), path]));
    const buffer = new ReadBuffer();
    return {
        localPath: (key) => paths.get(key),
        get: async (key, { offset = 0, length = 0 } = {}) => await Promise.resolve(readRange(paths.get(key) ?? '', { key, offset, length, buffer })),
    };
}
function readRange(path, { key, offset, length, buffer }) {
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const pack = __addDisposableResource(env_1, new LocalPack(path, buffer, { isCached: true }), false);
            const bytes = Buffer.from(pack.read(offset, length));
            if (bytes.length < length)
                throw new BackupError('STORAGE_FAILED', 'An object is shorter than what is to be read of it.', { context: { object: key } });
            return bytes;
        }
        catch (e_1) {
            env_1.error = e_1;
            env_1.hasError = true;
        }
        finally {
            __disposeResources(env_1);
        }
    }
    catch (error) {
        if (error instanceof BackupError)
            throw error;
        throw new BackupError(systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'STORAGE_FAILED', 'A pack can not be read.', { context: { object: key }, cause: error });
    }
}
