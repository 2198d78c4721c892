/**
 * A lane is everything that one thread needs to turn file bytes into stored blobs: read arena, chunker, compressor, pack writer. The main
 * thread has one and so has each worker; they share nothing but the blob table.
 */
import fs from 'node:fs'
import { type Chunker, ChunkerProfile, createChunker } from '../chunker/index.ts'
import { createSegmentCodec, type SegmentCodec } from '../compression/index.ts'
import { blobIdOf, LookupIds, ObjectType, type ObjectScope } from '../crypto/index.ts'
import { BlobTable, type BlobTableMemory } from '../index/index.ts'
import { alignedBuffer, BLOB_BYTES_MAX, type FinishedPack, PackWriter, SealBuffers } from '../pack/index.ts'

const MIB = 1024 * 1024
export const ARENA_BYTES = 3 * MIB
const OUTPUT_BYTES = 512 * 1024
const META_SEGMENT_BYTES = 512 * 1024

/** Plain data: it travels to a worker by structured clone. */
export interface LaneSetup {
  readonly scope: ObjectScope
  readonly stagingDirectory: string
  readonly chunkerSecret: Uint8Array
  readonly idKey: Uint8Array
  readonly dataTable: BlobTableMemory
  readonly segmentBytes: number
  readonly packBytes: number
  /** 1–9, docs/tuning.md. */
  readonly compressionLevel: number
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
  readonly codec: SegmentCodec
  readonly buffers: SealBuffers
  readonly lookupIds: LookupIds
  readonly #setup: LaneSetup
  readonly #chunker: Chunker
  readonly #table: BlobTable
  readonly #packs: PackWriter
  readonly #lookupId = new Uint32Array(4)

  constructor(setup: LaneSetup, onPack: (pack: FinishedPack) => void) {
    this.#setup = setup
    const pages = Math.ceil(ARENA_BYTES / 65536)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.arena = Buffer.from(memory.buffer)
    this.#chunker = createChunker(memory, setup.chunkerSecret, ChunkerProfile.FILES)
    this.codec = createSegmentCodec({ level: setup.compressionLevel })
    this.buffers = new SealBuffers(setup.segmentBytes + BLOB_BYTES_MAX)
    this.lookupIds = new LookupIds(setup.idKey)
    this.#table = new BlobTable(setup.dataTable)
    this.#packs = this.#writer(ObjectType.PACK_DATA, setup.segmentBytes, onPack)
  }

  /** A second writer for metadata blobs that shares this lane's buffers. */
  metadataWriter(onPack: (pack: FinishedPack) => void): PackWriter {
    return this.#writer(ObjectType.PACK_META, META_SEGMENT_BYTES, onPack)
  }

  /** Cuts `length` bytes of the arena into chunks and stores the new ones. Returns the bytes consumed: all of them when `isFinal`. */
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
    const blob = this.arena.subarray(at, at + bytes)
    const id = blobIdOf(blob)
    this.lookupIds.lookupInto(id, 0, this.#lookupId)
    if (this.#table.claim(this.#lookupId, bytes)) {
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
    this.#packs.finishPack()
  }

  discard(): void {
    this.#packs.discard()
    this.codec.dispose()
  }

  #writer(type: 1 | 2, segmentBytes: number, onPack: (pack: FinishedPack) => void): PackWriter {
    const { scope, stagingDirectory, packBytes } = this.#setup
    return new PackWriter(
      { type, scope, stagingDirectory, segmentBytes, packBytes },
      { codec: this.codec, buffers: this.buffers, segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(OUTPUT_BYTES), onPack },
    )
  }
}
