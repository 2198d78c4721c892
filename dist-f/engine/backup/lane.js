/**
 * A lane is everything that one thread needs to turn file bytes into stored blobs: read arena, chunker, compressor, pack writer. The main
 * thread has one and so has each worker; they share nothing but the blob table.
 */
import fs from 'node:fs';
import { ChunkerProfile, createChunker } from "../chunker/index.js";
import { createSegmentCodec } from "../compression/index.js";
import { blobIdOf, LookupIds, ObjectType } from "../crypto/index.js";
import { BlobTable } from "../index/index.js";
import { alignedBuffer, BLOB_BYTES_MAX, PackWriter, SealBuffers } from "../pack/index.js";
const MIB = 1024 * 1024;
export const ARENA_BYTES = 3 * MIB;
const OUTPUT_BYTES = 512 * 1024;
const META_SEGMENT_BYTES = 512 * 1024;
/** Thrown when a blob is to be stored before the index is there; the caller loads it and does the directory again. */
export class IndexNeeded extends Error {
    name = 'IndexNeeded';
}
export class Lane {
    arena;
    counters = { blobsAdded: 0, bytesAdded: 0 };
    buffers;
    lookupIds;
    #setup;
    #chunker;
    #onPack;
    #codec;
    #table;
    #packs;
    #lookupId = new Uint32Array(4);
    constructor(setup, onPack) {
        this.#setup = setup;
        const pages = Math.ceil(ARENA_BYTES / 65536);
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
        this.arena = Buffer.from(memory.buffer);
        this.#chunker = createChunker(memory, setup.chunkerSecret, ChunkerProfile.FILES);
        this.buffers = new SealBuffers(setup.segmentBytes + BLOB_BYTES_MAX);
        this.lookupIds = new LookupIds(setup.idKey);
        this.#onPack = onPack;
        if (setup.dataTable)
            this.useTable(setup.dataTable);
    }
    /** The blob table, once it is loaded: before that `store` throws IndexNeeded. */
    useTable(memory) {
        this.#table = new BlobTable(memory);
    }
    get codec() {
        this.#codec ??= createSegmentCodec({ level: this.#setup.compressionLevel });
        return this.#codec;
    }
    /** A second writer for metadata blobs that shares this lane's buffers. */
    metadataWriter() {
        return this.#writer(ObjectType.PACK_META, META_SEGMENT_BYTES);
    }
    /** Cuts `length` bytes of the arena into chunks and stores the new ones. Returns the bytes consumed: all of them when `isFinal`. */
    chunk(length, isFinal, sink) {
        let at = 0;
        while (at < length) {
            const bytes = this.#chunker.cut(at, length - at, isFinal);
            if (bytes === 0)
                break;
            sink(this.store(at, bytes), bytes);
            at += bytes;
        }
        return at;
    }
    /** Where the chunks of the arena end, without storing anything: for lanes that share one file. */
    cuts(length, isFinal, into) {
        let at = 0;
        let count = 0;
        while (at < length) {
            const bytes = this.#chunker.cut(at, length - at, isFinal);
            if (bytes === 0)
                break;
            at += bytes;
            into[count++] = at;
        }
        return count;
    }
    /** Stores one blob of the arena unless it is known. Returns its id. */
    store(at, bytes) {
        if (!this.#table)
            throw new IndexNeeded();
        const blob = this.arena.subarray(at, at + bytes);
        const id = blobIdOf(blob);
        this.lookupIds.lookupInto(id, 0, this.#lookupId);
        if (this.#table.claim(this.#lookupId, bytes)) {
            this.#packs ??= this.#writer(ObjectType.PACK_DATA, this.#setup.segmentBytes);
            this.#packs.add(blob, this.#lookupId);
            this.counters.blobsAdded += 1;
            this.counters.bytesAdded += bytes;
        }
        return id;
    }
    /** Reads up to `bytes` at `position` into the arena (from `at`); fewer only at the file's end. */
    read(descriptor, position, options) {
        const at = options.at ?? 0;
        let done = 0;
        while (done < options.bytes) {
            const got = fs.readSync(descriptor, this.arena, at + done, options.bytes - done, position + done);
            if (got === 0)
                break;
            done += got;
        }
        return done;
    }
    /** Seals what is open and hands the pack over. */
    finish() {
        this.#packs?.finishPack();
    }
    discard() {
        this.#packs?.discard();
        this.#codec?.dispose();
    }
    #writer(type, segmentBytes) {
        const { scope, stagingDirectory, packBytes } = this.#setup;
        return new PackWriter({ type, scope, stagingDirectory, segmentBytes, packBytes }, { codec: this.codec, buffers: this.buffers, segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(OUTPUT_BYTES), onPack: this.#onPack });
    }
}
