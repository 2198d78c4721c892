/**
 * Turns new blobs into packs: blobs collect in a segment, the segment is compressed once and sealed once, and before it is written it is opened
 * again and compared byte for byte with what went in. One thread owns a pack writer and its packs.
 */
import { BackupError } from "../../kernel/backup-error.js";
import { InvariantViolation, invariant } from "../../kernel/invariant.js";
import { release } from "../../kernel/release.js";
import { Grain, looksIncompressible } from "../compression/index.js";
import { FRAME_HEADER_BYTES, FrameKind, ObjectOpener, ObjectSealer, TAG_BYTES } from "../crypto/index.js";
import { ByteWriter } from "./byte-writer.js";
import { Codec, decodeSegment, parseSegment, SEGMENT_PLAIN_BYTES_MAX } from "./segment.js";
import { StagedFile } from "./staged-file.js";
/** Buffers that the pack writers of one thread share, since only one of them seals at a time. They grow for an oversized blob only. */
export class SealBuffers {
    compressed;
    sealed;
    decoded;
    constructor(plainBytes) {
        const directory = 64 * 1024 + Math.ceil(plainBytes / 8);
        this.compressed = Buffer.allocUnsafeSlow(plainBytes + directory);
        this.sealed = Buffer.allocUnsafeSlow(plainBytes + directory + FRAME_HEADER_BYTES + TAG_BYTES);
        // See decodeSegment.
        this.decoded = Buffer.allocUnsafeSlow(plainBytes + 1);
    }
    reserve(plainBytes) {
        if (plainBytes < this.decoded.length)
            return;
        const larger = new SealBuffers(plainBytes);
        this.compressed = larger.compressed;
        this.sealed = larger.sealed;
        this.decoded = larger.decoded;
    }
    release() {
        release(this.compressed, this.sealed, this.decoded);
    }
}
/** Largest data blob: what a segment can take on top of its target. */
export const BLOB_BYTES_MAX = 512 * 1024;
/** Segments of blobs that are smaller than this on average hold small files, not stretches of large ones (64–96 KiB). */
const SMALL_BLOB_BYTES = 32 * 1024;
export class PackWriter {
    #settings;
    #codec;
    #buffers;
    #segment;
    #output;
    #onPack;
    #directory = new ByteWriter(4096);
    #segments = new ByteWriter(1024);
    #lookupIds = new ByteWriter(16 * 1024);
    #blobBytes = new ByteWriter(4096);
    #segmentUsed = 0;
    #segmentBlobs = 0;
    #plainBytes = 0;
    #file;
    #sealer;
    #opener;
    constructor(settings, parts) {
        this.#settings = settings;
        this.#codec = parts.codec;
        this.#buffers = parts.buffers;
        this.#segment = parts.segment;
        this.#output = parts.output;
        this.#onPack = parts.onPack;
    }
    /** Bytes in segments that are not sealed yet. */
    get pendingBytes() {
        return this.#segmentUsed;
    }
    /** Takes a copy of one new blob. `lookupId` is its 16-byte lookup id as four words. */
    add(blob, lookupId) {
        if (this.#segmentUsed + blob.length > this.#segment.length)
            this.sealSegment();
        if (blob.length > this.#segment.length)
            this.#growSegment(blob.length);
        this.#segment.set(blob, this.#segmentUsed);
        this.#segmentUsed += blob.length;
        this.#segmentBlobs += 1;
        this.#lookupIds.u32(lookupId[0]);
        this.#lookupIds.u32(lookupId[1]);
        this.#lookupIds.u32(lookupId[2]);
        this.#lookupIds.u32(lookupId[3]);
        this.#blobBytes.u32(blob.length);
        this.#directory.varint(blob.length);
        if (this.#segmentUsed >= this.#settings.segmentBytes)
            this.sealSegment();
    }
    /** Seals what has collected. Throws DAMAGED when the sealed form does not read back as what went in. */
    sealSegment() {
        if (this.#segmentBlobs === 0)
            return;
        const file = this.#openPack();
        const plain = this.#segment.subarray(0, this.#segmentUsed);
        const body = this.#compress(plain);
        const head = this.#head(body === plain ? Codec.NONE : Codec.ZSTD);
        const sealed = this.#seal([head, body], FrameKind.SEGMENT, false);
        this.#verify(sealed, plain, this.#frames());
        file.write(sealed);
        this.#segments.u32(sealed.length - FRAME_HEADER_BYTES);
        this.#segments.u32(this.#segmentBlobs);
        this.#plainBytes += this.#segmentUsed;
        this.#clearSegment();
        if (file.bytes >= this.#settings.packBytes)
            this.finishPack();
    }
    /** Seals the rest and hands the open pack over, if there is one. */
    finishPack() {
        this.sealSegment();
        const file = this.#file;
        if (!file)
            return;
        const end = new ByteWriter(16);
        end.varint(this.#frames());
        end.varint(this.#blobBytes.length / 4);
        file.write(this.#seal([end.view()], FrameKind.PACK_END, true));
        const staged = file.finish();
        this.#file = undefined;
        const pack = {
            ...staged, type: this.#settings.type, plainBytes: this.#plainBytes,
            segments: words(this.#segments), lookupIds: new Uint8Array(this.#lookupIds.view()), blobBytes: words(this.#blobBytes),
        };
        this.#clearPack();
        this.#onPack(pack);
    }
    /** Throws away the open pack: what it held was never anywhere else. */
    discard() {
        this.#file?.discard();
        this.#file = undefined;
        this.#clearSegment();
        this.#clearPack();
    }
    /** Gives the segment's memory back: the writer is not used after it. */
    release() {
        release(this.#segment);
    }
    #growSegment(bytes) {
        invariant(bytes <= SEGMENT_PLAIN_BYTES_MAX, 'A blob fits into one segment.');
        this.#segment = Buffer.allocUnsafeSlow(bytes);
        this.#buffers.reserve(bytes);
    }
    #frames() {
        return this.#segments.length / 8;
    }
    #openPack() {
        if (this.#file)
            return this.#file;
        const scope = this.#settings.scope;
        this.#sealer = new ObjectSealer(this.#settings.type, scope);
        this.#opener = new ObjectOpener(this.#sealer.header, { type: this.#settings.type, repositoryId: scope.repositoryId, masterOf: () => scope.master });
        this.#file = new StagedFile(this.#settings.stagingDirectory, this.#output);
        this.#file.write(this.#sealer.header);
        return this.#file;
    }
    #compress(plain) {
        if (looksIncompressible(plain))
            return plain;
        const grain = plain.length < this.#segmentBlobs * SMALL_BLOB_BYTES ? Grain.SMALL : Grain.LARGE;
        // With room for the worst case zstd compresses straight into it, and its own buffers stay untouched.
        const bytes = this.#codec.compress(plain, this.#buffers.compressed, grain);
        return bytes > 0 && bytes < plain.length ? this.#buffers.compressed.subarray(0, bytes) : plain;
    }
    #head(codec) {
        const head = new ByteWriter(8);
        head.u8(codec);
        head.varint(this.#segmentBlobs);
        head.bytes(this.#directory.view());
        return head.view();
    }
    #seal(parts, kind, final) {
        if (!this.#sealer)
            throw new InvariantViolation('A pack is open while its frames are sealed.');
        const target = this.#buffers.sealed;
        let used = 0;
        this.#sealer.sealFrame(parts, { kind, final, emit: (piece) => {
                target.set(piece, used);
                used += piece.length;
            } });
        return target.subarray(0, used);
    }
    #verify(sealed, plain, frame) {
        if (!this.#opener)
            throw new InvariantViolation('A pack is open while its frames are verified.');
        const opened = this.#opener.openFrame(sealed, { number: frame, into: this.#buffers.compressed });
        const directory = parseSegment(opened.plaintext);
        const decoded = decodeSegment(opened.plaintext, directory, { codec: this.#codec, reserve: () => this.#buffers.decoded });
        if (directory.blobOffsets.length - 1 === this.#segmentBlobs && Buffer.compare(decoded, plain) === 0)
            return;
        throw new BackupError('DAMAGED', 'A segment did not read back as it was written: memory or processor fault.', { context: { object: 'segment' } });
    }
    #clearSegment() {
        this.#segmentUsed = 0;
        this.#segmentBlobs = 0;
        this.#directory.clear();
    }
    #clearPack() {
        this.#segments.clear();
        this.#lookupIds.clear();
        this.#blobBytes.clear();
        this.#plainBytes = 0;
    }
}
function words(writer) {
    const bytes = writer.view();
    const copy = new Uint32Array(bytes.length / 4);
    Buffer.from(copy.buffer).set(bytes);
    return copy;
}
