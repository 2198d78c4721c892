/**
 * Turns new blobs into packs: blobs collect in a segment, the segment is compressed once and sealed once, and before it
 * is written it is opened again and compared byte for byte with what went in. One thread owns a pack writer and its
 * packs.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { InvariantViolation, invariant } from '../../kernel/invariant.ts'
import { release } from '../../kernel/release.ts'
import { Grain, looksIncompressible, type SegmentCodec } from '../compression/index.ts'
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  ObjectOpener,
  type ObjectScope,
  ObjectSealer,
  TAG_BYTES,
} from '../crypto/index.ts'
import { ByteWriter } from './byte-writer.ts'
import { Codec, decodeSegment, parseSegment, SEGMENT_PLAIN_BYTES_MAX } from './segment.ts'
import { StagedFile, type StagedObject } from './staged-file.ts'

export interface PackSettings {
  readonly type: 1 | 2
  readonly scope: ObjectScope
  /** A folder for unfinished packs. */
  readonly workspace: string
  readonly segmentBytes: number
  readonly packBytes: number
}

/**
 * Buffers that the pack writers of one thread share, since only one of them seals at a time. They grow for an oversized
 * blob only.
 */
export class SealBuffers {
  compressed: Buffer
  sealed: Buffer
  decoded: Buffer

  constructor(plainBytes: number) {
    const directory = 64 * 1024 + Math.ceil(plainBytes / 8)
    this.compressed = Buffer.allocUnsafeSlow(plainBytes + directory)
    this.sealed = Buffer.allocUnsafeSlow(plainBytes + directory + FRAME_HEADER_BYTES + TAG_BYTES)
    // See decodeSegment.
    this.decoded = Buffer.allocUnsafeSlow(plainBytes + 1)
  }

  reserve(plainBytes: number): void {
    if (plainBytes < this.decoded.length) return
    const larger = new SealBuffers(plainBytes)
    this.compressed = larger.compressed
    this.sealed = larger.sealed
    this.decoded = larger.decoded
  }

  release(): void {
    release(this.compressed, this.sealed, this.decoded)
  }
}

/** What the index needs to know of one finished pack; survives a structured clone. */
export interface FinishedPack extends StagedObject {
  readonly type: 1 | 2
  /** Per segment: sealed bytes, blob count. */
  readonly segments: Uint32Array
  /** 16 bytes a blob. */
  readonly lookupIds: Uint8Array
  readonly blobBytes: Uint32Array
  readonly plainBytes: number
}

/** Largest data blob: what a segment can take on top of its target. */
export const BLOB_BYTES_MAX = 512 * 1024

/**
 * Segments of blobs that are smaller than this on average hold small files, not stretches of large ones (64–96 KiB).
 */
const SMALL_BLOB_BYTES = 32 * 1024

export class PackWriter {
  readonly #settings: PackSettings
  readonly #codec: SegmentCodec
  readonly #buffers: SealBuffers
  #segment: Buffer
  readonly #output: Buffer
  readonly #onPack: (pack: FinishedPack) => void
  readonly #directory = new ByteWriter(4096)
  readonly #segments = new ByteWriter(1024)
  readonly #lookupIds = new ByteWriter(16 * 1024)
  readonly #blobBytes = new ByteWriter(4096)
  #segmentUsed = 0
  #segmentBlobs = 0
  #plainBytes = 0
  #file: StagedFile | undefined
  #sealer: ObjectSealer | undefined
  #opener: ObjectOpener | undefined

  constructor(
    settings: PackSettings,
    parts: {
      codec: SegmentCodec
      buffers: SealBuffers
      segment: Buffer
      output: Buffer
      onPack: (pack: FinishedPack) => void
    },
  ) {
    this.#settings = settings
    this.#codec = parts.codec
    this.#buffers = parts.buffers
    this.#segment = parts.segment
    this.#output = parts.output
    this.#onPack = parts.onPack
  }

  /** Bytes in segments that are not sealed yet. */
  get pendingBytes(): number {
    return this.#segmentUsed
  }

  /** Takes a copy of one new blob. `lookupId` is its 16-byte lookup id as four words. */
  add(blob: Uint8Array, lookupId: Uint32Array): void {
    if (this.#segmentUsed + blob.length > this.#segment.length) this.sealSegment()
    if (blob.length > this.#segment.length) this.#growSegment(blob.length)
    this.#segment.set(blob, this.#segmentUsed)
    this.#segmentUsed += blob.length
    this.#segmentBlobs += 1
    this.#lookupIds.u32(lookupId[0]!)
    this.#lookupIds.u32(lookupId[1]!)
    this.#lookupIds.u32(lookupId[2]!)
    this.#lookupIds.u32(lookupId[3]!)
    this.#blobBytes.u32(blob.length)
    this.#directory.varint(blob.length)
    if (this.#segmentUsed >= this.#settings.segmentBytes) this.sealSegment()
  }

  /** Seals what has collected. Throws DAMAGED when the sealed form does not read back as what went in. */
  sealSegment(): void {
    if (this.#segmentBlobs === 0) return
    const file = this.#openPack()
    const plain = this.#segment.subarray(0, this.#segmentUsed)
    const body = this.#compress(plain)
    const head = this.#head(body === plain ? Codec.NONE : Codec.ZSTD)
    const sealed = this.#seal([head, body], FrameKind.SEGMENT, false)
    this.#verify(sealed, plain, this.#frames())
    file.write(sealed)
    this.#segments.u32(sealed.length - FRAME_HEADER_BYTES)
    this.#segments.u32(this.#segmentBlobs)
    this.#plainBytes += this.#segmentUsed
    this.#clearSegment()
    if (file.bytes >= this.#settings.packBytes) this.finishPack()
  }

  /** Seals the rest and hands the open pack over, if there is one. */
  finishPack(): void {
    this.sealSegment()
    const file = this.#file
    if (!file) return
    const end = new ByteWriter(16)
    end.varint(this.#frames())
    end.varint(this.#blobBytes.length / 4)
    file.write(this.#seal([end.view()], FrameKind.PACK_END, true))
    const staged = file.finish()
    this.#file = undefined
    const pack: FinishedPack = {
      ...staged,
      type: this.#settings.type,
      plainBytes: this.#plainBytes,
      segments: words(this.#segments),
      lookupIds: new Uint8Array(this.#lookupIds.view()),
      blobBytes: words(this.#blobBytes),
    }
    this.#clearPack()
    this.#onPack(pack)
  }

  /** Throws away the open pack: what it held was never anywhere else. */
  discard(): void {
    this.#file?.discard()
    this.#file = undefined
    this.#clearSegment()
    this.#clearPack()
  }

  /** Gives the segment's memory back: the writer is not used after it. */
  release(): void {
    release(this.#segment)
  }

  #growSegment(bytes: number): void {
    invariant(bytes <= SEGMENT_PLAIN_BYTES_MAX, 'A blob fits into one segment.')
    this.#segment = Buffer.allocUnsafeSlow(bytes)
    this.#buffers.reserve(bytes)
  }

  #frames(): number {
    return this.#segments.length / 8
  }

  #openPack(): StagedFile {
    if (this.#file) return this.#file
    const scope = this.#settings.scope
    this.#sealer = new ObjectSealer(this.#settings.type, scope)
    this.#opener = new ObjectOpener(this.#sealer.header, {
      type: this.#settings.type,
      repositoryId: scope.repositoryId,
      masterOf: () => scope.master,
    })
    this.#file = new StagedFile(this.#settings.workspace, this.#output)
    this.#file.write(this.#sealer.header)
    return this.#file
  }

  #compress(plain: Buffer): Buffer {
    if (looksIncompressible(plain)) return plain
    const grain = plain.length < this.#segmentBlobs * SMALL_BLOB_BYTES ? Grain.SMALL : Grain.LARGE
    // With room for the worst case zstd compresses straight into it, and its own buffers stay untouched.
    const bytes = this.#codec.compress(plain, this.#buffers.compressed, grain)
    return bytes > 0 && bytes < plain.length ? this.#buffers.compressed.subarray(0, bytes) : plain
  }

  #head(codec: number): Buffer {
    const head = new ByteWriter(8)
    head.u8(codec)
    head.varint(this.#segmentBlobs)
    head.bytes(this.#directory.view())
    return head.view()
  }

  #seal(parts: readonly Uint8Array[], kind: FrameKind, final: boolean): Buffer {
    if (!this.#sealer) throw new InvariantViolation('A pack is open while its frames are sealed.')
    const target = this.#buffers.sealed
    let used = 0
    this.#sealer.sealFrame(parts, {
      kind,
      final,
      emit: (piece) => {
        target.set(piece, used)
        used += piece.length
      },
    })
    return target.subarray(0, used)
  }

  #verify(sealed: Buffer, plain: Buffer, frame: number): void {
    if (!this.#opener) throw new InvariantViolation('A pack is open while its frames are verified.')
    const opened = this.#opener.openFrame(sealed, { number: frame, into: this.#buffers.compressed })
    const directory = parseSegment(opened.plaintext)
    const decoded = decodeSegment(opened.plaintext, directory, {
      codec: this.#codec,
      reserve: () => this.#buffers.decoded,
    })
    if (directory.blobOffsets.length - 1 === this.#segmentBlobs && Buffer.compare(decoded, plain) === 0) return
    throw new BackupError('DAMAGED', 'A segment did not read back as it was written: memory or processor fault.', {
      context: { object: 'segment' },
    })
  }

  #clearSegment(): void {
    this.#segmentUsed = 0
    this.#segmentBlobs = 0
    this.#directory.clear()
  }

  #clearPack(): void {
    this.#segments.clear()
    this.#lookupIds.clear()
    this.#blobBytes.clear()
    this.#plainBytes = 0
  }
}

function words(writer: ByteWriter): Uint32Array {
  const bytes = writer.view()
  const copy = new Uint32Array(bytes.length / 4)
  Buffer.from(copy.buffer).set(bytes)
  return copy
}
