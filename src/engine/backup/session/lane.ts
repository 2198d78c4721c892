/**
 * A lane is everything that one thread needs to turn file bytes into stored blobs: read arena, chunker, compressor,
 * pack writer. The main thread has one and so has each worker; they share nothing but the blob table.
 */
import fs from 'node:fs'
import { alignedBuffer } from '../../../kernel/aligned-buffer.ts'
import { type Chunker, ChunkerProfile, createChunker } from '../../chunker/index.ts'
import { createSegmentCodec, type SegmentCodec } from '../../compression/index.ts'
import { blobIdOf, LookupIds, type ObjectScope, ObjectType } from '../../crypto/index.ts'
import { BlobTable, type BlobTableMemory } from '../../index/index.ts'
import { BLOB_BYTES_MAX, type FinishedPack, PackWriter, SealBuffers } from '../../pack/index.ts'

const MIB = 1024 * 1024
export const ARENA_BYTES = 3 * MIB
const OUTPUT_BYTES = 512 * 1024
const META_SEGMENT_BYTES = 512 * 1024

/** Plain data: it travels to a worker by structured clone. */
export interface LaneSetup {
  readonly scope: ObjectScope
  readonly workspace: string
  readonly chunkerSecret: Uint8Array
  readonly idKey: Uint8Array
  /** Absent until the index is loaded: an unchanged run never needs it. */
  readonly dataTable?: BlobTableMemory
  readonly segmentBytes: number
  readonly packBytes: number
  /** 1–9, docs/tuning.md. */
  readonly compressionLevel: number
}

/** Thrown when a blob is to be stored before the index is there; the caller loads it and does the directory again. */
export class IndexNeeded extends Error {
  override readonly name = 'IndexNeeded'
}

/** A chunk of the arena that was cut and hashed. */
export type ChunkSink = (blobId: Buffer, bytes: number) => void

export interface LaneCounters {
  blobsAdded: number
  bytesAdded: number
}

export class Lane {
  readonly arena: Buffer
  readonly counters: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }
  readonly buffers: SealBuffers
  readonly lookupIds: LookupIds
  readonly #setup: LaneSetup
  readonly #chunker: Chunker
  readonly #onPack: (pack: FinishedPack) => void
  #codec: SegmentCodec | undefined
  #table: BlobTable | undefined
  #packs: PackWriter | undefined
  readonly #lookupId = new Uint32Array(4)

  constructor(setup: LaneSetup, onPack: (pack: FinishedPack) => void) {
    this.#setup = setup
    const pages = Math.ceil(ARENA_BYTES / 65536)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.arena = Buffer.from(memory.buffer)
    this.#chunker = createChunker(memory, setup.chunkerSecret, ChunkerProfile.FILES)
    this.buffers = new SealBuffers(setup.segmentBytes + BLOB_BYTES_MAX)
    this.lookupIds = new LookupIds(setup.idKey)
    this.#onPack = onPack
    if (setup.dataTable) this.useTable(setup.dataTable)
  }

  /** The blob table, once it is loaded: before that `store` throws IndexNeeded. */
  useTable(memory: BlobTableMemory): void {
    this.#table = new BlobTable(memory)
  }

  get codec(): SegmentCodec {
    this.#codec ??= createSegmentCodec({ level: this.#setup.compressionLevel })
    return this.#codec
  }

  /** A second writer for metadata blobs that shares this lane's buffers. */
  metadataWriter(): PackWriter {
    return this.#writer(ObjectType.PACK_META, META_SEGMENT_BYTES)
  }

  /**
   * Cuts `length` bytes of the arena into chunks and stores the new ones. Returns the bytes consumed: all of them when
   * `isFinal`.
   */
  chunk(length: number, isFinal: boolean, sink: ChunkSink): number {
    let at = 0
    while (at < length) {
      const bytes = this.#chunker.cut(at, length - at, isFinal)
      if (bytes === 0) break
      sink(this.store(at, bytes), bytes)
      at += bytes
    }
    return at
  }

  /** Where the chunks of the arena end, without storing anything: for lanes that share one file. */
  cuts(length: number, isFinal: boolean, into: Uint32Array): number {
    let at = 0
    let count = 0
    while (at < length) {
      const bytes = this.#chunker.cut(at, length - at, isFinal)
      if (bytes === 0) break
      at += bytes
      into[count++] = at
    }
    return count
  }

  /** Stores one blob of the arena unless it is known. Returns its id. */
  store(at: number, bytes: number): Buffer {
    return this.storeBlob(this.arena.subarray(at, at + bytes))
  }

  /** The same for bytes of anywhere. */
  storeBlob(blob: Buffer): Buffer {
    if (!this.#table) throw new IndexNeeded()
    const bytes = blob.length
    const id = blobIdOf(blob)
    this.lookupIds.lookupInto(id, 0, this.#lookupId)
    if (this.#table.claim(this.#lookupId, bytes)) {
      this.#packs ??= this.#writer(ObjectType.PACK_DATA, this.#setup.segmentBytes)
      this.#packs.add(blob, this.#lookupId)
      this.counters.blobsAdded += 1
      this.counters.bytesAdded += bytes
    }
    return id
  }

  /** Reads up to `bytes` at `position` into the arena (from `at`); fewer only at the file's end. */
  read(descriptor: number, position: number, options: { at?: number; bytes: number }): number {
    const at = options.at ?? 0
    let done = 0
    while (done < options.bytes) {
      const got = fs.readSync(descriptor, this.arena, at + done, options.bytes - done, position + done)
      if (got === 0) break
      done += got
    }
    return done
  }

  /** Seals what is open and hands the pack over. */
  finish(): void {
    this.#packs?.finishPack()
  }

  discard(): void {
    this.#packs?.discard()
    this.#codec?.dispose()
  }

  #writer(type: 1 | 2, segmentBytes: number): PackWriter {
    const { scope, workspace, packBytes } = this.#setup
    return new PackWriter(
      { type, scope, workspace, segmentBytes, packBytes },
      {
        codec: this.codec,
        buffers: this.buffers,
        segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX),
        output: alignedBuffer(OUTPUT_BYTES),
        onPack: this.#onPack,
      },
    )
  }
}
