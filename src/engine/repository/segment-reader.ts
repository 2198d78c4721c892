/**
 * Reads segments of packs: finds the place, reads one frame, opens it, decodes it. A few decoded segments are kept. A
 * frame that does not authenticate is read once more before it is called damaged, since the fault may lie on the way.
 */
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import {
  faultOrThrow,
  openPack,
  type PackPlace,
  type PackReader,
  type PackStore,
  ReadBuffer,
} from '../../storage/index.ts'
import type { SegmentDecoder } from '../compression/index.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, type MasterLookup, ObjectOpener, ObjectType } from '../crypto/index.ts'
import type { BlobTable, SegmentPlace } from '../index/index.ts'
import { decodeSegment, GrowingBuffer, parseSegment } from '../pack/index.ts'
import { FetchedFrames, type WantedSegment } from './fetched-frames.ts'
import { packKey } from './object-keys.ts'

export interface DecodedSegment {
  readonly segment: number
  /** The blobs of the segment, joined. Valid until it leaves the cache: copy what must stay. */
  readonly bytes: Uint8Array
  /** Offsets of the blobs in `bytes`; one more than there are blobs. */
  readonly blobOffsets: Uint32Array
}

/** What is read of a repository's index: its own, or one whose memory another thread has made. */
export interface IndexView {
  readonly table: BlobTable
  readonly packs: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
  placeOfSegment(segment: number): SegmentPlace
}

export interface SegmentReaderParts {
  readonly placeOf: (name: string, bytes: number) => PackPlace
  /** Where some places are no files. */
  readonly store?: PackStore
  readonly repositoryId: Buffer
  readonly masterOf: MasterLookup
  readonly index: IndexView
  readonly codec: SegmentDecoder
  /** Decoded segments to keep; default 4. */
  readonly cacheSegments?: number
  /**
   * Much of the repository will be read, each segment about once: local packs are read past the page cache. Default
   * false.
   */
  readonly isBulk?: boolean
}

const PACK_TYPES = [ObjectType.PACK_DATA, ObjectType.PACK_META]
const OPEN_PACKS_MAX = 16

interface OpenedPack {
  readonly opener: ObjectOpener
  readonly reader: PackReader
}

interface Slot {
  readonly buffer: GrowingBuffer
  decoded: DecodedSegment | undefined
  usedAt: number
}

export class SegmentReader implements AsyncDisposable {
  readonly #parts: SegmentReaderParts
  readonly #packs = new Map<number, OpenedPack>()
  readonly #slots: Slot[] = []
  readonly #bySegment = new Map<number, Slot>()
  readonly #buffer = new ReadBuffer()
  readonly #aheadBuffer = new ReadBuffer()
  /** A segment whose frame is being read in the background. */
  #ahead: { readonly segment: number; readonly reading: Promise<Uint8Array | undefined> } | undefined
  readonly #plain = new GrowingBuffer()
  readonly #fetched = new FetchedFrames()
  #clock = 0

  constructor(parts: SegmentReaderParts) {
    this.#parts = parts
    for (let i = 0; i < (parts.cacheSegments ?? 4); i += 1)
      this.#slots.push({ buffer: new GrowingBuffer(), decoded: undefined, usedAt: 0 })
  }

  /** The segment if it is at hand, without any I/O. */
  cached(segment: number): DecodedSegment | undefined {
    const slot = this.#bySegment.get(segment)
    if (!slot) return undefined
    slot.usedAt = ++this.#clock
    return slot.decoded
  }

  /** Reads and decodes a segment. Throws DAMAGED (naming the pack) or NOT_FOUND. */
  async read(segment: number, signal?: AbortSignal): Promise<DecodedSegment> {
    const cached = this.cached(segment)
    if (cached) return cached
    const place = this.#parts.index.placeOfSegment(segment)
    try {
      return this.#decode(segment, place, {
        frame:
          (await this.#takeAhead(segment, place)) ??
          this.#fetched.frame(segment) ??
          (await this.#frameBytes(place, signal)),
        pack: await this.#openPack(place.pack, signal),
      })
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED')) throw error
      this.#forgetPack(place.pack)
      this.#fetched.forget(segment, place.pack)
    }
    try {
      return this.#decode(segment, place, {
        frame: await this.#frameBytes(place, signal),
        pack: await this.#openPack(place.pack, signal),
      })
    } catch (error) {
      throw isBackupError(error, 'DAMAGED') ? this.#damaged(place, error) : error
    }
  }

  /** LOCAL only: the same without leaving this turn of the event loop; undefined where the pack is not a local file. */
  readSync(segment: number): DecodedSegment | undefined {
    const cached = this.cached(segment)
    if (cached) return cached
    const place = this.#parts.index.placeOfSegment(segment)
    const pack = this.#packs.get(place.pack)
    if (pack?.reader.readSync === undefined || this.#ahead?.segment === segment) return undefined
    try {
      return this.#decode(segment, place, { frame: this.#readAtOnce(pack.reader, place), pack })
    } catch (error) {
      if (isBackupError(error, 'DAMAGED')) return undefined
      throw error
    }
  }

  /**
   * Where the pack is open: begins to read a segment that will be asked for next. One at a time; whatever goes wrong is
   * met when it is asked for.
   */
  prefetch(segment: number): void {
    if (this.#ahead || this.#bySegment.has(segment)) return
    const place = this.#parts.index.placeOfSegment(segment)
    const reader = this.#packs.get(place.pack)?.reader
    if (!reader) return
    this.#ahead = {
      segment,
      reading: reader
        .readAhead(place.offset, FRAME_HEADER_BYTES + place.sealedBytes, this.#aheadBuffer)
        .catch(() => undefined),
    }
  }

  /** Where packs are far away: fetches segments that will be asked for, `bytesMax` of them. */
  async fetch(segments: Iterable<number>, bytesMax: number, signal?: AbortSignal): Promise<void> {
    const wanted = function* (index: IndexView): Iterable<WantedSegment> {
      for (const segment of segments) yield { segment, place: index.placeOfSegment(segment) }
    }
    await this.#fetched.fetch(wanted(this.#parts.index), bytesMax, (pack) => {
      const reader = this.#readerOf(pack)
      return { read: (position, bytes) => reader.read(position, bytes, signal) }
    })
    throwIfAborted(signal)
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const number of [...this.#packs.keys()]) this.#forgetPack(number)
    this.#bySegment.clear()
    return Promise.resolve()
  }

  /** Gives its memory back as well: no blob that came from it is in use any more. */
  async release(): Promise<void> {
    await this[Symbol.asyncDispose]()
    for (const buffer of [this.#plain, ...this.#slots.map((slot) => slot.buffer)]) buffer.release()
  }

  #decode(
    segment: number,
    place: SegmentPlace,
    { frame, pack }: { readonly frame: Uint8Array; readonly pack: OpenedPack },
  ): DecodedSegment {
    const opened = pack.opener.openFrame(frame, { number: place.frame, into: this.#plain.reserve(frame.length) })
    const directory = parseSegment(opened.plaintext)
    const slot = this.#freeSlot()
    const bytes = decodeSegment(opened.plaintext, directory, {
      codec: this.#parts.codec,
      reserve: (need) => slot.buffer.reserve(need),
    })
    slot.decoded = { segment, bytes, blobOffsets: directory.blobOffsets }
    slot.usedAt = ++this.#clock
    this.#bySegment.set(segment, slot)
    return slot.decoded
  }

  #freeSlot(): Slot {
    let oldest = this.#slots[0]!
    for (const slot of this.#slots) if (slot.usedAt < oldest.usedAt) oldest = slot
    if (oldest.decoded) this.#bySegment.delete(oldest.decoded.segment)
    oldest.decoded = undefined
    oldest.usedAt = 0
    return oldest
  }

  /**
   * The frame that was read in the background, if it is this segment's and whole. It is decoded before another is
   * begun.
   */
  async #takeAhead(segment: number, place: SegmentPlace): Promise<Uint8Array | undefined> {
    const ahead = this.#ahead
    if (ahead?.segment !== segment) return undefined
    const frame = await ahead.reading
    this.#ahead = undefined
    return frame?.length === FRAME_HEADER_BYTES + place.sealedBytes ? frame : undefined
  }

  async #frameBytes(place: SegmentPlace, signal?: AbortSignal): Promise<Uint8Array> {
    if (!this.#isFile(place.pack)) return this.#farFrame(place, signal)
    return this.#readAtOnce((await this.#openPack(place.pack, signal)).reader, place)
  }

  /** Beside the header of its pack, where that is not known yet: each is a way of its own. */
  async #farFrame(place: SegmentPlace, signal?: AbortSignal): Promise<Uint8Array> {
    using reader = this.#readerOf(place.pack)
    const length = FRAME_HEADER_BYTES + place.sealedBytes
    const opening = this.#openPack(place.pack, signal)
    opening.catch(() => {})
    const frame = await reader
      .read(place.offset, length, signal)
      .catch((error: unknown) => this.#refuse(error, place.pack))
    await opening
    return this.#whole(frame, place)
  }

  #isFile(number: number): boolean {
    const { name, bytes } = this.#parts.index.packs[number]!
    return 'file' in this.#parts.placeOf(name, bytes)
  }

  #readerOf(number: number): PackReader {
    const { store, index, placeOf, isBulk } = this.#parts
    const { name, bytes } = index.packs[number]!
    return openPack(placeOf(name, bytes), store, { buffer: this.#buffer, isCached: isBulk !== true })
  }

  /** LOCAL. */
  #readAtOnce(reader: PackReader, place: SegmentPlace): Uint8Array {
    try {
      return this.#whole(reader.readSync!(place.offset, FRAME_HEADER_BYTES + place.sealedBytes), place)
    } catch (error) {
      return this.#refuse(error, place.pack)
    }
  }

  #whole(frame: Buffer, place: SegmentPlace): Buffer {
    if (frame.length < FRAME_HEADER_BYTES + place.sealedBytes)
      throw new BackupError('DAMAGED', 'A pack is shorter than its index says.', {
        context: { object: packKey(this.#nameOf(place.pack)) },
      })
    return frame
  }

  /** What can't be had of one pack is damage of that pack, and no reason to stop reading others. */
  #refuse(error: unknown, number: number): never {
    if (isBackupError(error, 'DAMAGED')) throw error
    const fault = faultOrThrow(error)
    const object = packKey(this.#nameOf(number))
    // It was deleted since the index was read.
    if (fault.isMissing)
      throw new BackupError('NOT_FOUND', 'A pack can not be opened.', { context: { object }, cause: error })
    throw new BackupError('DAMAGED', 'A pack can not be read.', {
      context: { object, cause: fault.cause },
      cause: error,
    })
  }

  async #openPack(number: number, signal?: AbortSignal): Promise<OpenedPack> {
    const known = this.#packs.get(number)
    if (known) {
      this.#packs.delete(number)
      this.#packs.set(number, known)
      return known
    }
    const pack = await this.#opened(number, signal).catch((error: unknown) => this.#refuse(error, number))
    for (const oldest of this.#packs.keys()) {
      if (this.#packs.size < OPEN_PACKS_MAX) break
      this.#forgetPack(oldest)
    }
    this.#packs.set(number, pack)
    return pack
  }

  async #opened(number: number, signal?: AbortSignal): Promise<OpenedPack> {
    const { repositoryId, masterOf } = this.#parts
    const reader = this.#readerOf(number)
    try {
      const header = this.#fetched.header(number) ?? Buffer.from(await reader.read(0, HEADER_BYTES, signal))
      if (header.length < HEADER_BYTES)
        throw new BackupError('DAMAGED', 'A pack is shorter than its header.', {
          context: { object: packKey(this.#nameOf(number)) },
        })
      return { opener: new ObjectOpener(header, { type: PACK_TYPES, repositoryId, masterOf }), reader }
    } catch (error) {
      reader[Symbol.dispose]()
      throw error
    }
  }

  #forgetPack(number: number): void {
    const pack = this.#packs.get(number)
    this.#packs.delete(number)
    pack?.reader[Symbol.dispose]()
  }

  #nameOf(pack: number): string {
    return this.#parts.index.packs[pack]!.name
  }

  #damaged(place: SegmentPlace, cause: unknown): BackupError {
    const context = { object: packKey(this.#nameOf(place.pack)), segment: place.frame }
    return new BackupError('DAMAGED', 'A segment of a pack does not read back.', { context, cause })
  }
}
