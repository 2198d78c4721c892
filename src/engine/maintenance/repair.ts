/**
 * Mends what can be mended without the source: index segments from packs, copies of configuration and keyring, small
 * objects; says what stays lost.
 */
import { createHash } from 'node:crypto'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { groups } from '../commit/index.ts'
import { createSegmentCodec } from '../compression/index.ts'
import {
  blobIdOf,
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  LookupIds,
  ObjectOpener,
  ObjectType,
  parseFrameHeader,
} from '../crypto/index.ts'
import { decodeIndexSegment, encodeIndexSegment, type IndexedPack } from '../index/index.ts'
import { decodeSegment, parseSegment } from '../pack/index.ts'
import { packKey, type Repository, requireFeatures } from '../repository/index.ts'
import { IndexClass, openIndex } from '../snapshot/index.ts'
import { type RepairedDocuments, repairDocuments } from './repair-documents.ts'

export interface RepairOptions {
  /**
   * Also gives up snapshots and records that can't be read: a signed record says which, and they are gone. Default
   * false: they stay, and are named.
   */
  readonly forgetDamaged?: boolean
  /** Who decided it, for people. Default `repair`. */
  readonly by?: string
  readonly signal?: AbortSignal
}

export interface RepairResult extends RepairedDocuments {
  /** Packs that no good index segment named and that were read to be indexed again. */
  readonly packsIndexed: number
  readonly segmentsWritten: number
  readonly segmentsRemoved: readonly string[]
  /** Packs that can't be read to their end: what could be saved of them is indexed. */
  readonly packsDamaged: readonly string[]
  readonly copiesRestored: readonly string[]
}

/**
 * Rebuilds what index segments no longer say, by reading packs, and restores missing or damaged copies of configuration
 * and keyring. Damaged segments are removed only after their replacement is durable.
 */
export async function repairRepository(repository: Repository, options: RepairOptions = {}): Promise<RepairResult> {
  for (const work of ['write', 'delete'] as const) requireFeatures(repository.config, work)
  const copiesRestored = await restoreCopies(repository)
  const documents = await repairDocuments(repository, options)
  const meta = await openIndex(repository, IndexClass.META)
  const data = await openIndex(repository, IndexClass.DATA)
  const damaged = [...meta.problems, ...data.problems].map(({ key }) => key)
  const rebuilt = { meta: [] as IndexedPack[], data: [] as IndexedPack[] }
  const packsDamaged: string[] = []
  const lookupIds = new LookupIds(repository.keys.idKey.key)
  for await (const { key, bytes } of repository.store.list('packs/')) {
    throwIfAborted(options.signal)
    const name = key.slice(-64)
    const isIndexed = meta.index.packNumber(name) !== undefined || data.index.packNumber(name) !== undefined
    if (isIndexed || packKey(name) !== key) continue
    const salvaged = await salvage(repository, name, { bytes, lookupIds })
    if (!salvaged?.isWhole) packsDamaged.push(key)
    if (salvaged && salvaged.pack.blobBytes.length > 0) rebuilt[salvaged.indexClass].push(salvaged.pack)
  }
  const segmentsWritten =
    (await writeSegments(repository, IndexClass.META, rebuilt.meta)) +
    (await writeSegments(repository, IndexClass.DATA, rebuilt.data))
  for (const key of damaged) await repository.store.delete(key)
  return {
    ...documents,
    packsIndexed: rebuilt.meta.length + rebuilt.data.length,
    segmentsWritten,
    segmentsRemoved: damaged,
    packsDamaged,
    copiesRestored,
  }
}

async function writeSegments(
  repository: Repository,
  indexClass: IndexClass,
  packs: readonly IndexedPack[],
): Promise<number> {
  const type = indexClass === 'data' ? ObjectType.INDEX_DATA : ObjectType.INDEX_META
  let written = 0
  for (const group of groups(packs)) {
    const payload = encodeIndexSegment({ idKeyVersion: repository.keys.idKey.version, supersedes: [], packs: group })
    decodeIndexSegment(payload)
    await repository.writePayload(payload, { type, folder: `index/${indexClass}` })
    written += 1
  }
  return written
}

interface Salvaged {
  readonly pack: IndexedPack
  readonly indexClass: IndexClass
  readonly isWhole: boolean
}

/**
 * Reads a pack frame by frame until its end or the first frame that does not authenticate. Undefined when not even the
 * header is good.
 */
async function salvage(
  repository: Repository,
  name: string,
  facts: { bytes: number; lookupIds: LookupIds },
): Promise<Salvaged | undefined> {
  const bytes = Buffer.from(await repository.store.get(packKey(name)))
  let opener: ObjectOpener
  try {
    opener = new ObjectOpener(bytes.subarray(0, HEADER_BYTES), {
      type: [ObjectType.PACK_DATA, ObjectType.PACK_META],
      repositoryId: repository.keys.repositoryId,
      masterOf: repository.keys.masterOf,
    })
  } catch (error) {
    if (isBackupError(error)) return undefined
    throw error
  }
  const found = readFrames(bytes, opener, facts.lookupIds)
  const isNamed = createHash('sha256').update(bytes).digest('hex') === name
  return {
    pack: { name, bytes: facts.bytes, ...found },
    indexClass: opener.header.type === ObjectType.PACK_DATA ? IndexClass.DATA : IndexClass.META,
    isWhole: found.isWhole && isNamed,
  }
}

function readFrames(
  bytes: Buffer,
  opener: ObjectOpener,
  lookupIds: LookupIds,
): { segments: Uint32Array; lookupIds: Uint8Array; blobBytes: Uint32Array; isWhole: boolean } {
  const codec = createSegmentCodec({ level: 3 })
  const segments: number[] = []
  const ids: number[] = []
  const lengths: number[] = []
  let isWhole = false
  try {
    for (let at = HEADER_BYTES, number = 0; at < bytes.length; number += 1) {
      const head = parseFrameHeader(bytes.subarray(at))
      const end = at + FRAME_HEADER_BYTES + head.sealedBytes
      const frame = opener.openFrame(bytes.subarray(at, end), { number })
      if (frame.kind === FrameKind.PACK_END) {
        isWhole = frame.isFinal && end === bytes.length
        break
      }
      const directory = parseSegment(frame.plaintext)
      const decoded = decodeSegment(frame.plaintext, directory, {
        codec,
        reserve: (need) => Buffer.allocUnsafeSlow(need),
      })
      addBlobs(decoded, directory.blobOffsets, { lookupIds, ids, lengths })
      segments.push(head.sealedBytes, directory.blobOffsets.length - 1)
      at = end
    }
  } catch (error) {
    if (!isBackupError(error)) throw error
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
    into.ids.push(...words)
    into.lengths.push(blob.length)
  }
}

/** Writes missing or damaged copies of the configuration and of every keyring again from a good one. */
async function restoreCopies(repository: Repository): Promise<string[]> {
  const newest = `keys/${repository.keys.generation.toString(16).padStart(8, '0')}-`
  const prefixes = new Set([newest])
  for await (const { key } of repository.store.list('keys/'))
    if (/^keys\/[0-9a-f]{8}-/.test(key)) prefixes.add(key.slice(0, 14))
  const restored = await restoreFamily(repository, 'config/', { copies: ['a', 'b', 'c'], isNeeded: true })
  for (const prefix of prefixes)
    restored.push(...(await restoreFamily(repository, prefix, { copies: ['a', 'b'], isNeeded: prefix === newest })))
  return restored
}

/** Where no copy is whole, one that is needed is DAMAGED; an old keyring is let go: a newer one stands for it. */
async function restoreFamily(
  repository: Repository,
  prefix: string,
  { copies, isNeeded }: { copies: readonly string[]; isNeeded: boolean },
): Promise<string[]> {
  const { store } = repository
  const good = new Map<string, Uint8Array>()
  const damaged: string[] = []
  for await (const { key } of store.list(prefix)) {
    const name = key.slice(-64)
    const bytes = await store.get(key)
    if (createHash('sha256').update(bytes).digest('hex') === name) good.set(name, bytes)
    else damaged.push(key)
  }
  if (good.size === 0 && isNeeded)
    throw new BackupError('DAMAGED', 'No good copy is left.', { context: { object: prefix } })
  for (const key of damaged) await store.delete(key)
  const restored: string[] = []
  for (const [name, bytes] of good) {
    for (const key of copies.map((copy) => `${prefix}${copy}-${name}`)) {
      if (await store.head(key)) continue
      await store.put(key, bytes)
      restored.push(key)
    }
  }
  return restored
}
