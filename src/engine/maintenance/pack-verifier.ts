/**
 * Reads one pack whole and proves it: its name, every frame, every blob against the index. Runs in any thread.
 */
import { createHash } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import {
  faultOrThrow,
  openPack,
  type PackPlace,
  type PackReader,
  type PackStore,
  ReadBuffer,
} from '../../storage/index.ts'
import { createSegmentDecoder, type SegmentDecoder } from '../compression/index.ts'
import {
  blobIdOf,
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  LookupIds,
  type MasterKey,
  type MasterLookup,
  masterLookup,
  ObjectOpener,
  ObjectType,
} from '../crypto/index.ts'
import { BlobTable, type BlobTableMemory } from '../index/index.ts'
import { decodeSegment, GrowingBuffer, parseSegment } from '../pack/index.ts'

/** Plain data for a worker. */
export interface VerifierSetup {
  readonly repositoryId: Uint8Array
  readonly masters: readonly MasterKey[]
  readonly idKey: Uint8Array
  readonly table: BlobTableMemory
}

export interface PackTask {
  readonly place: PackPlace
  readonly name: string
  readonly bytes: number
  readonly entryFrom: number
  readonly blobCount: number
  /** Sealed bytes of each segment. */
  readonly sealedBytes: Uint32Array
}

export interface PackVerdict {
  readonly name: string
  readonly bytesRead: number
  /** Entries of the blob table that can't be had from this pack. */
  readonly badEntries: readonly number[]
  /** What is wrong, in one line each; empty when nothing is. */
  readonly faults: readonly string[]
}

export class PackVerifier {
  readonly #setup: VerifierSetup
  readonly #store: PackStore | undefined
  readonly #masterOf: MasterLookup
  readonly #lookupIds: LookupIds
  readonly #table: BlobTable
  readonly #codec: SegmentDecoder = createSegmentDecoder()
  readonly #expected = new Uint32Array(4)
  readonly #found = new Uint32Array(4)
  /** Of the frame that is checked, and of the next one, which is read meanwhile. */
  readonly #buffers = [new ReadBuffer(), new ReadBuffer()] as const
  readonly #plain = new GrowingBuffer()
  readonly #decoded = new GrowingBuffer()

  /** `store` is needed for tasks that are no files. */
  constructor(setup: VerifierSetup, store?: PackStore) {
    this.#setup = setup
    this.#store = store
    this.#masterOf = masterLookup(setup.masters)
    this.#lookupIds = new LookupIds(setup.idKey)
    this.#table = new BlobTable(setup.table)
  }

  /** Throws what says nothing of the pack: a store that can't be asked makes no damage. */
  async verify(task: PackTask): Promise<PackVerdict> {
    try {
      return await this.#verify(task)
    } catch (error) {
      const fault = faultOrThrow(error)
      return {
        name: task.name,
        bytesRead: 0,
        badEntries: range(task.entryFrom, task.blobCount),
        faults: [`${fault.isMissing ? 'is missing' : "can't be opened"} (${fault.cause})`],
      }
    }
  }

  async #verify(task: PackTask): Promise<PackVerdict> {
    using pack = openPack(task.place, this.#store, { buffer: this.#buffers[0], isCached: false, isSequential: true })
    const first = await this.#read(pack, task)
    // Read once more before it is called damage: the fault may lie on the way.
    return first.faults.length === 0 ? first : await this.#read(pack, task)
  }

  async #read(pack: PackReader, task: PackTask): Promise<PackVerdict> {
    const faults: string[] = []
    const badEntries: number[] = []
    const header = await readOr(pack, { at: 0, bytes: HEADER_BYTES }, (code) =>
      faults.push(`its header can't be read (${code})`),
    )
    const hash = createHash('sha256').update(header)
    const opener = this.#opener(header, faults)
    const frames = this.#frames(pack, { task, faults })
    let at = HEADER_BYTES
    let entry = task.entryFrom
    for (const [number, sealedBytes] of task.sealedBytes.entries()) {
      const frame = await frames.next()
      hash.update(frame)
      const checked = this.#segment(opener, frame, { number, entry })
      at += FRAME_HEADER_BYTES + sealedBytes
      if (checked.fault !== undefined) faults.push(`segment ${number} ${checked.fault}`)
      appendAll(badEntries, checked.bad)
      entry += checked.blobs
    }
    const end = { at, bytes: Math.max(0, task.bytes - at) }
    const rest = await readOr(pack, end, (code) => faults.push(`its end can't be read (${code})`))
    hash.update(rest)
    const { bytes } = pack
    if (bytes !== task.bytes) faults.push(`has ${bytes} bytes instead of ${task.bytes}`)
    if (entry < task.entryFrom + task.blobCount)
      appendAll(badEntries, range(entry, task.entryFrom + task.blobCount - entry))
    if (rest.length > 0 || end.bytes === 0) this.#end(opener, rest, { number: task.sealedBytes.length, faults })
    if (hash.digest('hex') !== task.name && faults.length === 0) faults.push('does not have the SHA-256 that names it')
    return { name: task.name, bytesRead: at + rest.length, badEntries, faults }
  }

  /**
   * The frames in turn: while one is checked, the next is read. One that the disk does not give is empty, and a fault.
   */
  #frames(
    pack: PackReader,
    { task: { sealedBytes }, faults }: { readonly task: PackTask; readonly faults: string[] },
  ): { next(): Promise<Buffer> } {
    let at = HEADER_BYTES
    const read = (number: number): Promise<Buffer> => {
      const bytes = FRAME_HEADER_BYTES + (sealedBytes[number] ?? 0)
      const reading = pack.readAhead(at, bytes, this.#buffers[number % 2 === 0 ? 0 : 1])
      at += bytes
      const frame = reading.catch((error: unknown) => {
        faults.push(`segment ${number} can't be read (${causeOf(error)})`)
        return Buffer.alloc(0)
      })
      // Nobody waits for it where the frame before ends the work.
      frame.catch(() => {})
      return frame
    }
    let number = 0
    let ahead = sealedBytes.length > 0 ? read(0) : undefined
    return {
      next: async () => {
        const frame = await (ahead ?? read(number))
        number += 1
        ahead = number < sealedBytes.length ? read(number) : undefined
        return frame
      },
    }
  }

  #opener(header: Buffer, faults: string[]): ObjectOpener | undefined {
    try {
      return new ObjectOpener(header, {
        type: [ObjectType.PACK_DATA, ObjectType.PACK_META],
        repositoryId: this.#setup.repositoryId,
        masterOf: this.#masterOf,
      })
    } catch (error) {
      if (!isBackupError(error)) throw error
      faults.push('has a damaged header')
      return undefined
    }
  }

  #segment(
    opener: ObjectOpener | undefined,
    frame: Buffer,
    at: { number: number; entry: number },
  ): { blobs: number; bad: number[]; fault?: string } {
    const blobs = this.#blobsOf(at.entry)
    try {
      if (!opener) return { blobs, bad: range(at.entry, blobs) }
      const opened = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) })
      if (opened.kind !== FrameKind.SEGMENT) throw new BackupError('DAMAGED', 'A pack holds a frame of another kind.')
      const directory = parseSegment(opened.plaintext)
      const decoded = decodeSegment(opened.plaintext, directory, {
        codec: this.#codec,
        reserve: (bytes) => this.#decoded.reserve(bytes),
      })
      const bad = this.#badBlobs(decoded, directory.blobOffsets, at.entry)
      return {
        blobs: directory.blobOffsets.length - 1,
        bad,
        ...(bad.length > 0 && { fault: 'holds blobs that are not what the index says' }),
      }
    } catch (error) {
      if (!isFault(error)) throw error
      return { blobs, bad: range(at.entry, blobs), fault: `does not read back: ${error.message}` }
    }
  }

  /** Blobs of the segment that the entry belongs to, from the table: entries of a segment follow each other. */
  #blobsOf(entry: number): number {
    if (entry >= this.#table.count) return 0
    const segment = this.#table.segmentOf(entry)
    let count = 0
    while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment) count += 1
    return count
  }

  #badBlobs(decoded: Uint8Array, offsets: Uint32Array, entry: number): number[] {
    const bad: number[] = []
    for (let i = 0; i + 1 < offsets.length; i += 1) {
      const blob = decoded.subarray(offsets[i]!, offsets[i + 1]!)
      this.#lookupIds.lookupInto(blobIdOf(blob), 0, this.#found)
      this.#table.lookupIdInto(entry + i, this.#expected)
      if (this.#expected.some((word, k) => word !== this.#found[k]) || this.#table.bytesOf(entry + i) !== blob.length)
        bad.push(entry + i)
    }
    return bad
  }

  #end(opener: ObjectOpener | undefined, rest: Buffer, at: { number: number; faults: string[] }): void {
    if (!opener) return
    try {
      const frame = opener.openFrame(rest, { number: at.number })
      if (frame.kind !== FrameKind.PACK_END || !frame.isFinal) at.faults.push('has no end')
    } catch (error) {
      if (!isFault(error)) throw error
      at.faults.push('has a damaged end')
    }
  }
}

/** What is whole and of a later version is no fault of the pack: nobody may give it up. */
function isFault(error: unknown): error is BackupError {
  return isBackupError(error) && error.code !== 'FEATURE_UNSUPPORTED'
}

/** A copy; empty, and told, where the disk does not give it. */
async function readOr(
  pack: PackReader,
  { at, bytes }: { readonly at: number; readonly bytes: number },
  onFailure: (code: string) => void,
): Promise<Buffer> {
  try {
    return Buffer.from(await pack.read(at, bytes))
  } catch (error) {
    onFailure(causeOf(error))
    return Buffer.alloc(0)
  }
}

/** Throws on what says nothing of the pack, and where it is gone: then that is all that is to be said of it. */
function causeOf(error: unknown): string {
  const fault = faultOrThrow(error)
  if (fault.isMissing) throw error
  return fault.cause
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
