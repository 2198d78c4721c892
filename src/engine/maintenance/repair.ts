/**
 * Mends what can be mended without the source: index segments from packs, copies of configuration and keyring, small
 * objects; says what stays lost.
 */
import { throwIfAborted } from '../../kernel/abort.ts'
import { groups, requireDeletable } from '../commit/index.ts'
import { LookupIds, ObjectType } from '../crypto/index.ts'
import { decodeIndexSegment, encodeIndexSegment, type IndexedPack } from '../index/index.ts'
import {
  isForeign,
  isOfLostEpoch,
  type ObjectProblem,
  type Repository,
  requireFeatures,
  requireReadable,
} from '../repository/index.ts'
import { IndexClass, openIndex } from '../snapshot/index.ts'
import { acceptLost } from './accept-lost.ts'
import { restoreCopies, surveyCopies } from './repair-copies.ts'
import {
  isRemovable,
  isUnreadableNow,
  type RepairedDocuments,
  repairDocuments,
  surveyDocuments,
} from './repair-documents.ts'
import { salvage } from './salvage.ts'

export interface RepairOptions {
  /**
   * Also gives up snapshots and records that can't be read: a signed record says which, and they are gone; and with a
   * keyring that is lost what it alone opened. Default false: they stay, and are named.
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
  const { copies, surveyed, meta, data } = await survey(repository, options)
  await requireDeletable(repository, options.signal)
  const problems = [...meta.problems, ...data.problems]
  const by = options.by ?? 'repair'
  if (surveyed.keyring) {
    await acceptLost(repository, { keyring: surveyed.keyring }, { ...options, by })
    repository.keys.accept(surveyed.keyring.seen)
  }
  const copiesRestored = await restoreCopies(repository, copies)
  const documents = await repairDocuments(repository, surveyed, options)
  const rebuilt = { meta: [] as IndexedPack[], data: [] as IndexedPack[] }
  const packsDamaged: string[] = []
  const isGivenUp = (problem: ObjectProblem) => options.forgetDamaged === true && isOfLostEpoch(problem)
  const isOthers = (problem: ObjectProblem) => isForeign(problem) && !isGivenUp(problem)
  const foreign = [...meta.strangers, ...data.strangers, ...problems.filter(isOthers)].map(({ key }) => key)
  let isDiskFailing = false
  const lookupIds = new LookupIds(repository.keys.idKey.key)
  for await (const { key, bytes } of repository.objects('packs/')) {
    throwIfAborted(options.signal)
    const name = key.slice(-64)
    const isIndexed = meta.index.packNumber(name) !== undefined || data.index.packNumber(name) !== undefined
    // Nobody reads a pack that the log says is gone: what was good of it stands elsewhere.
    if (isIndexed || surveyed.history.deleteLog.deletedPacks.has(name)) continue
    const salvaged = await salvage(repository, name, { bytes, lookupIds })
    if (salvaged === 'foreign') {
      foreign.push(key)
      continue
    }
    if (!salvaged?.isWhole) packsDamaged.push(key)
    isDiskFailing ||= salvaged === undefined || salvaged.isUnreadable
    if (salvaged && salvaged.pack.blobBytes.length > 0) rebuilt[salvaged.indexClass].push(salvaged.pack)
  }
  const segmentsWritten =
    (await writeSegments(repository, IndexClass.META, rebuilt.meta)) +
    (await writeSegments(repository, IndexClass.DATA, rebuilt.data))
  // Where packs can't be read either, the disk may read again, and then these say what is in them.
  const damaged = problems
    .filter((problem) => !isOthers(problem))
    .filter(
      (problem) =>
        isGivenUp(problem) || isRemovable(repository, problem) || (isUnreadableNow(problem) && !isDiskFailing),
    )
    .map(({ key }) => key)
  for (const key of damaged) await repository.store.delete(key)
  const keyringsLost = copies.lost.map(({ key }) => key)
  // Last: while they are there, whoever was stopped here still knows what was sealed under them.
  if (options.forgetDamaged) for (const key of keyringsLost) await repository.store.delete(key)
  return {
    documentsRemoved: documents.documentsRemoved,
    documentsLost: [...keyringsLost, ...documents.documentsLost],
    packsIndexed: rebuilt.meta.length + rebuilt.data.length,
    segmentsWritten,
    segmentsRemoved: damaged,
    packsDamaged,
    copiesRestored,
    foreign: [...documents.foreign, ...foreign],
  }
}

/** Reads all that decides whether anything may be changed. Throws what forbids it, before anything is. */
async function survey(repository: Repository, options: RepairOptions) {
  const copies = await surveyCopies(repository, options)
  const surveyed = await surveyDocuments(repository, { ...options, keyringsLost: copies.lost })
  const meta = await openIndex(repository, IndexClass.META)
  const data = await openIndex(repository, IndexClass.DATA)
  requireReadable([...meta.problems, ...data.problems])
  return { copies, surveyed, meta, data }
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
