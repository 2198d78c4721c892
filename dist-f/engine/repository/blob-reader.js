/** Reads blobs by id and proves each by its SHA-256. When one copy is damaged the others are tried before the blob is called lost. */
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { blobIdOf } from "../crypto/index.js";
export class BlobReader {
    #index;
    #segments;
    #lookupIds;
    #lookupId = new Uint32Array(4);
    constructor(index, segments, lookupIds) {
        this.#index = index;
        this.#segments = segments;
        this.#lookupIds = lookupIds;
    }
    /** True when an index segment names the blob. */
    has(id) {
        return this.entryOf(id) >= 0;
    }
    /** The blob's entry in the index, or -1. */
    entryOf(id) {
        this.#lookupIds.lookupInto(id, 0, this.#lookupId);
        return this.#index.table.find(this.#lookupId);
    }
    /** The segment that holds the blob, or -1. */
    segmentOf(id) {
        const entry = this.entryOf(id);
        return entry < 0 ? -1 : this.#index.table.segmentOf(entry);
    }
    /** Begins to read the blob's segment in the background, where that can be done. */
    prefetch(id) {
        const segment = this.segmentOf(id);
        if (segment >= 0)
            this.#segments.prefetch(segment);
    }
    /** The blob, valid until the next read. Throws NOT_FOUND when no index names it, DAMAGED when no copy is right. */
    async read(id, signal) {
        const entry = this.entryOf(id);
        if (entry < 0)
            throw missing(id);
        try {
            return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), signal), id);
        }
        catch (error) {
            if (!isBackupError(error))
                throw error;
            return this.#readCopy(id, { tried: entry, error, ...(signal && { signal }) });
        }
    }
    /** The blob when it can be had at once (its segment is cached or its pack is an open local file), else undefined. */
    readSync(id) {
        const entry = this.entryOf(id);
        if (entry < 0)
            return undefined;
        const decoded = this.#segments.readSync(this.#index.table.segmentOf(entry));
        return decoded && this.#takeIfRight(entry, decoded, id);
    }
    async #readCopy(id, failed) {
        this.#lookupIds.lookupInto(id, 0, this.#lookupId);
        for (const entry of this.#index.table.findAll(this.#lookupId)) {
            if (entry === failed.tried)
                continue;
            try {
                return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), failed.signal), id);
            }
            catch (error) {
                if (!isBackupError(error))
                    throw error;
            }
        }
        throw failed.error;
    }
    #take(entry, decoded, id) {
        const blob = this.#takeIfRight(entry, decoded, id);
        if (blob)
            return blob;
        throw new BackupError('DAMAGED', 'A blob does not have the SHA-256 that names it.', { context: { object: `blob ${Buffer.from(id).toString('hex')}` } });
    }
    #takeIfRight(entry, decoded, id) {
        const { offset, bytes } = this.#index.table.placeOf(entry);
        const blob = decoded.bytes.subarray(offset, offset + bytes);
        return blob.length === bytes && Buffer.compare(blobIdOf(blob), id) === 0 ? blob : undefined;
    }
}
function missing(id) {
    return new BackupError('NOT_FOUND', 'No index segment names a blob that a snapshot needs.', { context: { object: `blob ${Buffer.from(id).toString('hex')}` } });
}
