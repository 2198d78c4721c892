/**
 * Frees what no snapshot needs, in two phases (docs/format/v1.md section 12): condemn, then, when no writer can rely on it any more and a second
 * mark agrees, delete. Never waits for a backup and never makes one wait. Stopped anywhere, the next run goes on.
 */
import { ObjectType } from '../crypto/index.ts'
import { packKey, type Repository, requireFeatures } from '../repository/index.ts'
import { type DeleteEntry, type DeleteLogEntry, headsOf, type History, IndexClass, onStableListing, openIndex, readHistory, type SeenHeads } from '../snapshot/index.ts'
import { rewriteIndex } from './index-rewrite.ts'
import { type MarkedIndex, type Marks, markNeeded, packUses } from './mark.ts'
import { copyBlobs } from './copy-blobs.ts'
import { removeSnapshots } from './records.ts'
import { openSessions } from './sessions.ts'

const DEADLINE_MS = 24 * 3600 * 1000
/** Packs with a smaller share of needed bytes are rewritten. */
const LIVE_SHARE_MIN = 0.8

export interface PruneOptions {
  readonly dryRun?: boolean
  readonly seen?: SeenHeads
  readonly signal?: AbortSignal
}

export interface PruneResult {
  readonly packsDeleted: number
  readonly packsRepacked: number
  /** Condemned packs that wait for open writers or the deadline. */
  readonly packsWaiting: number
  readonly bytesFreed: number
  readonly bytesStored: number
}

interface Plan {
  /** Pack numbers by class. */
  readonly dead: Readonly<Record<IndexClass, readonly number[]>>
  readonly halfEmpty: Readonly<Record<IndexClass, readonly number[]>>
  /** Names of stored packs that no index names. */
  readonly orphans: readonly string[]
}

/** Throws ROLLBACK_SUSPECTED and DAMAGED before anything is changed. */
export function prune(repository: Repository, options: PruneOptions = {}): Promise<PruneResult> {
  requireFeatures(repository.config, 'delete')
  // Another pruner may be at work: what it took away in the middle is no damage.
  return onStableListing(repository, ['snapshots/', 'index/meta/', 'index/data/', 'deletes/'], () => pruneOnce(repository, options), { attemptsMax: 3, rethrow: true })
}

async function pruneOnce(repository: Repository, options: PruneOptions): Promise<PruneResult> {
  const history = await trustedHistory(repository, options)
  const marks = await markNeeded(repository, history, options)
  const plan = await planOf(repository, history, marks)
  if (options.dryRun) return dryRun(marks, plan)
  await repository.store.prepare()
  await sweepSnapshots(repository, history)
  const bytesStored = (await repackClass(repository, IndexClass.META, { marks, plan, options })) + (await repackClass(repository, IndexClass.DATA, { marks, plan, options }))
  await condemn(repository, history, namesOf(marks, plan))
  const done = await deleteCondemned(repository, options)
  return { ...done, packsRepacked: plan.halfEmpty.data.length + plan.halfEmpty.meta.length, bytesStored }
}

/** Snapshots that never were good, and what a stopped forget left. */
async function sweepSnapshots(repository: Repository, history: History): Promise<void> {
  if (history.unfinished.length > 0) await removeSnapshots(repository, history, { doomed: history.unfinished, by: 'prune' })
  for (const name of history.leftovers) await repository.store.delete(`snapshots/${name}`)
}

async function trustedHistory(repository: Repository, options: PruneOptions): Promise<History> {
  const history = await readHistory(repository, { ...(options.signal && { signal: options.signal }), ...(options.seen && { seen: options.seen }) })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  return history
}

async function planOf(repository: Repository, history: History, marks: Marks): Promise<Plan> {
  const meta = split(marks.meta)
  const data = split(marks.data)
  return { dead: { meta: meta.dead, data: data.dead }, halfEmpty: { meta: meta.halfEmpty, data: data.halfEmpty }, orphans: await orphanPacks(repository, history, marks) }
}

function split(marked: MarkedIndex): { dead: number[]; halfEmpty: number[] } {
  const uses = packUses(marked).filter(({ pack }) => !marked.index.packs[pack]!.isTombstoned)
  const halfEmpty = uses.filter(({ liveBlobs, liveBytes, plainBytes }) => liveBlobs > 0 && liveBytes < plainBytes * LIVE_SHARE_MIN).map(({ pack }) => pack)
  return { dead: uses.filter(({ liveBlobs }) => liveBlobs === 0).map(({ pack }) => pack), halfEmpty }
}

/**
 * Packs of runs that died before their index was written. They are listed first; when no writer is open after that, each listed pack belongs to a
 * dead run or to a finished one, whose index is then there to be read.
 */
async function orphanPacks(repository: Repository, history: History, marks: Marks): Promise<string[]> {
  const unknown: string[] = []
  for await (const { key } of repository.store.list('packs/')) {
    const name = key.slice(-64)
    const isKnown = marks.meta.index.packNumber(name) !== undefined || marks.data.index.packNumber(name) !== undefined
    if (!isKnown && !history.deleteLog.tombstoned.has(name) && packKey(name) === key) unknown.push(name)
  }
  if (unknown.length === 0 || (await openSessions(repository, { sweep: true })).length > 0) return []
  const meta = await openIndex(repository, IndexClass.META)
  const data = await openIndex(repository, IndexClass.DATA)
  return unknown.filter((name) => meta.index.packNumber(name) === undefined && data.index.packNumber(name) === undefined)
}

async function repackClass(repository: Repository, indexClass: IndexClass, parts: { marks: Marks; plan: Plan; options: PruneOptions }): Promise<number> {
  const { signal } = parts.options
  return copyBlobs({ from: repository, to: repository, indexClass, marked: parts.marks[indexClass], packs: parts.plan.halfEmpty[indexClass], ...(signal && { signal }) })
}

function namesOf(marks: Marks, plan: Plan): string[] {
  const names = (indexClass: IndexClass) => [...plan.dead[indexClass], ...plan.halfEmpty[indexClass]].map((pack) => marks[indexClass].index.packs[pack]!.name)
  return [...names(IndexClass.META), ...names(IndexClass.DATA), ...plan.orphans]
}

async function condemn(repository: Repository, history: History, packs: readonly string[]): Promise<void> {
  if (packs.length === 0) return
  const at = await repository.store.nowMs()
  const log = history.deleteLog
  await writeEntry(repository, {
    kind: 'tombstone', generation: log.newestGeneration + 1, previous: log.heads, at, deadline: at + DEADLINE_MS, packs, indexes: [], marked: headsOf(history, 0).writers,
  })
}

function writeEntry(repository: Repository, document: DeleteEntry): Promise<string> {
  const prefix = `${document.generation.toString(16).padStart(16, '0')}-`
  return repository.writeDocument(document, { type: ObjectType.DELETE, folder: 'deletes', signer: repository.keys.maintenance, prefix })
}

/** The second phase, for every open tombstone that may be carried out now. */
async function deleteCondemned(repository: Repository, options: PruneOptions): Promise<Omit<PruneResult, 'packsRepacked' | 'bytesStored'>> {
  const history = await trustedHistory(repository, options)
  const open = history.deleteLog.open()
  const ready = await readyTombstones(repository, open)
  const waiting = open.filter((each) => !ready.includes(each)).reduce((sum, { document }) => sum + document.packs.length, 0)
  if (ready.length === 0) return { packsDeleted: 0, packsWaiting: waiting, bytesFreed: 0 }
  const marks = await markNeeded(repository, history, options)
  const wanted = new Set(ready.flatMap(({ document }) => document.packs))
  const kept = new Set([...neededPacks(marks.meta), ...neededPacks(marks.data)].filter((name) => wanted.has(name)))
  const condemned = new Set([...wanted].filter((name) => !kept.has(name)))
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) await rewriteIndex(repository, indexClass, condemned)
  const bytesFreed = await removePacks(repository, condemned)
  const log = history.deleteLog
  await writeEntry(repository, {
    kind: 'deleted', generation: log.newestGeneration + 1, previous: log.heads, completes: ready.map(({ name }) => name), packs: [...condemned], indexes: [], kept: [...kept], marked: headsOf(history, 0).writers,
  })
  return { packsDeleted: condemned.size, packsWaiting: waiting, bytesFreed }
}

/** A tombstone may be carried out when no writer that is older than it can be alive, or its deadline has passed on the store's clock. */
async function readyTombstones(repository: Repository, open: readonly DeleteLogEntry[]): Promise<DeleteLogEntry[]> {
  if (open.length === 0) return []
  const sessions = await openSessions(repository, { sweep: true })
  const now = await repository.store.nowMs()
  // A clock that went back can't tell when a deadline has passed.
  const isClockSane = open.every(({ document, modifiedMs }) => now >= (document.at ?? 0) && now >= modifiedMs)
  return open.filter(({ document, modifiedMs }) => {
    const isLate = isClockSane && now > (document.deadline ?? Number.POSITIVE_INFINITY)
    return isLate || sessions.every((session) => session.modifiedMs > modifiedMs)
  })
}

function neededPacks({ index, needed }: MarkedIndex): string[] {
  return packUses({ index, needed } as MarkedIndex).filter(({ liveBlobs }) => liveBlobs > 0).map(({ pack }) => index.packs[pack]!.name)
}

async function removePacks(repository: Repository, names: ReadonlySet<string>): Promise<number> {
  let bytes = 0
  for (const name of names) {
    const stat = await repository.store.head(packKey(name))
    await repository.store.delete(packKey(name))
    bytes += stat?.bytes ?? 0
  }
  return bytes
}

function dryRun(marks: Marks, plan: Plan): PruneResult {
  const bytesOf = (indexClass: IndexClass) => plan.dead[indexClass].reduce((sum, pack) => sum + marks[indexClass].index.packs[pack]!.bytes, 0)
  return {
    packsDeleted: plan.dead.data.length + plan.dead.meta.length + plan.orphans.length, packsRepacked: plan.halfEmpty.data.length + plan.halfEmpty.meta.length, packsWaiting: 0,
    bytesFreed: bytesOf(IndexClass.META) + bytesOf(IndexClass.DATA), bytesStored: 0,
  }
}
