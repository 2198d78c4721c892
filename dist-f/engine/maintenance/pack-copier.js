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
/** Copies the needed blobs of local packs into new packs, each proven by its id. Runs in any thread. */
import { BackupError, systemCode } from "../../kernel/backup-error.js";
import { createSegmentCodec } from "../compression/index.js";
import { blobIdOf, FRAME_HEADER_BYTES, HEADER_BYTES, LookupIds, masterLookup, ObjectOpener, ObjectType } from "../crypto/index.js";
import { BlobTable } from "../index/index.js";
import { alignedBuffer, BLOB_BYTES_MAX, decodeSegment, GrowingBuffer, LocalPack, PackWriter, parseSegment, ReadBuffer, SealBuffers } from "../pack/index.js";
const MIB = 1024 * 1024;
export class PackCopier {
    #setup;
    #table;
    #masterOf;
    #ids;
    #codec = createSegmentCodec({ level: 3 });
    #writer;
    #buffers;
    #expected = new Uint32Array(4);
    #found = new Uint32Array(4);
    #frame = new ReadBuffer();
    #plain = new GrowingBuffer();
    #decoded = new GrowingBuffer();
    constructor(setup, onPack) {
        this.#setup = setup;
        this.#table = new BlobTable(setup.table);
        this.#masterOf = masterLookup(setup.from.masters);
        this.#ids = { from: new LookupIds(setup.from.idKey), to: new LookupIds(setup.to.idKey) };
        const segmentBytes = setup.type === ObjectType.PACK_DATA ? MIB : MIB / 2;
        this.#buffers = new SealBuffers(segmentBytes + BLOB_BYTES_MAX);
        this.#writer = new PackWriter({ type: setup.type, scope: setup.to.scope, stagingDirectory: setup.to.stagingDirectory, segmentBytes, packBytes: 64 * MIB }, { codec: this.#codec, buffers: this.#buffers, segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(MIB / 2), onPack });
    }
    /** Returns the plain bytes copied. Throws NOT_FOUND when the pack is gone, DAMAGED when a needed blob does not read back. */
    copy(task) {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const pack = __addDisposableResource(env_1, openPack(task, this.#frame), false);
            const header = Buffer.from(pack.read(0, HEADER_BYTES));
            const opener = new ObjectOpener(header, { type: this.#setup.type, repositoryId: this.#setup.from.repositoryId, masterOf: this.#masterOf });
            return this.#segments(pack, opener, task);
        }
        catch (e_1) {
            env_1.error = e_1;
            env_1.hasError = true;
        }
        finally {
            __disposeResources(env_1);
        }
    }
    /** Seals what is open; the copier is not used after it. */
    finish() {
        this.#writer.finishPack();
        this.#end();
    }
    discard() {
        this.#writer.discard();
        this.#end();
    }
    #end() {
        this.#codec.dispose();
        this.#writer.release();
        this.#buffers.release();
        this.#plain.release();
        this.#decoded.release();
    }
    #segments(pack, opener, task) {
        let copied = 0;
        let entry = task.entryFrom;
        let at = HEADER_BYTES;
        for (const [number, sealedBytes] of task.sealedBytes.entries()) {
            const blobs = this.#blobsOf(entry);
            const bytes = FRAME_HEADER_BYTES + sealedBytes;
            if (this.#setup.needed.subarray(entry, entry + blobs).includes(1))
                copied += this.#segment(opener, wholeFrame(pack, at, bytes), { number, entry, blobs, task });
            entry += blobs;
            at += bytes;
        }
        return copied;
    }
    #segment(opener, frame, at) {
        const { plaintext } = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) });
        const decoded = decodeSegment(plaintext, parseSegment(plaintext), { codec: this.#codec, reserve: (bytes) => this.#decoded.reserve(bytes) });
        let copied = 0;
        for (let entry = at.entry; entry < at.entry + at.blobs; entry += 1) {
            if (this.#setup.needed[entry] !== 1)
                continue;
            const { offset, bytes } = this.#table.placeOf(entry);
            this.#add(decoded.subarray(offset, offset + bytes), { entry, bytes, task: at.task });
            copied += bytes;
        }
        return copied;
    }
    #add(blob, at) {
        const id = blobIdOf(blob);
        this.#ids.from.lookupInto(id, 0, this.#found);
        this.#table.lookupIdInto(at.entry, this.#expected);
        if (blob.length !== at.bytes || this.#expected.some((word, i) => word !== this.#found[i])) {
            throw new BackupError('DAMAGED', 'A blob to be copied is damaged: nothing is deleted.', { context: { object: `packs/${at.task.name}` } });
        }
        this.#ids.to.lookupInto(id, 0, this.#expected);
        this.#writer.add(blob, this.#expected);
    }
    /** Entries of a segment follow each other in the table. */
    #blobsOf(entry) {
        const segment = this.#table.segmentOf(entry);
        let count = 0;
        while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment)
            count += 1;
        return count;
    }
}
function wholeFrame(pack, position, bytes) {
    const frame = pack.read(position, bytes);
    if (frame.length < bytes)
        throw new BackupError('DAMAGED', 'A pack is shorter than the index says.');
    return frame;
}
function openPack({ path, name }, buffer) {
    try {
        return new LocalPack(path, buffer, { isCached: false });
    }
    catch (error) {
        throw new BackupError(systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'STORAGE_FAILED', 'A pack can not be opened.', { context: { object: `packs/${name}` }, cause: error });
    }
}
