/** Reads one local pack whole and proves it: its name, every frame, every blob against the index. Runs in any thread. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { createSegmentDecoder, type SegmentDecoder } from '../compression/index.ts'
import { blobIdOf, FRAME_HEADER_BYTES, FrameKind, HEADER_BYTES, LookupIds, type MasterLookup, ObjectOpener, ObjectType } from '../crypto/index.ts'
import { BlobTable, type BlobTableMemory } from '../index/index.ts'
import { decodeSegment, parseSegment } from '../pack/index.ts'

/** Plain data for a worker. */
export interface VerifierSetup {
  readonly repositoryId: Uint8Array
  readonly masters: ReadonlyArray<{ readonly tenant: string; readonly epoch: number; readonly key: string }>
  readonly idKey: Uint8Array
  readonly table: BlobTableMemory
}

export interface PackTask {
  readonly path: string
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
  readonly #masterOf: MasterLookup
  readonly #lookupIds: LookupIds
  readonly #table: BlobTable
  readonly #codec: SegmentDecoder = createSegmentDecoder()
  readonly #expected = new Uint32Array(4)
  readonly #found = new Uint32Array(4)
  #frame = Buffer.alloc(0)
  #plain = Buffer.alloc(0)
  #decoded = Buffer.alloc(0)

  constructor(setup: VerifierSetup) {
    this.#setup = setup
    const masters = new Map(setup.masters.map(({ tenant, epoch, key }) => [`${tenant}/${epoch}`, Buffer.from(key, 'hex')]))
    this.#masterOf = (tenant, epoch) => masters.get(`${Buffer.from(tenant).toString('hex')}/${epoch}`)
    this.#lookupIds = new LookupIds(setup.idKey)
    this.#table = new BlobTable(setup.table)
  }

  verify(task: PackTask): PackVerdict {
    let descriptor: number
    try {
      descriptor = fs.openSync(task.path, 'r')
    } catch (error) {
      return { name: task.name, bytesRead: 0, badEntries: range(task.entryFrom, task.blobCount), faults: [`is missing (${systemCode(error) ?? 'unknown'})`] }
    }
    try {
      const first = this.#read(descriptor, task)
      // Read once more before it is called damage: the fault may lie on the way.
      return first.faults.length === 0 ? first : this.#read(descriptor, task)
    } finally {
      fs.closeSync(descriptor)
    }
  }

  #read(descriptor: number, task: PackTask): PackVerdict {
    const hash = createHash('sha256')
    const faults: string[] = []
    const badEntries: number[] = []
    const header = Buffer.alloc(HEADER_BYTES)
    let at = this.#readInto(descriptor, header, 0)
    hash.update(header.subarray(0, at))
    const opener = this.#opener(header, faults)
    let entry = task.entryFrom
    for (const [number, sealedBytes] of task.sealedBytes.entries()) {
      const frame = this.#frameBuffer(FRAME_HEADER_BYTES + sealedBytes)
      const got = this.#readInto(descriptor, frame, at)
      hash.update(frame.subarray(0, got))
      at += frame.length
      const checked = this.#segment(opener, frame, { number, entry })
      if (checked.fault !== undefined) faults.push(`segment ${number} ${checked.fault}`)
      badEntries.push(...checked.bad)
      entry += checked.blobs
    }
    const rest = this.#frameBuffer(Math.max(0, task.bytes - at))
    hash.update(rest.subarray(0, this.#readInto(descriptor, rest, at)))
    const { size } = fs.fstatSync(descriptor)
    if (size !== task.bytes) faults.push(`has ${size} bytes instead of ${task.bytes}`)
    if (entry < task.entryFrom + task.blobCount) badEntries.push(...range(entry, task.entryFrom + task.blobCount - entry))
    this.#end(opener, rest, { number: task.sealedBytes.length, faults })
    if (hash.digest('hex') !== task.name && faults.length === 0) faults.push('does not have the SHA-256 that names it')
    return { name: task.name, bytesRead: at + rest.length, badEntries, faults }
  }

  #opener(header: Buffer, faults: string[]): ObjectOpener | undefined {
    try {
      return new ObjectOpener(header, { type: [ObjectType.PACK_DATA, ObjectType.PACK_META], repositoryId: this.#setup.repositoryId, masterOf: this.#masterOf })
    } catch (error) {
      if (!isBackupError(error)) throw error
      faults.push('has a damaged header')
      return undefined
    }
  }

  #segment(opener: ObjectOpener | undefined, frame: Buffer, at: { number: number; entry: number }): { blobs: number; bad: number[]; fault?: string } {
    const blobs = this.#blobsOf(at.entry)
    try {
      if (!opener) return { blobs, bad: range(at.entry, blobs) }
      if (this.#plain.length < frame.length) this.#plain = Buffer.allocUnsafeSlow(frame.length)
      const opened = opener.openFrame(frame, { number: at.number, into: this.#plain })
      if (opened.kind !== FrameKind.SEGMENT) throw new BackupError('DAMAGED', 'A pack holds a frame of another kind.')
      const directory = parseSegment(opened.plaintext)
      const decoded = decodeSegment(opened.plaintext, directory, { codec: this.#codec, reserve: (bytes) => this.#reserve(bytes) })
      const bad = this.#badBlobs(decoded, directory.blobOffsets, at.entry)
      return { blobs: directory.blobOffsets.length - 1, bad, ...(bad.length > 0 && { fault: 'holds blobs that are not what the index says' }) }
    } catch (error) {
      if (!isBackupError(error)) throw error
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
      if (this.#expected.some((word, k) => word !== this.#found[k]) || this.#table.bytesOf(entry + i) !== blob.length) bad.push(entry + i)
    }
    return bad
  }

  #end(opener: ObjectOpener | undefined, rest: Buffer, at: { number: number; faults: string[] }): void {
    if (!opener) return
    try {
      const frame = opener.openFrame(rest, { number: at.number })
      if (frame.kind !== FrameKind.PACK_END || !frame.isFinal) at.faults.push('has no end')
    } catch (error) {
      if (!isBackupError(error)) throw error
      at.faults.push('has a damaged end')
    }
  }

  #reserve(bytes: number): Uint8Array {
    if (this.#decoded.length < bytes) this.#decoded = Buffer.allocUnsafeSlow(bytes)
    return this.#decoded
  }

  #frameBuffer(bytes: number): Buffer {
    if (this.#frame.length < bytes) this.#frame = Buffer.allocUnsafeSlow(bytes)
    return this.#frame.subarray(0, bytes)
  }

  #readInto(descriptor: number, target: Buffer, position: number): number {
    let done = 0
    while (done < target.length) {
      const got = fs.readSync(descriptor, target, done, target.length - done, position + done)
      if (got === 0) break
      done += got
    }
    return done
  }
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
