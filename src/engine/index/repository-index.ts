/**
 * What the index segments of one class (data or metadata) say, ready for look-ups. Blobs of tombstoned packs come last,
 * so that they are found only when no other copy exists; a writer leaves them out and stores such blobs anew.
 */
import { release } from '../../kernel/release.ts'
import { BlobTable, type BlobTableMemory, reserveBlobTable } from './blob-table.ts'
import { decodeIndexSegment, type IndexedPack, segmentOffsets } from './index-segment.ts'

const SEGMENT_WORDS = 4

export interface PackEntry {
  readonly name: string
  readonly bytes: number
  readonly isTombstoned: boolean
  /** False when whoever loaded the index said which packs are stored, and this one is not among them. */
  readonly isStored: boolean
  readonly blobCount: number
  /** First segment number and segment count in this index. */
  readonly segmentFrom: number
  readonly segmentCount: number
  /** First entry of the blob table that belongs to this pack; its entries follow each other. */
  readonly entryFrom: number
}

export interface SegmentPlace {
  readonly pack: number
  readonly offset: number
  readonly sealedBytes: number
  readonly frame: number
}

/** Plain data for another thread. */
export interface SharedIndexMemory {
  readonly table: BlobTableMemory
  readonly segments: SharedArrayBuffer
}

/** An index that another thread has shared, with the names of its packs. */
export class SharedIndex {
  readonly table: BlobTable
  readonly packs: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
  readonly #segments: Uint32Array

  constructor(memory: SharedIndexMemory, packs: ReadonlyArray<{ readonly name: string; readonly bytes: number }>) {
    this.table = new BlobTable(memory.table)
    this.packs = packs
    this.#segments = new Uint32Array(memory.segments)
  }

  placeOfSegment(segment: number): SegmentPlace {
    return placeIn(this.#segments, segment)
  }
}

function placeIn(segments: Uint32Array, segment: number): SegmentPlace {
  const at = segment * SEGMENT_WORDS
  return { pack: segments[at]!, offset: segments[at + 1]!, sealedBytes: segments[at + 2]!, frame: segments[at + 3]! }
}

export class RepositoryIndex {
  readonly table: BlobTable
  readonly packs: PackEntry[] = []
  readonly #packNumbers = new Map<string, number>()
  #segments = new Uint32Array(1024 * SEGMENT_WORDS)
  #segmentCount = 0
  readonly #lookupId = new Uint32Array(4)

  constructor(capacity: number) {
    this.table = new BlobTable(reserveBlobTable(capacity))
  }

  get segmentCount(): number {
    return this.#segmentCount
  }

  packNumber(name: string): number | undefined {
    return this.#packNumbers.get(name)
  }

  placeOfSegment(segment: number): SegmentPlace {
    return placeIn(this.#segments, segment)
  }

  /** What another thread needs to look up and find blobs: shared memory, read only from now on. */
  share(): SharedIndexMemory {
    const segments = new SharedArrayBuffer(this.#segmentCount * SEGMENT_WORDS * 4)
    new Uint32Array(segments).set(this.#segments.subarray(0, this.#segmentCount * SEGMENT_WORDS))
    return { table: this.table.memory, segments }
  }

  /** Adds a pack once; a pack that two index segments name is the same pack. */
  addPack(pack: IndexedPack, { isTombstoned = false, isStored = true } = {}): void {
    if (this.#packNumbers.has(pack.name)) return
    const number = this.packs.length
    const segmentCount = pack.segments.length / 2
    this.packs.push({
      name: pack.name,
      bytes: pack.bytes,
      isTombstoned,
      isStored,
      blobCount: pack.blobBytes.length,
      segmentFrom: this.#segmentCount,
      segmentCount,
      entryFrom: this.table.count,
    })
    this.#packNumbers.set(pack.name, number)
    this.#addSegments(number, pack.segments)
    this.#addBlobs(pack, this.#segmentCount - segmentCount)
  }

  #addSegments(pack: number, segments: Uint32Array): void {
    const count = segments.length / 2
    const need = (this.#segmentCount + count) * SEGMENT_WORDS
    if (need > this.#segments.length) {
      const next = new Uint32Array(Math.max(need, this.#segments.length * 2))
      next.set(this.#segments)
      this.#segments = next
    }
    const offsets = segmentOffsets(segments)
    for (let i = 0; i < count; i += 1)
      this.#segments.set([pack, offsets[i]!, segments[i * 2]!, i], (this.#segmentCount + i) * SEGMENT_WORDS)
    this.#segmentCount += count
  }

  #addBlobs(pack: IndexedPack, segmentFrom: number): void {
    this.table.expect(pack.blobBytes.length)
    const ids = new Uint32Array(pack.blobBytes.length * 4)
    Buffer.from(ids.buffer).set(pack.lookupIds)
    const id = this.#lookupId
    let blob = 0
    for (let i = 0; i < pack.segments.length; i += 2) {
      let offset = 0
      for (const end = blob + pack.segments[i + 1]!; blob < end; blob += 1) {
        for (let k = 0; k < 4; k += 1) id[k] = ids[blob * 4 + k]!
        const bytes = pack.blobBytes[blob]!
        this.table.insert(id, segmentFrom + i / 2, offset, bytes)
        offset += bytes
      }
    }
    release(new Uint8Array(ids.buffer))
  }
}

export interface IndexLoad {
  readonly index: RepositoryIndex
  /** Names of the index segments in force. */
  readonly segments: readonly string[]
  /** Names of segments that are still stored although another replaces them. */
  readonly superseded: readonly string[]
}

export interface IndexLoadOptions {
  /** Entries to reserve beyond what the segments hold: the new blobs of this run. */
  readonly reserveEntries?: number
  readonly tombstonedPacks?: ReadonlySet<string>
  /** Left out wherever an index segment still names them: a pruner that slept may have written it after they went. */
  readonly deletedPacks?: ReadonlySet<string>
  /** Names of the packs that are there: blobs of others come last too. Default: all are taken to be there. */
  readonly storedPacks?: ReadonlySet<string>
  /** Leaves blobs of tombstoned packs out altogether (writers) instead of adding them last (readers). */
  readonly omitTombstoned?: boolean
}

/** Builds the index from decoded payloads. `payloads` gives each segment's name and authenticated payload once. */
export function buildIndex(
  payloads: ReadonlyArray<{ name: string; payload: Uint8Array }>,
  options: IndexLoadOptions = {},
): IndexLoad {
  const loaded = payloads.map(({ name, payload }) => ({ name, segment: decodeIndexSegment(payload) }))
  const replaced = new Set(loaded.flatMap(({ segment }) => segment.supersedes))
  const inForce = loaded.filter(({ name }) => !replaced.has(name))
  const count = inForce.reduce(
    (sum, { segment }) => sum + segment.packs.reduce((n, pack) => n + pack.blobBytes.length, 0),
    0,
  )
  const index = new RepositoryIndex(count + (options.reserveEntries ?? 0) + 1)
  const tombstoned = options.tombstonedPacks ?? new Set<string>()
  const packs = inForce
    .flatMap(({ segment }) => segment.packs)
    .filter(({ name }) => options.deletedPacks?.has(name) !== true)
  const stateOf = ({ name }: IndexedPack) => ({
    isTombstoned: tombstoned.has(name),
    isStored: options.storedPacks?.has(name) !== false,
  })
  const isFirst = (pack: IndexedPack) => !stateOf(pack).isTombstoned && stateOf(pack).isStored
  for (const pack of packs.filter(isFirst)) index.addPack(pack)
  for (const pack of packs)
    if (!isFirst(pack) && !(options.omitTombstoned && tombstoned.has(pack.name))) index.addPack(pack, stateOf(pack))
  return {
    index,
    segments: inForce.map(({ name }) => name),
    superseded: loaded.filter(({ name }) => replaced.has(name)).map(({ name }) => name),
  }
}
