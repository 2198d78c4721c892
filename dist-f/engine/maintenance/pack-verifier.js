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
/** Reads one local pack whole and proves it: its name, every frame, every blob against the index. Runs in any thread. */
import { createHash } from 'node:crypto';
import { BackupError, isBackupError, systemCode } from "../../kernel/backup-error.js";
import { createSegmentDecoder } from "../compression/index.js";
import { blobIdOf, FRAME_HEADER_BYTES, FrameKind, HEADER_BYTES, LookupIds, masterLookup, ObjectOpener, ObjectType } from "../crypto/index.js";
import { BlobTable } from "../index/index.js";
import { decodeSegment, GrowingBuffer, LocalPack, parseSegment, ReadBuffer } from "../pack/index.js";
export class PackVerifier {
    #setup;
    #masterOf;
    #lookupIds;
    #table;
    #codec = createSegmentDecoder();
    #expected = new Uint32Array(4);
    #found = new Uint32Array(4);
    /** Of the frame that is checked, and of the next one, which is read meanwhile. */
    #buffers = [new ReadBuffer(), new ReadBuffer()];
    #plain = new GrowingBuffer();
    #decoded = new GrowingBuffer();
    constructor(setup) {
        this.#setup = setup;
        this.#masterOf = masterLookup(setup.masters);
        this.#lookupIds = new LookupIds(setup.idKey);
        this.#table = new BlobTable(setup.table);
    }
    async verify(task) {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            let opened;
            try {
                opened = new LocalPack(task.path, this.#buffers[0], { isCached: false });
            }
            catch (error) {
                return { name: task.name, bytesRead: 0, badEntries: range(task.entryFrom, task.blobCount), faults: [`is missing (${systemCode(error) ?? 'unknown'})`] };
            }
            const pack = __addDisposableResource(env_1, opened, false);
            const first = await this.#read(pack, task);
            // Read once more before it is called damage: the fault may lie on the way.
            return first.faults.length === 0 ? first : await this.#read(pack, task);
        }
        catch (e_1) {
            env_1.error = e_1;
            env_1.hasError = true;
        }
        finally {
            __disposeResources(env_1);
        }
    }
    async #read(pack, task) {
        const faults = [];
        const badEntries = [];
        const header = Buffer.from(pack.read(0, HEADER_BYTES));
        const hash = createHash('sha256').update(header);
        const opener = this.#opener(header, faults);
        const frames = this.#frames(pack, { task, faults });
        let at = HEADER_BYTES;
        let entry = task.entryFrom;
        for (const [number, sealedBytes] of task.sealedBytes.entries()) {
            const frame = await frames.next();
            hash.update(frame);
            const checked = this.#segment(opener, frame, { number, entry });
            at += FRAME_HEADER_BYTES + sealedBytes;
            if (checked.fault !== undefined)
                faults.push(`segment ${number} ${checked.fault}`);
            badEntries.push(...checked.bad);
            entry += checked.blobs;
        }
        const rest = pack.read(at, Math.max(0, task.bytes - at));
        hash.update(rest);
        const { bytes } = pack;
        if (bytes !== task.bytes)
            faults.push(`has ${bytes} bytes instead of ${task.bytes}`);
        if (entry < task.entryFrom + task.blobCount)
            badEntries.push(...range(entry, task.entryFrom + task.blobCount - entry));
        this.#end(opener, rest, { number: task.sealedBytes.length, faults });
        if (hash.digest('hex') !== task.name && faults.length === 0)
            faults.push('does not have the SHA-256 that names it');
        return { name: task.name, bytesRead: at + rest.length, badEntries, faults };
    }
    /** The frames in turn: while one is checked, the next is read. One that the disk does not give is empty, and a fault. */
    #frames(pack, { task: { sealedBytes }, faults }) {
        let at = HEADER_BYTES;
        const read = (number) => {
            const bytes = FRAME_HEADER_BYTES + (sealedBytes[number] ?? 0);
            const reading = pack.readAhead(at, bytes, this.#buffers[number % 2 === 0 ? 0 : 1]);
            at += bytes;
            return reading.catch((error) => {
                faults.push(`segment ${number} can't be read (${systemCode(error) ?? 'unknown'})`);
                return Buffer.alloc(0);
            });
        };
        let number = 0;
        let ahead = sealedBytes.length > 0 ? read(0) : undefined;
        return {
            next: async () => {
                const frame = await (ahead ?? read(number));
                number += 1;
                ahead = number < sealedBytes.length ? read(number) : undefined;
                return frame;
            },
        };
    }
    #opener(header, faults) {
        try {
            return new ObjectOpener(header, { type: [ObjectType.PACK_DATA, ObjectType.PACK_META], repositoryId: this.#setup.repositoryId, masterOf: this.#masterOf });
        }
        catch (error) {
            if (!isBackupError(error))
                throw error;
            faults.push('has a damaged header');
            return undefined;
        }
    }
    #segment(opener, frame, at) {
        const blobs = this.#blobsOf(at.entry);
        try {
            if (!opener)
                return { blobs, bad: range(at.entry, blobs) };
            const opened = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) });
            if (opened.kind !== FrameKind.SEGMENT)
                throw new BackupError('DAMAGED', 'A pack holds a frame of another kind.');
            const directory = parseSegment(opened.plaintext);
            const decoded = decodeSegment(opened.plaintext, directory, { codec: this.#codec, reserve: (bytes) => this.#decoded.reserve(bytes) });
            const bad = this.#badBlobs(decoded, directory.blobOffsets, at.entry);
            return { blobs: directory.blobOffsets.length - 1, bad, ...(bad.length > 0 && { fault: 'holds blobs that are not what the index says' }) };
        }
        catch (error) {
            if (!isBackupError(error))
                throw error;
            return { blobs, bad: range(at.entry, blobs), fault: `does not read back: ${error.message}` };
        }
    }
    /** Blobs of the segment that the entry belongs to, from the table: entries of a segment follow each other. */
    #blobsOf(entry) {
        if (entry >= this.#table.count)
            return 0;
        const segment = this.#table.segmentOf(entry);
        let count = 0;
        while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment)
            count += 1;
        return count;
    }
    #badBlobs(decoded, offsets, entry) {
        const bad = [];
        for (let i = 0; i + 1 < offsets.length; i += 1) {
            const blob = decoded.subarray(offsets[i], offsets[i + 1]);
            this.#lookupIds.lookupInto(blobIdOf(blob), 0, this.#found);
            this.#table.lookupIdInto(entry + i, this.#expected);
            if (this.#expected.some((word, k) => word !== this.#found[k]) || this.#table.bytesOf(entry + i) !== blob.length)
                bad.push(entry + i);
        }
        return bad;
    }
    #end(opener, rest, at) {
        if (!opener)
            return;
        try {
            const frame = opener.openFrame(rest, { number: at.number });
            if (frame.kind !== FrameKind.PACK_END || !frame.isFinal)
                at.faults.push('has no end');
        }
        catch (error) {
            if (!isBackupError(error))
                throw error;
            at.faults.push('has a damaged end');
        }
    }
}
function range(from, count) {
    return Array.from({ length: count }, (_, i) => from + i);
}
