/**
 * Reads blobs by id and proves each by its SHA-256. When one copy is damaged the others are tried before the blob is
 * called lost.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { blobIdOf, type LookupIds } from '../crypto/index.ts'
import type { DecodedSegment, IndexView, SegmentReader } from './segment-reader.ts'

export class BlobReader {
  readonly #index: IndexView
  readonly #segments: SegmentReader
  readonly #lookupIds: LookupIds
  readonly #lookupId = new Uint32Array(4)

  constructor(index: IndexView, segments: SegmentReader, lookupIds: LookupIds) {
    this.#index = index
    this.#segments = segments
    this.#lookupIds = lookupIds
  }

  /** True when an index segment names the blob. */
  has(id: Uint8Array): boolean {
    return this.entryOf(id) >= 0
  }

  /** The blob's entry in the index, or -1. */
  entryOf(id: Uint8Array): number {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId)
    return this.#index.table.find(this.#lookupId)
  }

  /** The segment that holds the blob, or -1. */
  segmentOf(id: Uint8Array): number {
    const entry = this.entryOf(id)
    return entry < 0 ? -1 : this.#index.table.segmentOf(entry)
  }

  /** Begins to read the blob's segment in the background, where that can be done. */
  prefetch(id: Uint8Array): void {
    const segment = this.segmentOf(id)
    if (segment >= 0) this.#segments.prefetch(segment)
  }

  /** The blob, valid until the next read. Throws NOT_FOUND when no index names it, DAMAGED when no copy is right. */
  async read(id: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const entry = this.entryOf(id)
    if (entry < 0) throw missing(id)
    try {
      return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), signal), id)
    } catch (error) {
      if (!isBackupError(error)) throw error
      return this.#readCopy(id, { tried: entry, error, ...(signal && { signal }) })
    }
  }

  /** The blob when it can be had at once (its segment is cached or its pack is an open local file), else undefined. */
  readSync(id: Uint8Array): Uint8Array | undefined {
    const entry = this.entryOf(id)
    if (entry < 0) return undefined
    const decoded = this.#segments.readSync(this.#index.table.segmentOf(entry))
    return decoded && this.#takeIfRight(entry, decoded, id)
  }

  async #readCopy(
    id: Uint8Array,
    failed: { tried: number; error: BackupError; signal?: AbortSignal },
  ): Promise<Uint8Array> {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId)
    for (const entry of this.#index.table.findAll(this.#lookupId)) {
      if (entry === failed.tried) continue
      try {
        return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), failed.signal), id)
      } catch (error) {
        if (!isBackupError(error)) throw error
      }
    }
    throw failed.error
  }

  #take(entry: number, decoded: DecodedSegment, id: Uint8Array): Uint8Array {
    const blob = this.#takeIfRight(entry, decoded, id)
    if (blob) return blob
    throw new BackupError('DAMAGED', 'A blob does not have the SHA-256 that names it.', {
      context: { object: `blob ${Buffer.from(id).toString('hex')}` },
    })
  }

  #takeIfRight(entry: number, decoded: DecodedSegment, id: Uint8Array): Uint8Array | undefined {
    const { offset, bytes } = this.#index.table.placeOf(entry)
    const blob = decoded.bytes.subarray(offset, offset + bytes)
    return blob.length === bytes && Buffer.compare(blobIdOf(blob), id) === 0 ? blob : undefined
  }
}

function missing(id: Uint8Array): BackupError {
  return new BackupError('NOT_FOUND', 'No index segment names a blob that a snapshot needs.', {
    context: { object: `blob ${Buffer.from(id).toString('hex')}` },
  })
}
