/**
 * Reads packs that no index names, frame by frame, and never more than a frame at once: whatever stands there under a
 * pack's name costs no more memory than a pack of ours.
 */
import { createHash } from 'node:crypto'
import { isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { isForbidden, isUnreadable } from '../../storage/index.ts'
import { createSegmentCodec } from '../compression/index.ts'
import {
  beginsAsObject,
  blobIdOf,
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  type LookupIds,
  ObjectOpener,
  ObjectType,
  parseFrameHeader,
} from '../crypto/index.ts'
import type { IndexedPack } from '../index/index.ts'
import { decodeSegment, parseSegment } from '../pack/index.ts'
import { packKey, type Repository } from '../repository/index.ts'
import { IndexClass } from '../snapshot/index.ts'

const PIECE_BYTES = 4 * 1024 * 1024
/** Four times what packs have: what is longer and does not begin as one is not hashed to learn whose it is. */
const PACK_BYTES_MAX = 256 * 1024 * 1024

export interface Salvaged {
  /** What could be read of it, up to the first frame that does not authenticate. */
  readonly pack: IndexedPack
  readonly indexClass: IndexClass
  readonly isWhole: boolean
  /** The system did not give some of its bytes. */
  readonly isUnreadable: boolean
}

/**
 * `foreign` for an object that holds what its name says, or is longer than any pack, and was never sealed here;
 * undefined when its header is lost. Throws what is no fault of the pack, such as PERMISSION_DENIED.
 */
export async function salvage(
  repository: Repository,
  name: string,
  facts: { readonly bytes: number; readonly lookupIds: LookupIds },
): Promise<Salvaged | 'foreign' | undefined> {
  const source = new PackSource(repository, name, facts.bytes)
  const header = await source.take(HEADER_BYTES)
  const opener = header && openerOf(repository, header)
  if (source.failure !== undefined) throw source.failure
  if (!opener) {
    if (repository.keys.lost.length > 0) return undefined
    return facts.bytes > PACK_BYTES_MAX || (await source.hash()) === name ? 'foreign' : undefined
  }
  const found = await readFrames(source, opener, facts.lookupIds)
  const isWhole = found.isWhole && (await source.hash()) === name
  if (source.failure !== undefined) throw source.failure
  return {
    pack: { name, bytes: facts.bytes, ...found },
    indexClass: opener.header.type === ObjectType.PACK_DATA ? IndexClass.DATA : IndexClass.META,
    isWhole,
    isUnreadable: source.isUnreadable,
  }
}

/** Whether somebody else has put it there: section 2 of the format. */
export async function lookAtPack(
  repository: Repository,
  name: string,
  bytes: number,
): Promise<{ readonly isStranger: boolean; readonly bytesRead: number }> {
  const source = new PackSource(repository, name, bytes)
  const header = await source.take(Math.min(bytes, HEADER_BYTES))
  if (!header || beginsAsObject(header)) return { isStranger: false, bytesRead: HEADER_BYTES }
  if (bytes > PACK_BYTES_MAX) return { isStranger: true, bytesRead: HEADER_BYTES }
  return { isStranger: (await source.hash()) === name, bytesRead: bytes + HEADER_BYTES }
}

function openerOf({ keys }: Repository, header: Buffer): ObjectOpener | undefined {
  try {
    return new ObjectOpener(header, {
      type: [ObjectType.PACK_DATA, ObjectType.PACK_META],
      repositoryId: keys.repositoryId,
      masterOf: keys.masterOf,
    })
  } catch (error) {
    if (isBackupError(error)) return undefined
    throw error
  }
}

/** The bytes of an object in order, hashed on the way. */
class PackSource {
  readonly #repository: Repository
  readonly #name: string
  readonly #bytes: number
  readonly #hash = createHash('sha256')
  #at = 0
  isUnreadable = false
  /** Says nothing of the pack: the caller is told. */
  failure: unknown

  constructor(repository: Repository, name: string, bytes: number) {
    this.#repository = repository
    this.#name = name
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes
  }

  /** Undefined where there are not so many, or the system does not give them. */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.isUnreadable || this.#at + length > this.#bytes) return undefined
    try {
      const piece = await this.#repository.store.get(packKey(this.#name), { offset: this.#at, length })
      this.#at += length
      this.#hash.update(piece)
      return Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    } catch (error) {
      const isOfPack = isUnreadable(error) || isBackupError(error, 'NOT_FOUND')
      if (isForbidden(error) || !isOfPack) this.failure ??= error
      if (!isOfPack) throw error
      this.isUnreadable = true
      return undefined
    }
  }

  /** Of the whole object; undefined when not all of it can be read. */
  async hash(): Promise<string | undefined> {
    while (!this.isAtEnd && (await this.take(Math.min(PIECE_BYTES, this.#bytes - this.#at)))) {
      // The hash is all that is wanted.
    }
    return this.isAtEnd ? this.#hash.digest('hex') : undefined
  }
}

async function readFrames(
  source: PackSource,
  opener: ObjectOpener,
  lookupIds: LookupIds,
): Promise<{ segments: Uint32Array; lookupIds: Uint8Array; blobBytes: Uint32Array; isWhole: boolean }> {
  const codec = createSegmentCodec({ level: 3 })
  const segments: number[] = []
  const ids: number[] = []
  const lengths: number[] = []
  let isWhole = false
  try {
    for (let number = 0; ; number += 1) {
      const head = await source.take(FRAME_HEADER_BYTES)
      if (!head) break
      const { sealedBytes } = parseFrameHeader(head)
      const rest = await source.take(sealedBytes)
      if (!rest) break
      const frame = opener.openFrame(Buffer.concat([head, rest]), { number })
      if (frame.kind === FrameKind.PACK_END) {
        isWhole = frame.isFinal && source.isAtEnd
        break
      }
      const directory = parseSegment(frame.plaintext)
      const decoded = decodeSegment(frame.plaintext, directory, {
        codec,
        reserve: (need) => Buffer.allocUnsafeSlow(need),
      })
      addBlobs(decoded, directory.blobOffsets, { lookupIds, ids, lengths })
      segments.push(sealedBytes, directory.blobOffsets.length - 1)
    }
  } catch (error) {
    // A frame that is whole and of a later version ends the work: what follows it would be called lost.
    if (!isBackupError(error) || error === source.failure || error.code === 'FEATURE_UNSUPPORTED') throw error
  } finally {
    codec.dispose()
  }
  return {
    segments: Uint32Array.from(segments),
    lookupIds: Buffer.from(Uint32Array.from(ids).buffer),
    blobBytes: Uint32Array.from(lengths),
    isWhole,
  }
}

function addBlobs(
  decoded: Uint8Array,
  offsets: Uint32Array,
  into: { lookupIds: LookupIds; ids: number[]; lengths: number[] },
): void {
  const words = new Uint32Array(4)
  for (let i = 0; i + 1 < offsets.length; i += 1) {
    const blob = decoded.subarray(offsets[i]!, offsets[i + 1]!)
    into.lookupIds.lookupInto(blobIdOf(blob), 0, words)
    appendAll(into.ids, words)
    into.lengths.push(blob.length)
  }
}
