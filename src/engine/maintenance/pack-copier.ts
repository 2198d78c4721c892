/** Copies the needed blobs of packs into new packs, each proven by its id. Runs in any thread. */
import { alignedBuffer } from '../../kernel/aligned-buffer.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { faultOrThrow, openPack, type PackReader, type PackStore, ReadBuffer } from '../../storage/index.ts'
import { createSegmentCodec, type SegmentCodec } from '../compression/index.ts'
import {
  blobIdOf,
  FRAME_HEADER_BYTES,
  HEADER_BYTES,
  LookupIds,
  type MasterKey,
  type MasterLookup,
  masterLookup,
  ObjectOpener,
  type ObjectScope,
  ObjectType,
} from '../crypto/index.ts'
import { BlobTable, type BlobTableMemory } from '../index/index.ts'
import {
  BLOB_BYTES_MAX,
  decodeSegment,
  type FinishedPack,
  GrowingBuffer,
  PackWriter,
  parseSegment,
  SealBuffers,
} from '../pack/index.ts'
import type { PackTask } from './pack-verifier.ts'

const MIB = 1024 * 1024

/** Plain data for a worker. */
export interface CopierSetup {
  readonly from: {
    readonly repositoryId: Uint8Array
    readonly masters: readonly MasterKey[]
    readonly idKey: Uint8Array
  }
  readonly to: { readonly scope: ObjectScope; readonly idKey: Uint8Array; readonly workspace: string }
  readonly type: 1 | 2
  readonly table: BlobTableMemory
  /** 1 for entries of the table that are to be copied; shared. */
  readonly needed: Uint8Array
}

export class PackCopier {
  readonly #setup: CopierSetup
  readonly #store: PackStore | undefined
  readonly #table: BlobTable
  readonly #masterOf: MasterLookup
  readonly #ids: { readonly from: LookupIds; readonly to: LookupIds }
  readonly #codec: SegmentCodec = createSegmentCodec({ level: 3 })
  readonly #writer: PackWriter
  readonly #buffers: SealBuffers
  readonly #expected = new Uint32Array(4)
  readonly #found = new Uint32Array(4)
  readonly #frame = new ReadBuffer()
  readonly #plain = new GrowingBuffer()
  readonly #decoded = new GrowingBuffer()

  /** `store` is needed for tasks that are no files. */
  constructor(setup: CopierSetup, onPack: (pack: FinishedPack) => void, store?: PackStore) {
    this.#setup = setup
    this.#store = store
    this.#table = new BlobTable(setup.table)
    this.#masterOf = masterLookup(setup.from.masters)
    this.#ids = { from: new LookupIds(setup.from.idKey), to: new LookupIds(setup.to.idKey) }
    const segmentBytes = setup.type === ObjectType.PACK_DATA ? MIB : MIB / 2
    this.#buffers = new SealBuffers(segmentBytes + BLOB_BYTES_MAX)
    this.#writer = new PackWriter(
      {
        type: setup.type,
        scope: setup.to.scope,
        workspace: setup.to.workspace,
        segmentBytes,
        packBytes: 64 * MIB,
      },
      {
        codec: this.#codec,
        buffers: this.#buffers,
        segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX),
        output: alignedBuffer(MIB / 2),
        onPack,
      },
    )
  }

  /**
   * Returns the plain bytes copied. Throws NOT_FOUND when the pack is gone, DAMAGED when a needed blob does not read
   * back.
   */
  async copy(task: PackTask): Promise<number> {
    using pack = this.#open(task)
    const header = Buffer.from(await wholeFrame(pack, 0, HEADER_BYTES))
    const opener = new ObjectOpener(header, {
      type: this.#setup.type,
      repositoryId: this.#setup.from.repositoryId,
      masterOf: this.#masterOf,
    })
    return await this.#segments(pack, opener, task)
  }

  #open({ place, name }: PackTask): PackReader {
    try {
      return openPack(place, this.#store, { buffer: this.#frame, isCached: false, isSequential: true })
    } catch (error) {
      const fault = faultOrThrow(error)
      throw new BackupError(fault.isMissing ? 'NOT_FOUND' : 'STORAGE_FAILED', 'A pack can not be opened.', {
        context: { object: `packs/${name}` },
        cause: error,
      })
    }
  }

  /** Seals what is open; the copier is not used after it. */
  finish(): void {
    this.#writer.finishPack()
    this.#end()
  }

  discard(): void {
    this.#writer.discard()
    this.#end()
  }

  #end(): void {
    this.#codec.dispose()
    this.#writer.release()
    this.#buffers.release()
    this.#plain.release()
    this.#decoded.release()
  }

  async #segments(pack: PackReader, opener: ObjectOpener, task: PackTask): Promise<number> {
    let copied = 0
    let entry = task.entryFrom
    let at = HEADER_BYTES
    for (const [number, sealedBytes] of task.sealedBytes.entries()) {
      const blobs = this.#blobsOf(entry)
      const bytes = FRAME_HEADER_BYTES + sealedBytes
      if (this.#setup.needed.subarray(entry, entry + blobs).includes(1))
        copied += this.#segment(opener, await wholeFrame(pack, at, bytes), { number, entry, blobs, task })
      entry += blobs
      at += bytes
    }
    return copied
  }

  #segment(
    opener: ObjectOpener,
    frame: Buffer,
    at: { number: number; entry: number; blobs: number; task: PackTask },
  ): number {
    const { plaintext } = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) })
    const decoded = decodeSegment(plaintext, parseSegment(plaintext), {
      codec: this.#codec,
      reserve: (bytes) => this.#decoded.reserve(bytes),
    })
    let copied = 0
    for (let entry = at.entry; entry < at.entry + at.blobs; entry += 1) {
      if (this.#setup.needed[entry] !== 1) continue
      const { offset, bytes } = this.#table.placeOf(entry)
      this.#add(decoded.subarray(offset, offset + bytes), { entry, bytes, task: at.task })
      copied += bytes
    }
    return copied
  }

  #add(blob: Uint8Array, at: { entry: number; bytes: number; task: PackTask }): void {
    const id = blobIdOf(blob)
    this.#ids.from.lookupInto(id, 0, this.#found)
    this.#table.lookupIdInto(at.entry, this.#expected)
    if (blob.length !== at.bytes || this.#expected.some((word, i) => word !== this.#found[i])) {
      throw new BackupError('DAMAGED', 'A blob to be copied is damaged: nothing is deleted.', {
        context: { object: `packs/${at.task.name}` },
      })
    }
    this.#ids.to.lookupInto(id, 0, this.#expected)
    this.#writer.add(blob, this.#expected)
  }

  /** Entries of a segment follow each other in the table. */
  #blobsOf(entry: number): number {
    const segment = this.#table.segmentOf(entry)
    let count = 0
    while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment) count += 1
    return count
  }
}

async function wholeFrame(pack: PackReader, position: number, bytes: number): Promise<Buffer> {
  const frame = await readOrDamaged(pack, position, bytes)
  if (frame.length < bytes) throw new BackupError('DAMAGED', 'A pack is shorter than the index says.')
  return frame
}

async function readOrDamaged(pack: PackReader, position: number, bytes: number): Promise<Buffer> {
  try {
    return pack.readSync?.(position, bytes) ?? (await pack.read(position, bytes))
  } catch (error) {
    const fault = faultOrThrow(error)
    if (fault.isMissing) throw error
    throw new BackupError('DAMAGED', 'A pack can not be read: nothing is deleted.', {
      context: { object: 'packs/', cause: fault.cause },
      cause: error,
    })
  }
}
