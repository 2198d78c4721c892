/** Which blobs are needed: one byte an index entry, set for everything that snapshots and checkpoints reach. */
import { BackupError } from '../../kernel/backup-error.ts'
import { LookupIds } from '../crypto/index.ts'
import type { RepositoryIndex } from '../index/index.ts'
import { type BlobReader, isForeign, isOfLaterVersion, type Repository, requireReadable } from '../repository/index.ts'
import {
  type History,
  IndexClass,
  judgeCheckpoints,
  type OpenedIndex,
  openIndex,
  openReader,
  type SnapshotEntry,
  visitClosure,
} from '../snapshot/index.ts'
import { storedPacks } from './pack-tasks.ts'

export interface MarkedIndex {
  readonly load: OpenedIndex
  readonly index: RepositoryIndex
  /** 1 for entries that are needed. */
  readonly needed: Uint8Array
}

export interface Marks {
  readonly meta: MarkedIndex
  readonly data: MarkedIndex
  /** Checkpoints that lack something, from which nothing was marked: of no use to anyone. */
  readonly brokenCheckpoints: readonly SnapshotEntry[]
}

/**
 * Marks from every snapshot and whole checkpoint of `history`, those that another one of their run counts for included.
 * A blob whose only copies stand in condemned packs marks all of them: another pruner may be removing the one that this
 * one would rely on. Nor is a copy relied on whose pack is gone, where there is another. Throws DAMAGED when something
 * that is needed can't be found: nothing may be deleted then.
 */
export async function markNeeded(
  repository: Repository,
  history: History,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Marks> {
  const signal = options.signal ? { signal: options.signal } : {}
  const known = { ...history.deleteLog.packs, storedPacks: new Set((await storedPacks(repository)).keys()), ...signal }
  const meta = await openIndex(repository, IndexClass.META, known)
  const data = await openIndex(repository, IndexClass.DATA, known)
  const problem = [...[...meta.problems, ...data.problems].filter((each) => !isForeign(each)), ...history.obstacles][0]
  if (problem && isOfLaterVersion(problem)) throw problem.error
  requireReadable([...meta.problems, ...data.problems, ...history.obstacles])
  if (problem)
    throw new BackupError(
      'DAMAGED',
      'An object that says what is needed is damaged: nothing is deleted. Run repair first.',
      { context: { object: problem.key }, cause: problem.error },
    )
  const { whole, broken } = await judgeCheckpoints(repository, history)
  const marks = { meta: marked(meta), data: marked(data), brokenCheckpoints: broken }
  const { reader, segments } = openReader(repository, meta, { cacheSegments: 8 })
  const lookupIds = new LookupIds(repository.keys.idKey.key)
  try {
    for (const { name, document } of [...history.snapshots, ...history.rivals, ...history.superseded, ...whole])
      await markTree(reader, Buffer.from(document.tree, 'hex'), {
        marks,
        lookupIds,
        snapshot: name,
        isGivenUp: document.deleteGeneration < history.deleteLog.lossGeneration,
        ...signal,
      })
  } finally {
    await segments.release()
  }
  return marks
}

/** Zeros that all threads see. */
export function sharedBytes(count: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(count))
}

function marked(load: OpenedIndex): MarkedIndex {
  return { load, index: load.index, needed: sharedBytes(load.index.table.count) }
}

interface MarkParts {
  readonly marks: Marks
  readonly lookupIds: LookupIds
  readonly snapshot: string
  /**
   * Packs were given up after this snapshot was made: what it lacks is known to be lost, and the rest of it is kept.
   */
  readonly isGivenUp: boolean
  readonly signal?: AbortSignal
}

async function markTree(reader: BlobReader, tree: Uint8Array, parts: MarkParts): Promise<void> {
  const lookupId = new Uint32Array(4)
  const lookedUp = (id: Uint8Array): Uint32Array => {
    parts.lookupIds.lookupInto(id, 0, lookupId)
    return lookupId
  }
  const mark = ({ index, needed }: MarkedIndex, id: Uint8Array): boolean => {
    const entry = index.table.find(lookedUp(id))
    if (entry < 0 && parts.isGivenUp) return false
    if (entry < 0)
      throw new BackupError('DAMAGED', 'A snapshot needs data that no index names: nothing is deleted.', {
        context: { object: `snapshots/${parts.snapshot}` },
      })
    if (needed[entry] === 1) return false
    needed[entry] = 1
    const pack = index.packs[index.placeOfSegment(index.table.segmentOf(entry)).pack]!
    if (pack.isTombstoned || !pack.isStored) for (const copy of index.table.findAll(lookupId)) needed[copy] = 1
    return true
  }
  // Only what no index names was given up. What is named and can't be read is new damage, or another pruner's work:
  // what hangs on it is needed.
  await visitClosure(reader, tree, {
    metadata: (id) => mark(parts.marks.meta, id),
    data: (id) => void mark(parts.marks.data, id),
    ...(parts.isGivenUp && { isLost: (id: Uint8Array) => parts.marks.meta.index.table.find(lookedUp(id)) < 0 }),
    ...(parts.signal && { signal: parts.signal }),
  })
}

export interface PackUse {
  readonly pack: number
  readonly liveBlobs: number
  readonly liveBytes: number
  readonly plainBytes: number
}

/** How much of each pack is needed. */
export function packUses({ index, needed }: MarkedIndex): PackUse[] {
  return index.packs.map(({ entryFrom, blobCount }, pack) => {
    let liveBlobs = 0
    let liveBytes = 0
    let plainBytes = 0
    for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) {
      const bytes = index.table.bytesOf(entry)
      plainBytes += bytes
      if (needed[entry] !== 1) continue
      liveBlobs += 1
      liveBytes += bytes
    }
    return { pack, liveBlobs, liveBytes, plainBytes }
  })
}
