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
import { throwIfAborted } from "../../kernel/abort.js";
import { turn } from "../../kernel/clock.js";
import { receivedError } from "../../kernel/crossing-error.js";
import { makeDirectories } from "../../kernel/directories.js";
import { lostThread, startWorkerThread } from "../../kernel/worker-thread.js";
import { ObjectType } from "../crypto/index.js";
import { packKey } from "../repository/index.js";
import { PackShipper } from "../commit/index.js";
import { PackCopier } from "./pack-copier.js";
const WORKER_BYTES_MIN = 32 * 1024 * 1024;
/** Copies the needed blobs of `packs`. When it returns, the copies are durable and indexed. Returns the bytes stored. Throws DAMAGED, NOT_FOUND. */
export async function copyBlobs(work) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { to, packs, signal } = work;
        if (packs.length === 0)
            return 0;
        makeDirectories(to.store.stagingDirectory, { mode: 0o700 });
        const shipper = new PackShipper(to, signal);
        const queue = packs.map((pack) => taskOf(work, pack)).sort((a, b) => b.bytes - a.bytes);
        const setup = setupOf(work);
        const isLarge = queue.length > 1 && queue.reduce((sum, { bytes }) => sum + bytes, 0) >= WORKER_BYTES_MIN;
        const lane = __addDisposableResource(env_1, isLarge ? new CopierLane(setup, { queue, shipper, onBytes: work.onBytes }) : undefined, true);
        const copier = new PackCopier(setup, (pack) => shipper.ship(pack));
        try {
            for (let task = queue.shift(); task; task = queue.shift()) {
                throwIfAborted(signal);
                const bytes = copier.copy(task);
                work.onBytes?.(bytes);
                await shipper.room();
                await turn();
            }
            copier.finish();
        }
        catch (error) {
            queue.length = 0;
            copier.discard();
            throw error;
        }
        await lane?.finished;
        await shipper.settle(to.keys.idKey.version);
        return shipper.bytesStored;
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
function taskOf({ from, marked }, pack) {
    const { name, bytes, entryFrom, blobCount, segmentFrom, segmentCount } = marked.index.packs[pack];
    const sealedBytes = Uint32Array.from({ length: segmentCount }, (_, i) => marked.index.placeOfSegment(segmentFrom + i).sealedBytes);
    return { path: from.store.localPath(packKey(name)) ?? '', name, bytes, entryFrom, blobCount, sealedBytes };
}
function setupOf({ from, to, indexClass, marked }) {
    return {
        from: { repositoryId: from.keys.repositoryId, masters: from.keys.bundle.masters, idKey: from.keys.idKey.key },
        to: { scope: to.keys.scope(), idKey: to.keys.idKey.key, stagingDirectory: to.store.stagingDirectory },
        type: indexClass === 'data' ? ObjectType.PACK_DATA : ObjectType.PACK_META, table: marked.index.table.memory, needed: marked.needed,
    };
}
/** The second thread: it takes from the same queue and hands its packs to the same shipper. */
class CopierLane {
    #worker;
    #parts;
    /** Resolves when the worker's last pack was handed over. */
    finished;
    constructor(setup, parts) {
        this.#parts = parts;
        this.#worker = startWorkerThread({ copier: setup });
        this.finished = new Promise((resolve, reject) => {
            this.#worker.on('message', (message) => {
                if ('pack' in message)
                    parts.shipper.ship(message.pack);
                else if ('failed' in message)
                    reject(receivedError(message.failed));
                else if ('ended' in message)
                    resolve();
                else {
                    parts.onBytes?.(message.copied);
                    this.#next();
                }
            });
            this.#worker.on('error', reject);
            this.#worker.on('exit', (code) => reject(lostThread(code)));
        });
        // Awaited at the end; a failure before that must not be an unhandled one.
        this.finished.catch(() => { });
        this.#next();
    }
    #next() {
        const task = this.#parts.queue.shift();
        this.#worker.postMessage((task ? { task } : { end: 'finish' }));
    }
    async [Symbol.asyncDispose]() {
        const isDone = await Promise.race([this.finished.then(() => true, () => true), turn().then(() => false)]);
        if (!isDone) {
            this.#worker.postMessage({ end: 'discard' });
            await this.finished.catch(() => { });
        }
        await this.#worker.terminate();
    }
}
