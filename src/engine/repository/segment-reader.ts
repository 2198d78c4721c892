/**
 * Reads segments of packs: finds the place, reads one frame, opens it, decodes it. A few decoded segments are kept. A
 * frame that does not authenticate is read once more before it is called damaged, since the fault may lie on the way.
 */
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { isNoFile } from '../../kernel/regular-file.ts'
import type { ObjectStore } from '../../storage/index.ts'
import type { SegmentDecoder } from '../compression/index.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, type MasterLookup, ObjectOpener, ObjectType } from '../crypto/index.ts'
import type { BlobTable, SegmentPlace } from '../index/index.ts'
import { decodeSegment, GrowingBuffer, LocalPack, parseSegment, ReadBuffer } from '../pack/index.ts'
import { packKey } from './object-keys.ts'
import { isUnreadable } from './unreadable.ts'

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
  readonly packs: ReadonlyArray<{ readonly name: string }>
  placeOfSegment(segment: number): SegmentPlace
}

export interface SegmentReaderParts {
  readonly store: Pick<ObjectStore, 'get' | 'localPath'>
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

interface OpenPack {
  readonly opener: ObjectOpener
  /** LOCAL. */
  readonly file: LocalPack | undefined
}

interface Slot {
  readonly buffer: GrowingBuffer
  decoded: DecodedSegment | undefined
  usedAt: number
}

export class SegmentReader implements AsyncDisposable {
  readonly #parts: SegmentReaderParts
  readonly #packs = new Map<number, OpenPack>()
  readonly #slots: Slot[] = []
  readonly #bySegment = new Map<number, Slot>()
  readonly #buffer = new ReadBuffer()
  readonly #aheadBuffer = new ReadBuffer()
  /** A segment whose frame is being read in the background. */
  #ahead: { readonly segment: number; readonly reading: Promise<Uint8Array | undefined> } | undefined
  readonly #plain = new GrowingBuffer()
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
        frame: (await this.#takeAhead(segment, place)) ?? (await this.#frameBytes(place, signal)),
        pack: await this.#openPack(place.pack, signal),
      })
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED')) throw error
      this.#forgetPack(place.pack)
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
    if (pack?.file === undefined || this.#ahead?.segment === segment) return undefined
    try {
      return this.#decode(segment, place, { frame: this.#readLocal(pack.file, place), pack })
    } catch (error) {
      if (isBackupError(error, 'DAMAGED')) return undefined
      throw error
    }
  }

  /**
   * LOCAL, where the pack is open: begins to read a segment that will be asked for next. One at a time; whatever goes
   * wrong is met when it is asked for.
   */
  prefetch(segment: number): void {
    if (this.#ahead || this.#bySegment.has(segment)) return
    const place = this.#parts.index.placeOfSegment(segment)
    const file = this.#packs.get(place.pack)?.file
    if (!file) return
    this.#ahead = {
      segment,
      reading: file
        .readAhead(place.offset, FRAME_HEADER_BYTES + place.sealedBytes, this.#aheadBuffer)
        .catch(() => undefined),
    }
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
    { frame, pack }: { readonly frame: Uint8Array; readonly pack: OpenPack },
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
    const pack = await this.#openPack(place.pack, signal)
    if (pack.file) return this.#readLocal(pack.file, place)
    const options = { offset: place.offset, length: FRAME_HEADER_BYTES + place.sealedBytes }
    return this.#parts.store.get(packKey(this.#nameOf(place.pack)), signal ? { ...options, signal } : options)
  }

  #readLocal(file: LocalPack, place: SegmentPlace): Uint8Array {
    const length = FRAME_HEADER_BYTES + place.sealedBytes
    const frame = this.#orDamaged(place, () => file.read(place.offset, length))
    if (frame.length < length)
      throw new BackupError('DAMAGED', 'A pack is shorter than its index says.', {
        context: { object: packKey(this.#nameOf(place.pack)) },
      })
    return frame
  }

  /** What the disk does not give is damage of that pack, and no reason to stop reading others. */
  #orDamaged<T>(place: SegmentPlace, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#unreadable(this.#nameOf(place.pack), error)
    }
  }

  #unreadable(name: string, error: unknown): BackupError {
    return new BackupError('DAMAGED', 'A pack can not be read.', {
      context: { object: packKey(name), cause: systemCode(error) ?? 'unknown' },
      cause: error,
    })
  }

  async #openPack(number: number, signal?: AbortSignal): Promise<OpenPack> {
    const known = this.#packs.get(number)
    if (known) {
      this.#packs.delete(number)
      this.#packs.set(number, known)
      return known
    }
    const key = packKey(this.#nameOf(number))
    const range = { offset: 0, length: HEADER_BYTES }
    const header = await this.#parts.store
      .get(key, signal ? { ...range, signal } : range)
      .catch((error: unknown) => this.#refuse(error, number))
    const opener = new ObjectOpener(header, {
      type: PACK_TYPES,
      repositoryId: this.#parts.repositoryId,
      masterOf: this.#parts.masterOf,
    })
    const local = this.#parts.store.localPath(key)
    const pack = { opener, file: local === undefined ? undefined : this.#openLocal(local, key) }
    for (const oldest of this.#packs.keys()) {
      if (this.#packs.size < OPEN_PACKS_MAX) break
      this.#forgetPack(oldest)
    }
    this.#packs.set(number, pack)
    return pack
  }

  /** A pack that is cut short within its header, or that the disk does not give, is damaged. */
  #refuse(error: unknown, number: number): never {
    const isCut = isBackupError(error, 'STORAGE_FAILED') && error.context['bytes'] !== undefined
    throw isCut || isUnreadable(error) ? this.#unreadable(this.#nameOf(number), error.cause ?? error) : error
  }

  #forgetPack(number: number): void {
    const pack = this.#packs.get(number)
    this.#packs.delete(number)
    pack?.file?.[Symbol.dispose]()
  }

  #nameOf(pack: number): string {
    return this.#parts.index.packs[pack]!.name
  }

  #damaged(place: SegmentPlace, cause: unknown): BackupError {
    const context = { object: packKey(this.#nameOf(place.pack)), segment: place.frame }
    return new BackupError('DAMAGED', 'A segment of a pack does not read back.', { context, cause })
  }

  /** Throws NOT_FOUND when the pack was deleted since its header was read. */
  #openLocal(file: string, key: string): LocalPack {
    try {
      return new LocalPack(file, this.#buffer, { isCached: this.#parts.isBulk !== true })
    } catch (error) {
      if (!isNoFile(error)) throw this.#unreadable(key.slice(-64), error)
      throw new BackupError('NOT_FOUND', 'A pack can not be opened.', { context: { object: key }, cause: error })
    }
  }
}
