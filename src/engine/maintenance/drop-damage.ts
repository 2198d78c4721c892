/**
 * Takes what does not read back out of the index, so that nothing relies on it any more: the good blobs of damaged packs are copied first, the packs
 * become orphans that prune removes. An entry of the delete log says it, so that the next backup of each source reads its files again and stores
 * anew whatever is still there to be read.
 */
import type { BackupError } from '../../kernel/backup-error.ts'
import { ObjectType } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import { type DeleteEntry, headsOf, IndexClass, type OpenedIndex, openIndex, readHistory } from '../snapshot/index.ts'
import { copyBlobs } from './copy-blobs.ts'
import { rewriteIndex } from './index-rewrite.ts'
import { setupOf, storedPacks, tasksOf } from './pack-tasks.ts'
import { openWriterSession } from './sessions.ts'
import { VerifyLanes } from './verify-lanes.ts'

export interface DroppedDamage {
  /** Packs that are no longer relied on. */
  readonly packs: readonly string[]
  readonly blobsLost: number
  readonly blobsSaved: number
}

interface Damage {
  readonly load: OpenedIndex
  /** Numbers of damaged or missing packs. */
  readonly packs: readonly number[]
  /** 1 for blobs of those packs that read back. */
  readonly good: Uint8Array
  readonly blobsLost: number
}

/** Reads every pack. Throws what reading history throws; a rollback that is suspected is the caller's to handle first. */
export async function dropDamage(repository: Repository, writer: Buffer, signal?: AbortSignal): Promise<DroppedDamage> {
  await using _session = await openWriterSession(repository, writer)
  const history = await readHistory(repository, signal ? { signal } : {})
  if (history.rollbacks[0]) throw history.rollbacks[0] satisfies BackupError
  const names: string[] = []
  let blobsLost = 0
  let blobsSaved = 0
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    const damage = await findDamage(repository, indexClass, signal)
    if (damage.packs.length === 0) continue
    const { index } = damage.load
    const saved = damage.packs.filter((pack) => hasGood(damage, pack))
    await copyBlobs({ from: repository, to: repository, indexClass, marked: { load: damage.load, index, needed: damage.good }, packs: saved, ...(signal && { signal }) })
    const gone = damage.packs.map((pack) => index.packs[pack]!.name)
    await rewriteIndex(repository, indexClass, new Set(gone))
    names.push(...gone)
    blobsLost += damage.blobsLost
    blobsSaved += damage.good.reduce((sum, each) => sum + each, 0)
  }
  if (names.length > 0) await sayLoss(repository, history, names)
  return { packs: names, blobsLost, blobsSaved }
}

async function findDamage(repository: Repository, indexClass: IndexClass, signal: AbortSignal | undefined): Promise<Damage> {
  const load = await openIndex(repository, indexClass, signal ? { signal } : {})
  const { index } = load
  const sizes = await storedPacks(repository)
  const bad = new Set<number>()
  const damaged = new Set(index.packs.flatMap(({ name }, pack) => (sizes.has(name) ? [] : [pack])))
  for (const pack of damaged) for (let i = 0; i < index.packs[pack]!.blobCount; i += 1) bad.add(index.packs[pack]!.entryFrom + i)
  await using lanes = new VerifyLanes([...sizes.values()].reduce((sum, bytes) => sum + bytes, 0))
  await lanes.run({
    setup: setupOf(repository, index), tasks: tasksOf(repository, index, { sizes, lastVerified: new Map() }),
    onVerdict: ({ name, faults, badEntries }) => {
      const pack = index.packNumber(name)
      if (faults.length > 0 && pack !== undefined) damaged.add(pack)
      for (const entry of badEntries) bad.add(entry)
    },
    ...(signal && { signal }),
  })
  const good = new Uint8Array(index.table.count)
  for (const pack of damaged) for (let i = 0, entry = index.packs[pack]!.entryFrom; i < index.packs[pack]!.blobCount; i += 1, entry += 1) good[entry] = bad.has(entry) ? 0 : 1
  return { load, packs: [...damaged], good, blobsLost: bad.size }
}

function hasGood({ load, good }: Damage, pack: number): boolean {
  const { entryFrom, blobCount } = load.index.packs[pack]!
  return good.subarray(entryFrom, entryFrom + blobCount).includes(1)
}

function sayLoss(repository: Repository, history: Awaited<ReturnType<typeof readHistory>>, packs: readonly string[]): Promise<string> {
  const log = history.deleteLog
  const document: DeleteEntry = { kind: 'deleted', generation: log.newestGeneration + 1, previous: log.heads, completes: [], packs, indexes: [], kept: [], marked: headsOf(history, 0).writers, damaged: true }
  return repository.writeDocument(document, { type: ObjectType.DELETE, folder: 'deletes', signer: repository.keys.maintenance, prefix: `${document.generation.toString(16).padStart(16, '0')}-` })
}
