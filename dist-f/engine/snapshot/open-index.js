/** Loads index segments and gives readers of blobs. */
import { BackupError } from "../../kernel/backup-error.js";
import { release } from "../../kernel/release.js";
import { createSegmentDecoder } from "../compression/index.js";
import { LookupIds, ObjectType } from "../crypto/index.js";
import { buildIndex } from "../index/index.js";
import { BlobReader, SegmentReader } from "../repository/index.js";
export const IndexClass = { DATA: 'data', META: 'meta' };
const TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META };
const LISTINGS_MAX = 8;
/**
 * Loads all index segments of a class. Damaged ones are returned as problems: what only they named can't be found. A segment that goes away between
 * listing and reading was replaced by a prune: the folder is listed again, so that its replacement is seen. Throws REPOSITORY_LOCKED when that never ends.
 */
export async function openIndex(repository, indexClass, options = {}) {
    const payloads = new Map();
    const problems = new Map();
    for (let listing = 1;; listing += 1) {
        const listed = await readListed(repository, indexClass, { payloads, problems, signal: options.signal });
        if (listed.vanished > 0 && listing === LISTINGS_MAX)
            throw new BackupError('REPOSITORY_LOCKED', 'The index changes faster than it can be read. Run it again.');
        if (listed.vanished === 0) {
            const current = [...payloads].filter(([key]) => listed.keys.has(key)).map(([key, payload]) => ({ name: key.slice(-64), payload }));
            const load = buildIndex(current, options);
            // The index has copied what it keeps of them.
            release(...payloads.values());
            return { ...load, problems: [...problems.values()] };
        }
    }
}
async function readListed(repository, indexClass, { payloads, problems, signal }) {
    const keys = new Set();
    let vanished = 0;
    for await (const { key } of repository.store.list(`index/${indexClass}/`, signal ? { signal } : {})) {
        keys.add(key);
        if (payloads.has(key) || problems.has(key))
            continue;
        try {
            payloads.set(key, await repository.readPayload(key, TYPES[indexClass], signal));
        }
        catch (error) {
            if (!(error instanceof BackupError) || error.code === 'ABORTED' || error.code === 'STORAGE_FAILED')
                throw error;
            if (error.code === 'NOT_FOUND')
                vanished += 1;
            else
                problems.set(key, { key, error });
        }
    }
    return { keys, vanished };
}
/** A reader over an index; dispose it to close its packs. */
export function openReader(repository, load, options = {}) {
    const segments = new SegmentReader({
        store: repository.store, repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf, index: load.index, codec: createSegmentDecoder(),
        ...options,
    });
    return { segments, reader: new BlobReader(load.index, segments, new LookupIds(repository.keys.idKey.key)) };
}
