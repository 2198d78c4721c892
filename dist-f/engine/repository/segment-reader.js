/**
 * Reads segments of packs: finds the place, reads one frame, opens it, decodes it. A few decoded segments are kept. A frame that does not
 * authenticate is read once more before it is called damaged, since the fault may lie on the way.
 */
import { BackupError, isBackupError, systemCode } from "../../kernel/backup-error.js";
import { FRAME_HEADER_BYTES, HEADER_BYTES, ObjectOpener, ObjectType } from "../crypto/index.js";
import { decodeSegment, GrowingBuffer, LocalPack, parseSegment, ReadBuffer } from "../pack/index.js";
const PACK_TYPES = [ObjectType.PACK_DATA, ObjectType.PACK_META];
const OPEN_PACKS_MAX = 16;
/** The key under which a pack is stored. */
export function packKey(name) {
    return `packs/${name.slice(0, 2)}/${name}`;
}
export class SegmentReader {
    #parts;
    #packs = new Map();
    #slots = [];
    #bySegment = new Map();
    #buffer = new ReadBuffer();
    #aheadBuffer = new ReadBuffer();
    /** A segment whose frame is being read in the background. */
    #ahead;
    #plain = new GrowingBuffer();
    #clock = 0;
    constructor(parts) {
        this.#parts = parts;
        for (let i = 0; i < (parts.cacheSegments ?? 4); i += 1)
            this.#slots.push({ buffer: new GrowingBuffer(), decoded: undefined, usedAt: 0 });
    }
    /** The segment if it is at hand, without any I/O. */
    cached(segment) {
        const slot = this.#bySegment.get(segment);
        if (!slot)
            return undefined;
        slot.usedAt = ++this.#clock;
        return slot.decoded;
    }
    /** Reads and decodes a segment. Throws DAMAGED (naming the pack) or NOT_FOUND. */
    async read(segment, signal) {
        const cached = this.cached(segment);
        if (cached)
            return cached;
        const place = this.#parts.index.placeOfSegment(segment);
        try {
            return this.#decode(segment, place, { frame: (await this.#takeAhead(segment, place)) ?? (await this.#frameBytes(place, signal)), pack: await this.#openPack(place.pack, signal) });
        }
        catch (error) {
            if (!isBackupError(error, 'DAMAGED'))
                throw error;
            this.#forgetPack(place.pack);
        }
        try {
            return this.#decode(segment, place, { frame: await this.#frameBytes(place, signal), pack: await this.#openPack(place.pack, signal) });
        }
        catch (error) {
            throw isBackupError(error, 'DAMAGED') ? this.#damaged(place, error) : error;
        }
    }
    /** LOCAL only: the same without leaving this turn of the event loop; undefined where the pack is not a local file. */
    readSync(segment) {
        const cached = this.cached(segment);
        if (cached)
            return cached;
        const place = this.#parts.index.placeOfSegment(segment);
        const pack = this.#packs.get(place.pack);
        if (pack?.file === undefined || this.#ahead?.segment === segment)
            return undefined;
        try {
            return this.#decode(segment, place, { frame: this.#readLocal(pack.file, place), pack });
        }
        catch (error) {
            if (isBackupError(error, 'DAMAGED'))
                return undefined;
            throw error;
        }
    }
    /** LOCAL, where the pack is open: begins to read a segment that will be asked for next. One at a time; whatever goes wrong is met when it is asked for. */
    prefetch(segment) {
        if (this.#ahead || this.#bySegment.has(segment))
            return;
        const place = this.#parts.index.placeOfSegment(segment);
        const file = this.#packs.get(place.pack)?.file;
        if (!file)
            return;
        this.#ahead = { segment, reading: file.readAhead(place.offset, FRAME_HEADER_BYTES + place.sealedBytes, this.#aheadBuffer).catch(() => undefined) };
    }
    [Symbol.asyncDispose]() {
        for (const number of [...this.#packs.keys()])
            this.#forgetPack(number);
        this.#bySegment.clear();
        return Promise.resolve();
    }
    /** Gives its memory back as well: no blob that came from it is in use any more. */
    async release() {
        await this[Symbol.asyncDispose]();
        for (const buffer of [this.#plain, ...this.#slots.map((slot) => slot.buffer)])
            buffer.release();
    }
    #decode(segment, place, { frame, pack }) {
        const opened = pack.opener.openFrame(frame, { number: place.frame, into: this.#plain.reserve(frame.length) });
        const directory = parseSegment(opened.plaintext);
        const slot = this.#freeSlot();
        const bytes = decodeSegment(opened.plaintext, directory, { codec: this.#parts.codec, reserve: (need) => slot.buffer.reserve(need) });
        slot.decoded = { segment, bytes, blobOffsets: directory.blobOffsets };
        slot.usedAt = ++this.#clock;
        this.#bySegment.set(segment, slot);
        return slot.decoded;
    }
    #freeSlot() {
        let oldest = this.#slots[0];
        for (const slot of this.#slots)
            if (slot.usedAt < oldest.usedAt)
                oldest = slot;
        if (oldest.decoded)
            this.#bySegment.delete(oldest.decoded.segment);
        oldest.decoded = undefined;
        oldest.usedAt = 0;
        return oldest;
    }
    /** The frame that was read in the background, if it is this segment's and whole. It is decoded before another is begun. */
    async #takeAhead(segment, place) {
        const ahead = this.#ahead;
        if (ahead?.segment !== segment)
            return undefined;
        const frame = await ahead.reading;
        this.#ahead = undefined;
        return frame?.length === FRAME_HEADER_BYTES + place.sealedBytes ? frame : undefined;
    }
    async #frameBytes(place, signal) {
        const pack = await this.#openPack(place.pack, signal);
        if (pack.file)
            return this.#readLocal(pack.file, place);
        const options = { offset: place.offset, length: FRAME_HEADER_BYTES + place.sealedBytes };
        return this.#parts.store.get(packKey(this.#nameOf(place.pack)), signal ? { ...options, signal } : options);
    }
    #readLocal(file, place) {
        const length = FRAME_HEADER_BYTES + place.sealedBytes;
        const frame = file.read(place.offset, length);
        if (frame.length < length)
            throw new BackupError('DAMAGED', 'A pack is shorter than its index says.', { context: { object: packKey(this.#nameOf(place.pack)) } });
        return frame;
    }
    async #openPack(number, signal) {
        const known = this.#packs.get(number);
        if (known) {
            this.#packs.delete(number);
            this.#packs.set(number, known);
            return known;
        }
        const key = packKey(this.#nameOf(number));
        const header = await this.#parts.store.get(key, signal ? { offset: 0, length: HEADER_BYTES, signal } : { offset: 0, length: HEADER_BYTES });
        const opener = new ObjectOpener(header, { type: PACK_TYPES, repositoryId: this.#parts.repositoryId, masterOf: this.#parts.masterOf });
        const local = this.#parts.store.localPath(key);
        const pack = { opener, file: local === undefined ? undefined : this.#openLocal(local, key) };
        for (const oldest of this.#packs.keys()) {
            if (this.#packs.size < OPEN_PACKS_MAX)
                break;
            this.#forgetPack(oldest);
        }
        this.#packs.set(number, pack);
        return pack;
    }
    #forgetPack(number) {
        const pack = this.#packs.get(number);
        this.#packs.delete(number);
        pack?.file?.[Symbol.dispose]();
    }
    #nameOf(pack) {
        return this.#parts.index.packs[pack].name;
    }
    #damaged(place, cause) {
        const context = { object: packKey(this.#nameOf(place.pack)), segment: place.frame };
        return new BackupError('DAMAGED', 'A segment of a pack does not read back.', { context, cause });
    }
    /** Throws NOT_FOUND when the pack was deleted since its header was read. */
    #openLocal(file, key) {
        try {
            return new LocalPack(file, this.#buffer, { isCached: this.#parts.isBulk !== true });
        }
        catch (error) {
            const code = systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'STORAGE_FAILED';
            throw new BackupError(code, 'A pack can not be opened.', { context: { object: key }, cause: error });
        }
    }
}
