/**
 * Takes what does not read back out of the index, so that nothing relies on it any more: the good blobs of damaged
 * packs are copied first, the packs become orphans that prune removes. An entry of the delete log says it, so that the
 * next backup of each source reads its files again and stores anew whatever is still there to be read.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { requireShown, requireUnlistedGone } from '../../storage/index.ts'
import { openWriterSession, requireDeletable } from '../commit/index.ts'
import { isOfLaterVersion, packKey, type Repository, requireFeatures, requireReadable } from '../repository/index.ts'
import {
  type DeleteEntry,
  type DeleteLog,
  type History,
  IndexClass,
  markedOf,
  type OpenedIndex,
  openIndex,
  readDeleteLog,
  readHistory,
} from '../snapshot/index.ts'
import { copyBlobs } from './copy-blobs.ts'
import { writeDeleteEntry } from './delete-entries.ts'
import { rewriteIndex } from './index-rewrite.ts'
import { sharedBytes } from './mark.ts'
import { setupOf, storedPacks, tasksOf } from './pack-tasks.ts'
import { VerifyLanes } from './verify-lanes.ts'

const LOSS_ATTEMPTS_MAX = 16

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

/**
 * Reads every pack. Throws what reading history throws; a rollback that is suspected is the caller's to handle first.
 */
export async function dropDamage(repository: Repository, writer: Buffer, signal?: AbortSignal): Promise<DroppedDamage> {
  for (const work of ['write', 'delete'] as const) requireFeatures(repository.config, work)
  await using session = await openWriterSession(repository, writer)
  await requireShown(repository.store, session.key)
  const history = await soundHistory(repository, signal)
  const found: Array<{ readonly indexClass: IndexClass; readonly damage: Damage }> = []
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    const damage = await findDamage(repository, indexClass, { log: history.deleteLog, signal })
    if (damage.packs.length === 0) continue
    await save(repository, indexClass, { damage, signal })
    found.push({ indexClass, damage })
  }
  const names = found.flatMap(({ damage }) => namesOf(damage))
  await requireDeletable(repository, signal)
  // Said before it is done: a stop in between must not leave an index that lacks blobs and backups that don't know it.
  if (names.length > 0) await sayLoss(repository, names, signal)
  for (const { indexClass, damage } of found) await rewriteIndex(repository, indexClass, new Set(namesOf(damage)))
  const sum = (of: (damage: Damage) => number) => found.reduce((total, { damage }) => total + of(damage), 0)
  return {
    packs: names,
    blobsLost: sum(({ blobsLost }) => blobsLost),
    blobsSaved: sum(({ good }) => good.reduce((total, each) => total + each, 0)),
  }
}

/** Copies the good blobs of damaged packs into new ones. */
async function save(
  repository: Repository,
  indexClass: IndexClass,
  { damage, signal }: { damage: Damage; signal: AbortSignal | undefined },
): Promise<void> {
  const { load, good, packs } = damage
  await copyBlobs({
    from: repository,
    to: repository,
    indexClass,
    marked: { load, index: load.index, needed: good },
    packs: packs.filter((pack) => hasGood(damage, pack)),
    ...(signal && { signal }),
  })
}

function namesOf({ load, packs }: Damage): string[] {
  return packs.map((pack) => load.index.packs[pack]!.name)
}

async function findDamage(
  repository: Repository,
  indexClass: IndexClass,
  { log, signal }: { log: DeleteLog; signal: AbortSignal | undefined },
): Promise<Damage> {
  const load = await openIndex(repository, indexClass, { deletedPacks: log.deletedPacks, ...(signal && { signal }) })
  requireReadable(load.problems)
  const { index } = load
  const sizes = await storedPacks(repository)
  const bad = new Set<number>()
  const damaged = new Set(index.packs.flatMap(({ name }, pack) => (sizes.has(name) ? [] : [pack])))
  await requireUnlistedGone(
    repository.store,
    [...damaged].map((pack) => packKey(index.packs[pack]!.name)),
  )
  for (const pack of damaged)
    for (let i = 0; i < index.packs[pack]!.blobCount; i += 1) bad.add(index.packs[pack]!.entryFrom + i)
  await using lanes = new VerifyLanes(
    repository.store,
    [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
  )
  await lanes.run({
    setup: setupOf(repository, index),
    tasks: tasksOf(repository, index, { sizes, lastVerified: new Map() }),
    onVerdict: ({ name, faults, badEntries }) => {
      const pack = index.packNumber(name)
      if (faults.length > 0 && pack !== undefined) damaged.add(pack)
      for (const entry of badEntries) bad.add(entry)
    },
    ...(signal && { signal }),
  })
  const good = sharedBytes(index.table.count)
  for (const pack of damaged)
    for (let i = 0, entry = index.packs[pack]!.entryFrom; i < index.packs[pack]!.blobCount; i += 1, entry += 1)
      good[entry] = bad.has(entry) ? 0 : 1
  return { load, packs: [...damaged], good, blobsLost: bad.size }
}

function hasGood({ load, good }: Damage, pack: number): boolean {
  const { entryFrom, blobCount } = load.index.packs[pack]!
  return good.subarray(entryFrom, entryFrom + blobCount).includes(1)
}

/**
 * The loss has to be newer than whatever stood in the log before anybody could read of it: a snapshot of its generation
 * or a later one is taken for one that lacks nothing. Looking for damage takes hours, and pruners and other repairs
 * write meanwhile.
 */
async function sayLoss(
  repository: Repository,
  packs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; attempt <= LOSS_ATTEMPTS_MAX; attempt += 1) {
    const history = await soundHistory(repository, signal)
    const log = history.deleteLog
    const generation = log.newestGeneration + 1
    const document: DeleteEntry = {
      kind: 'deleted',
      generation,
      previous: log.heads,
      completes: [],
      packs,
      indexes: [],
      kept: [],
      marked: markedOf(history),
      damaged: true,
    }
    const name = await writeDeleteEntry(repository, document)
    if ((await readDeleteLog(repository, signal)).isNewest(name)) return
  }
  throw new BackupError('REPOSITORY_LOCKED', 'The delete log changes faster than it can be read. Run it again.')
}

async function soundHistory(repository: Repository, signal: AbortSignal | undefined): Promise<History> {
  const history = await readHistory(repository, signal ? { signal } : {})
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const later = history.obstacles.find(isOfLaterVersion)
  if (later) throw later.error
  requireReadable(history.obstacles)
  return history
}
