/**
 * Reads segments of packs: finds the place, reads one frame, opens it, decodes it. A few decoded segments are kept. A frame that does not
 * authenticate is read once more before it is called damaged, since the fault may lie on the way.
 */
import fs from 'node:fs'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import type { SegmentDecoder } from '../compression/index.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, type MasterLookup, ObjectOpener, ObjectType } from '../crypto/index.ts'
import type { RepositoryIndex, SegmentPlace } from '../index/index.ts'
import { decodeSegment, parseSegment } from '../pack/index.ts'

export interface DecodedSegment {
  readonly segment: number
  /** The blobs of the segment, joined. Valid until it leaves the cache: copy what must stay. */
  readonly bytes: Uint8Array
  /** Offsets of the blobs in `bytes`; one more than there are blobs. */
  readonly blobOffsets: Uint32Array
}

export interface SegmentReaderParts {
  readonly store: ObjectStore
  readonly repositoryId: Buffer
  readonly masterOf: MasterLookup
  readonly index: RepositoryIndex
  readonly codec: SegmentDecoder
  /** Decoded segments to keep; default 4. */
  readonly cacheSegments?: number
}

const PACK_TYPES = [ObjectType.PACK_DATA, ObjectType.PACK_META]
const OPEN_PACKS_MAX = 16

interface OpenPack {
  readonly opener: ObjectOpener
  /** LOCAL: the pack's descriptor. */
  readonly descriptor: number | undefined
}

interface Slot {
  buffer: Uint8Array
  decoded: DecodedSegment | undefined
  usedAt: number
}

/** The key under which a pack is stored. */
export function packKey(name: string): string {
  return `packs/${name.slice(0, 2)}/${name}`
}

export class SegmentReader implements AsyncDisposable {
  readonly #parts: SegmentReaderParts
  readonly #packs = new Map<number, OpenPack>()
  readonly #slots: Slot[] = []
  readonly #bySegment = new Map<number, Slot>()
  #frame = Buffer.alloc(0)
  #plain = Buffer.alloc(0)
  #clock = 0

  constructor(parts: SegmentReaderParts) {
    this.#parts = parts
    for (let i = 0; i < (parts.cacheSegments ?? 4); i += 1) this.#slots.push({ buffer: new Uint8Array(0), decoded: undefined, usedAt: 0 })
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
      return this.#decode(segment, place, await this.#frameBytes(place, signal), await this.#openPack(place.pack, signal))
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED')) throw error
      this.#forgetPack(place.pack)
    }
    try {
      return this.#decode(segment, place, await this.#frameBytes(place, signal), await this.#openPack(place.pack, signal))
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
    if (pack?.descriptor === undefined) return undefined
    try {
      return this.#decode(segment, place, this.#readLocal(pack.descriptor, place), pack)
    } catch (error) {
      if (isBackupError(error, 'DAMAGED')) return undefined
      throw error
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const number of [...this.#packs.keys()]) this.#forgetPack(number)
    this.#bySegment.clear()
    return Promise.resolve()
  }

  #decode(segment: number, place: SegmentPlace, frame: Uint8Array, pack: OpenPack): DecodedSegment {
    if (this.#plain.length < frame.length) this.#plain = Buffer.allocUnsafeSlow(frame.length)
    const opened = pack.opener.openFrame(frame, { number: place.frame, into: this.#plain })
    const directory = parseSegment(opened.plaintext)
    const slot = this.#freeSlot()
    const bytes = decodeSegment(opened.plaintext, directory, { codec: this.#parts.codec, reserve: (need) => {
      if (slot.buffer.length < need) slot.buffer = Buffer.allocUnsafeSlow(need)
      return slot.buffer
    } })
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

  async #frameBytes(place: SegmentPlace, signal?: AbortSignal): Promise<Uint8Array> {
    const pack = await this.#openPack(place.pack, signal)
    if (pack.descriptor !== undefined) return this.#readLocal(pack.descriptor, place)
    const options = { offset: place.offset, length: FRAME_HEADER_BYTES + place.sealedBytes }
    return this.#parts.store.get(packKey(this.#nameOf(place.pack)), signal ? { ...options, signal } : options)
  }

  #readLocal(descriptor: number, place: SegmentPlace): Uint8Array {
    const length = FRAME_HEADER_BYTES + place.sealedBytes
    if (this.#frame.length < length) this.#frame = Buffer.allocUnsafeSlow(length)
    let done = 0
    while (done < length) {
      const got = fs.readSync(descriptor, this.#frame, done, length - done, place.offset + done)
      if (got === 0) throw new BackupError('DAMAGED', 'A pack is shorter than its index says.', { context: { object: packKey(this.#nameOf(place.pack)) } })
      done += got
    }
    return this.#frame.subarray(0, length)
  }

  async #openPack(number: number, signal?: AbortSignal): Promise<OpenPack> {
    const known = this.#packs.get(number)
    if (known) {
      this.#packs.delete(number)
      this.#packs.set(number, known)
      return known
    }
    const key = packKey(this.#nameOf(number))
    const header = await this.#parts.store.get(key, signal ? { offset: 0, length: HEADER_BYTES, signal } : { offset: 0, length: HEADER_BYTES })
    const opener = new ObjectOpener(header, { type: PACK_TYPES, repositoryId: this.#parts.repositoryId, masterOf: this.#parts.masterOf })
    const local = this.#parts.store.localPath(key)
    const pack = { opener, descriptor: local === undefined ? undefined : openLocal(local, key) }
    for (const oldest of this.#packs.keys()) {
      if (this.#packs.size < OPEN_PACKS_MAX) break
      this.#forgetPack(oldest)
    }
    this.#packs.set(number, pack)
    return pack
  }

  #forgetPack(number: number): void {
    const pack = this.#packs.get(number)
    this.#packs.delete(number)
    if (pack?.descriptor !== undefined) fs.closeSync(pack.descriptor)
  }

  #nameOf(pack: number): string {
    return this.#parts.index.packs[pack]!.name
  }

  #damaged(place: SegmentPlace, cause: unknown): BackupError {
    const context = { object: packKey(this.#nameOf(place.pack)), segment: place.frame }
    return new BackupError('DAMAGED', 'A segment of a pack does not read back.', { context, cause })
  }
}

/** Throws NOT_FOUND when the pack was deleted since its header was read. */
function openLocal(file: string, key: string): number {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
  } catch (error) {
    const code = systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'STORAGE_FAILED'
    throw new BackupError(code, 'A pack can not be opened.', { context: { object: key }, cause: error })
  }
}
