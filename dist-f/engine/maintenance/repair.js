/** Mends what can be mended without the source: index segments from packs, copies of configuration and keyring, small objects; says what stays lost. */
import { createHash } from 'node:crypto';
import { throwIfAborted } from "../../kernel/abort.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { createSegmentCodec } from "../compression/index.js";
import { blobIdOf, FRAME_HEADER_BYTES, FrameKind, HEADER_BYTES, LookupIds, ObjectOpener, ObjectType, parseFrameHeader } from "../crypto/index.js";
import { decodeIndexSegment, encodeIndexSegment } from "../index/index.js";
import { decodeSegment, parseSegment } from "../pack/index.js";
import { packKey, requireFeatures } from "../repository/index.js";
import { IndexClass, openIndex } from "../snapshot/index.js";
import { groups } from "../commit/index.js";
import { repairDocuments } from "./repair-documents.js";
/**
 * Rebuilds what index segments no longer say, by reading packs, and restores missing or damaged copies of configuration and keyring. Damaged
 * segments are removed only after their replacement is durable.
 */
export async function repairRepository(repository, options = {}) {
    for (const work of ['write', 'delete'])
        requireFeatures(repository.config, work);
    const copiesRestored = await restoreCopies(repository);
    const documents = await repairDocuments(repository, options);
    const meta = await openIndex(repository, IndexClass.META);
    const data = await openIndex(repository, IndexClass.DATA);
    const damaged = [...meta.problems, ...data.problems].map(({ key }) => key);
    const rebuilt = { meta: [], data: [] };
    const packsDamaged = [];
    const lookupIds = new LookupIds(repository.keys.idKey.key);
    for await (const { key, bytes } of repository.store.list('packs/')) {
        throwIfAborted(options.signal);
        const name = key.slice(-64);
        const isIndexed = meta.index.packNumber(name) !== undefined || data.index.packNumber(name) !== undefined;
        if (isIndexed || packKey(name) !== key)
            continue;
        const salvaged = await salvage(repository, name, { bytes, lookupIds });
        if (!salvaged?.isWhole)
            packsDamaged.push(key);
        if (salvaged && salvaged.pack.blobBytes.length > 0)
            rebuilt[salvaged.indexClass].push(salvaged.pack);
    }
    const segmentsWritten = (await writeSegments(repository, IndexClass.META, rebuilt.meta)) + (await writeSegments(repository, IndexClass.DATA, rebuilt.data));
    for (const key of damaged)
        await repository.store.delete(key);
    return {
        ...documents, packsIndexed: rebuilt.meta.length + rebuilt.data.length, segmentsWritten, segmentsRemoved: damaged, packsDamaged, copiesRestored,
    };
}
async function writeSegments(repository, indexClass, packs) {
    const type = indexClass === 'data' ? ObjectType.INDEX_DATA : ObjectType.INDEX_META;
    let written = 0;
    for (const group of groups(packs)) {
        const payload = encodeIndexSegment({ idKeyVersion: repository.keys.idKey.version, supersedes: [], packs: group });
        decodeIndexSegment(payload);
        await repository.writePayload(payload, { type, folder: `index/${indexClass}` });
        written += 1;
    }
    return written;
}
/** Reads a pack frame by frame until its end or the first frame that does not authenticate. Undefined when not even the header is good. */
async function salvage(repository, name, facts) {
    const bytes = Buffer.from(await repository.store.get(packKey(name)));
    let opener;
    try {
        opener = new ObjectOpener(bytes.subarray(0, HEADER_BYTES), { type: [ObjectType.PACK_DATA, ObjectType.PACK_META], repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf });
    }
    catch (error) {
        if (isBackupError(error))
            return undefined;
        throw error;
    }
    const found = readFrames(bytes, opener, facts.lookupIds);
    const isNamed = createHash('sha256').update(bytes).digest('hex') === name;
    return { pack: { name, bytes: facts.bytes, ...found }, indexClass: opener.header.type === ObjectType.PACK_DATA ? IndexClass.DATA : IndexClass.META, isWhole: found.isWhole && isNamed };
}
function readFrames(bytes, opener, lookupIds) {
    const codec = createSegmentCodec({ level: 3 });
    const segments = [];
    const ids = [];
    const lengths = [];
    let isWhole = false;
    try {
        for (let at = HEADER_BYTES, number = 0; at < bytes.length; number += 1) {
            const head = parseFrameHeader(bytes.subarray(at));
            const end = at + FRAME_HEADER_BYTES + head.sealedBytes;
            const frame = opener.openFrame(bytes.subarray(at, end), { number });
            if (frame.kind === FrameKind.PACK_END) {
                isWhole = frame.isFinal && end === bytes.length;
                break;
            }
            const directory = parseSegment(frame.plaintext);
            const decoded = decodeSegment(frame.plaintext, directory, { codec, reserve: (need) => Buffer.allocUnsafeSlow(need) });
            addBlobs(decoded, directory.blobOffsets, { lookupIds, ids, lengths });
            segments.push(head.sealedBytes, directory.blobOffsets.length - 1);
            at = end;
        }
    }
    catch (error) {
        if (!isBackupError(error))
            throw error;
    }
    finally {
        codec.dispose();
    }
    return { segments: Uint32Array.from(segments), lookupIds: Buffer.from(Uint32Array.from(ids).buffer), blobBytes: Uint32Array.from(lengths), isWhole };
}
function addBlobs(decoded, offsets, into) {
    const words = new Uint32Array(4);
    for (let i = 0; i + 1 < offsets.length; i += 1) {
        const blob = decoded.subarray(offsets[i], offsets[i + 1]);
        into.lookupIds.lookupInto(blobIdOf(blob), 0, words);
        into.ids.push(...words);
        into.lengths.push(blob.length);
    }
}
/** Writes missing or damaged copies of the configuration and of every keyring again from a good one. */
async function restoreCopies(repository) {
    const newest = `keys/${repository.keys.generation.toString(16).padStart(8, '0')}-`;
    const prefixes = new Set([newest]);
    for await (const { key } of repository.store.list('keys/'))
        if (/^keys\/[0-9a-f]{8}-/.test(key))
            prefixes.add(key.slice(0, 14));
    const restored = await restoreFamily(repository, 'config/', { copies: ['a', 'b', 'c'], isNeeded: true });
    for (const prefix of prefixes)
        restored.push(...(await restoreFamily(repository, prefix, { copies: ['a', 'b'], isNeeded: prefix === newest })));
    return restored;
}
/** Where no copy is whole, one that is needed is DAMAGED; an old keyring is let go: a newer one stands for it. */
async function restoreFamily(repository, prefix, { copies, isNeeded }) {
    const { store } = repository;
    const good = new Map();
    const damaged = [];
    for await (const { key } of store.list(prefix)) {
        const name = key.slice(-64);
        const bytes = await store.get(key);
        if (createHash('sha256').update(bytes).digest('hex') === name)
            good.set(name, bytes);
        else
            damaged.push(key);
    }
    if (good.size === 0 && isNeeded)
        throw new BackupError('DAMAGED', 'No good copy is left.', { context: { object: prefix } });
    for (const key of damaged)
        await store.delete(key);
    const restored = [];
    for (const [name, bytes] of good) {
        for (const key of copies.map((copy) => `${prefix}${copy}-${name}`)) {
            if (await store.head(key))
                continue;
            await store.put(key, bytes);
            restored.push(key);
        }
    }
    return restored;
}
