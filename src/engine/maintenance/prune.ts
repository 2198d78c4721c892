/**
 * Frees what no snapshot needs, in two phases (docs/format/v1.md section 12): condemn, then, when no writer can rely on
 * it any more and a second mark agrees, delete. Never waits for a backup and never makes one wait. Stopped anywhere,
 * the next run goes on.
 */
import { randomBytes } from 'node:crypto'
import { isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { requireShown } from '../../storage/index.ts'
import { openSessions, openWriterSession, requireDeletable, type WriterSession } from '../commit/index.ts'
import { Feature, type Heads, hasFeature, packKey, type Repository, requireFeatures } from '../repository/index.ts'
import {
  type DeleteEntry,
  type DeleteLogEntry,
  type History,
  IndexClass,
  markedOf,
  onStableListing,
  openIndex,
  readDeleteLog,
  readHistory,
  type SnapshotEntry,
} from '../snapshot/index.ts'
import { type RemovedRecords, removeRedundant } from '../streams/index.ts'
import { raiseDeleteLog } from './accept-rollback.ts'
import { copyBlobs } from './copy-blobs.ts'
import { writeDeleteEntry } from './delete-entries.ts'
import { removeLeftovers, removeSnapshots, useReserve } from './forget.ts'
import { rewriteIndex } from './index-rewrite.ts'
import { otherwiseLocked } from './lock-class.ts'
import { type MarkedIndex, type Marks, markNeeded, packUses } from './mark.ts'

const DEADLINE_MS = 24 * 3600 * 1000
/** Packs with a smaller share of needed bytes are rewritten. */
const LIVE_SHARE_MIN = 0.8
/** For index segments and the delete log while packs are rewritten. */
const ROOM_KEPT_BYTES = 2 * 1024 * 1024
const ROOM_KEPT_FILES = 32
/** A pack may be the first of its folder. */
const FILES_A_PACK = 2

export interface PruneOptions {
  readonly dryRun?: boolean
  readonly seen?: Heads
  readonly signal?: AbortSignal
  /** What is decided for each pack, by its name; of a dry run what would be. */
  readonly onPack?: (name: string, what: PackDecision) => void
}

/** Rewritten and condemned packs go once no writer can rely on them. */
export type PackDecision = 'rewritten' | 'condemned' | 'deleted'

export interface PruneResult {
  readonly packsDeleted: number
  readonly packsRepacked: number
  /** Condemned packs that wait for open writers or the deadline. */
  readonly packsWaiting: number
  /** Packs that would go, and are of a lock class that this version does not know: left alone. */
  readonly packsLeft: number
  readonly bytesFreed: number
  readonly bytesStored: number
  /** Records of streams of which every byte stands in another one. */
  readonly streamRecordsDeleted: number
}

interface Plan {
  /** Pack numbers by class. */
  readonly dead: Readonly<Record<IndexClass, readonly number[]>>
  readonly halfEmpty: Readonly<Record<IndexClass, readonly number[]>>
  /** Names of stored packs that no index names. */
  readonly orphans: readonly string[]
  /** How many are left alone. */
  readonly leftCount: number
}

/** Throws ROLLBACK_SUSPECTED and DAMAGED before anything is changed. */
export async function prune(repository: Repository, options: PruneOptions = {}): Promise<PruneResult> {
  requireFeatures(repository.config, 'delete')
  // Another pruner may be at work: what it took away in the middle is no damage.
  const pruned = await onStableListing(
    repository,
    ['snapshots/', 'index/meta/', 'index/data/', 'deletes/'],
    () => pruneOnce(repository, options),
    { attemptsMax: 3, rethrow: true },
  )
  const { records, bytes } = await pruneStreams(repository, options)
  return { ...pruned, bytesFreed: pruned.bytesFreed + bytes, streamRecordsDeleted: records }
}

/** Records rely on no pack and no pack on them: no tombstone and no session has to be looked at. */
async function pruneStreams(
  repository: Repository,
  { dryRun: isDry = false, signal }: PruneOptions,
): Promise<RemovedRecords> {
  if (!hasFeature(repository.config.features, Feature.STREAMS)) return { records: 0, bytes: 0 }
  if (!isDry) await requireDeletable(repository, signal)
  const storeMs = isDry ? nowMs() : await repository.store.nowMs()
  return await removeRedundant(repository, { nowMs: storeMs, dryRun: isDry, ...(signal && { signal }) })
}

type PrunedPacks = Omit<PruneResult, 'streamRecordsDeleted'>

async function pruneOnce(repository: Repository, options: PruneOptions): Promise<PrunedPacks> {
  if (options.dryRun) {
    const history = await trustedHistory(repository, options)
    const marks = await markNeeded(repository, history, options)
    const plan = await planOf(repository, { history, marks })
    tellPlan(marks, plan, options)
    return dryRun(marks, plan)
  }
  await useReserve(repository)
  // It writes packs, so it is a writer: without a session, what it has not indexed yet would be an orphan to another
  // pruner.
  await using session = await prunerSession(repository)
  if (session) await requireShown(repository.store, session.key)
  const own = session ? { own: session.key } : {}
  const read = await trustedHistory(repository, options)
  const history = (await raiseDeleteLog(repository, read)) ? await trustedHistory(repository, options) : read
  const marks = await markNeeded(repository, history, options)
  const found = await planOf(repository, { history, marks, ...own })
  const plan =
    session && (await hasRoomFor(repository, marks, found)) ? found : { ...found, halfEmpty: { meta: [], data: [] } }
  await requireDeletable(repository, options.signal)
  await sweepSnapshots(repository, history, { options, ...own })
  for (const { name } of [...marks.brokenCheckpoints, ...history.needlessCheckpoints])
    await repository.store.delete(`checkpoints/${name}`)
  const bytesStored =
    (await repackClass(repository, IndexClass.META, { marks, plan, options })) +
    (await repackClass(repository, IndexClass.DATA, { marks, plan, options }))
  await condemn(repository, history, namesOf(marks, plan))
  tellPlan(marks, plan, options)
  const done = await deleteCondemned(repository, { options, ...own })
  await repository.store.local?.reserve('keep')
  const packsRepacked = plan.halfEmpty.data.length + plan.halfEmpty.meta.length
  return { ...done, packsRepacked, packsLeft: plan.leftCount, bytesStored }
}

/** Undefined on a disk that is full: whole packs can go without one. */
async function prunerSession(repository: Repository): Promise<WriterSession | undefined> {
  try {
    return await openWriterSession(repository, randomBytes(16))
  } catch (error) {
    if (!isBackupError(error, 'DISK_FULL')) throw error
    return undefined
  }
}

/**
 * What packs that are rewritten still hold has to fit beside them before they go. Where it does not, whole packs go
 * first.
 */
async function hasRoomFor(repository: Repository, marks: Marks, { halfEmpty }: Plan): Promise<boolean> {
  const capacity = await repository.store.capacity()
  if (!capacity) return true
  const bytes = [IndexClass.META, IndexClass.DATA].flatMap((indexClass) =>
    halfEmpty[indexClass].map((pack) => marks[indexClass].index.packs[pack]!.bytes),
  )
  const { bytesFree, filesFree = Number.POSITIVE_INFINITY } = capacity
  const bytesNeeded = bytes.reduce((sum, each) => sum + each, 0) + ROOM_KEPT_BYTES
  return bytesFree > bytesNeeded && filesFree > bytes.length * FILES_A_PACK + ROOM_KEPT_FILES
}

/**
 * Snapshots that never were good or never count, and what a stopped forget or a writer that may not delete has left.
 */
async function sweepSnapshots(repository: Repository, history: History, parts: PruneParts): Promise<void> {
  await openSessions(repository, { sweep: true, ...(parts.own !== undefined && { except: parts.own }) })
  const doomed = [...(history.unfinished.length > 0 ? await abandoned(repository, parts) : []), ...history.superseded]
  if (doomed.length > 0) await removeSnapshots(repository, history, { doomed, by: 'prune' })
  await removeLeftovers(repository, history)
}

/**
 * Unfinished snapshots whose writers are gone. One that is at work may still confirm: what it needs may have been
 * stored anew by others. Who is at work is asked first: what they confirmed before they ended is then there to be read.
 */
async function abandoned(repository: Repository, { options, own }: PruneParts): Promise<SnapshotEntry[]> {
  const sessions = await openSessions(repository, { sweep: true, ...(own !== undefined && { except: own }) })
  const atWork = new Set(sessions.map(({ writer }) => writer))
  const { unfinished } = await trustedHistory(repository, options)
  return atWork.has(undefined) ? [] : unfinished.filter(({ document }) => !atWork.has(document.writer))
}

async function trustedHistory(repository: Repository, options: PruneOptions): Promise<History> {
  const history = await readHistory(repository, {
    ...(options.signal && { signal: options.signal }),
    ...(options.seen && { seen: options.seen }),
  })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  return history
}

interface PlanFacts {
  readonly history: History
  readonly marks: Marks
  /** Key of this pruner's own session. */
  readonly own?: string
}

async function planOf(repository: Repository, facts: PlanFacts): Promise<Plan> {
  const meta = split(facts.marks.meta)
  const data = split(facts.marks.data)
  const plan = {
    dead: { meta: meta.dead, data: data.dead },
    halfEmpty: { meta: meta.halfEmpty, data: data.halfEmpty },
    orphans: await orphanPacks(repository, facts),
    leftCount: 0,
  }
  const left = await otherwiseLocked(repository, namesOf(facts.marks, plan))
  return left.size === 0 ? plan : without(plan, facts.marks, left)
}

function without(plan: Plan, marks: Marks, left: ReadonlySet<string>): Plan {
  const rest = (packs: Plan['dead']) => {
    const among = (indexClass: IndexClass) =>
      packs[indexClass].filter((pack) => !left.has(marks[indexClass].index.packs[pack]!.name))
    return { meta: among(IndexClass.META), data: among(IndexClass.DATA) }
  }
  const orphans = plan.orphans.filter((name) => !left.has(name))
  return { dead: rest(plan.dead), halfEmpty: rest(plan.halfEmpty), orphans, leftCount: left.size }
}

function split(marked: MarkedIndex): { dead: number[]; halfEmpty: number[] } {
  const uses = packUses(marked).filter(({ pack }) => !marked.index.packs[pack]!.isTombstoned)
  const halfEmpty = uses
    .filter(({ liveBlobs, liveBytes, plainBytes }) => liveBlobs > 0 && liveBytes < plainBytes * LIVE_SHARE_MIN)
    .map(({ pack }) => pack)
  return { dead: uses.filter(({ liveBlobs }) => liveBlobs === 0).map(({ pack }) => pack), halfEmpty }
}

/**
 * Packs of runs that died before their index was written. They are listed first; when no writer is open after that,
 * each listed pack belongs to a dead run or to a finished one, whose index is then there to be read. A writer of whom
 * nothing is known for a day may be dead: its packs of that age go. If it only slept, the delete log tells it.
 */
async function orphanPacks(repository: Repository, { history, marks, own }: PlanFacts): Promise<string[]> {
  const unknown: Array<{ name: string; modifiedMs: number }> = []
  for await (const { key, modifiedMs } of repository.objects('packs/')) {
    const name = key.slice(-64)
    const isKnown = marks.meta.index.packNumber(name) !== undefined || marks.data.index.packNumber(name) !== undefined
    if (!isKnown && !history.deleteLog.tombstoned.has(name)) unknown.push({ name, modifiedMs })
  }
  if (unknown.length === 0) return []
  const sessions = await openSessions(repository, { sweep: true, ...(own !== undefined && { except: own }) })
  const dayAgo = (await repository.store.nowMs()) - DEADLINE_MS
  if (sessions.some(({ modifiedMs }) => modifiedMs > dayAgo)) return []
  const { deletedPacks } = history.deleteLog
  const meta = await openIndex(repository, IndexClass.META, { deletedPacks })
  const data = await openIndex(repository, IndexClass.DATA, { deletedPacks })
  const old = unknown.filter(({ modifiedMs }) => sessions.length === 0 || modifiedMs < dayAgo)
  return old
    .map(({ name }) => name)
    .filter((name) => meta.index.packNumber(name) === undefined && data.index.packNumber(name) === undefined)
}

async function repackClass(
  repository: Repository,
  indexClass: IndexClass,
  parts: { marks: Marks; plan: Plan; options: PruneOptions },
): Promise<number> {
  const { signal } = parts.options
  return copyBlobs({
    from: repository,
    to: repository,
    indexClass,
    marked: parts.marks[indexClass],
    packs: parts.plan.halfEmpty[indexClass],
    ...(signal && { signal }),
  })
}

function tellPlan(marks: Marks, plan: Plan, { onPack }: PruneOptions): void {
  if (!onPack) return
  const rewritten = namesOf(marks, { ...plan, dead: { meta: [], data: [] }, orphans: [] })
  for (const name of rewritten) onPack(name, 'rewritten')
  for (const name of namesOf(marks, { ...plan, halfEmpty: { meta: [], data: [] } })) onPack(name, 'condemned')
}

function namesOf(marks: Marks, plan: Plan): string[] {
  const names = (indexClass: IndexClass) =>
    [...plan.dead[indexClass], ...plan.halfEmpty[indexClass]].map((pack) => marks[indexClass].index.packs[pack]!.name)
  return [...names(IndexClass.META), ...names(IndexClass.DATA), ...plan.orphans]
}

async function condemn(repository: Repository, history: History, packs: readonly string[]): Promise<void> {
  if (packs.length === 0) return
  const at = await repository.store.nowMs()
  const uptime = repository.store.local?.uptime()
  const log = history.deleteLog
  await writeDeleteEntry(repository, {
    kind: 'tombstone',
    generation: log.newestGeneration + 1,
    previous: log.heads,
    at,
    deadline: at + DEADLINE_MS,
    ...(uptime && { uptime }),
    packs,
    indexes: [],
    marked: markedOf(history),
  })
}

interface PruneParts {
  readonly options: PruneOptions
  /** Key of this pruner's own session. */
  readonly own?: string
}

/**
 * The second phase, for every open tombstone that may be carried out now. What is needed of a condemned pack now is
 * copied out of it: a pack that was condemned once always goes, so that a pruner that slept can delete it however late.
 * The order is what makes it safe: which packs are condemned, then who is at work, then what is needed. A writer that
 * had not seen the tombstone is at work at the second look, or its snapshot is there at the third.
 */
async function deleteCondemned(
  repository: Repository,
  { options, own }: PruneParts,
): Promise<Omit<PrunedPacks, 'packsRepacked' | 'packsLeft' | 'bytesStored'>> {
  const open = (await readDeleteLog(repository, options.signal)).open()
  // Whoever stores what a feature stands for has announced it before the tombstone, or has read that.
  await requireDeletable(repository, options.signal)
  const ready = await readyTombstones(repository, open, own)
  const wanted = new Set(ready.flatMap(({ document }) => document.packs))
  const waiting = open.reduce((sum, { document }) => sum + document.packs.length, 0)
  const nothing = { packsDeleted: 0, packsWaiting: waiting, bytesFreed: 0 }
  if (ready.length === 0) return nothing
  const history = await trustedHistory(repository, options)
  const marks = await markNeeded(repository, history, options)
  if (
    !(await moveNeeded(repository, { marks, needed: neededAmong(marks, wanted), isWriter: own !== undefined, options }))
  )
    return nothing
  const log = history.deleteLog
  const bytesFreed = await carryOut(repository, {
    gone: new Set([...wanted, ...log.deletedPacks]),
    packs: wanted,
    entry: {
      kind: 'deleted',
      generation: log.newestGeneration + 1,
      previous: log.heads,
      completes: ready.map(({ name }) => name),
      packs: [...wanted],
      indexes: [],
      kept: [],
      marked: markedOf(history),
    },
  })
  for (const name of wanted) options.onPack?.(name, 'deleted')
  return {
    packsDeleted: wanted.size,
    packsWaiting: waiting - ready.reduce((sum, { document }) => sum + document.packs.length, 0),
    bytesFreed,
  }
}

/**
 * Index, packs, log entry. On a disk that has no room for an index beside the old one the entry comes first: packs of a
 * `deleted` entry are ignored wherever an index names them, and what they took makes the room. Returns the bytes freed.
 */
async function carryOut(
  repository: Repository,
  work: { readonly gone: ReadonlySet<string>; readonly packs: ReadonlySet<string>; readonly entry: DeleteEntry },
): Promise<number> {
  if (await rewriteIndexes(repository, work.gone).then(() => true, orFull)) {
    const bytesFreed = await removePacks(repository, work.packs)
    await writeDeleteEntry(repository, work.entry)
    return bytesFreed
  }
  await writeDeleteEntry(repository, work.entry)
  const bytesFreed = await removePacks(repository, work.packs)
  await rewriteIndexes(repository, work.gone)
  return bytesFreed
}

async function rewriteIndexes(repository: Repository, gone: ReadonlySet<string>): Promise<void> {
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) await rewriteIndex(repository, indexClass, gone)
}

function orFull(error: unknown): false {
  if (isBackupError(error, 'DISK_FULL')) return false
  throw error
}

/** Copies what is needed of condemned packs. False when that is not possible now: nothing goes then. */
async function moveNeeded(
  repository: Repository,
  work: { marks: Marks; needed: Plan['halfEmpty']; isWriter: boolean; options: PruneOptions },
): Promise<boolean> {
  const { marks, needed, isWriter, options } = work
  if (needed.meta.length + needed.data.length === 0) return true
  if (!isWriter) return false
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    await copyBlobs({
      from: repository,
      to: repository,
      indexClass,
      marked: marks[indexClass],
      packs: needed[indexClass],
      ...(options.signal && { signal: options.signal }),
    })
  }
  return true
}

/**
 * A tombstone may be carried out when no writer that is older than it can be alive, or its deadline has passed on the
 * store's clock.
 */
async function readyTombstones(
  repository: Repository,
  open: readonly DeleteLogEntry[],
  own: string | undefined,
): Promise<DeleteLogEntry[]> {
  if (open.length === 0) return []
  const sessions = await openSessions(repository, { sweep: true, ...(own !== undefined && { except: own }) })
  const now = await repository.store.nowMs()
  const uptime = repository.store.local?.uptime()
  // A clock that went back can't tell when a deadline has passed; one that was set ahead may only delay.
  const isClockSane = open.every(({ document, modifiedMs }) => now >= (document.at ?? 0) && now >= modifiedMs)
  return open.filter(({ document, modifiedMs }) => {
    const isSameBoot = uptime !== undefined && document.uptime?.boot === uptime.boot
    const isLate =
      isClockSane &&
      now > (document.deadline ?? Number.POSITIVE_INFINITY) &&
      !(isSameBoot && uptime.ms - document.uptime!.ms < DEADLINE_MS)
    return isLate || sessions.every((session) => session.modifiedMs > modifiedMs)
  })
}

/** Numbers of the packs of `names` that something needs. */
function neededAmong(marks: Marks, names: ReadonlySet<string>): Plan['halfEmpty'] {
  const among = (marked: MarkedIndex) =>
    packUses(marked)
      .filter(({ pack, liveBlobs }) => liveBlobs > 0 && names.has(marked.index.packs[pack]!.name))
      .map(({ pack }) => pack)
  return { meta: among(marks.meta), data: among(marks.data) }
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

function dryRun(marks: Marks, plan: Plan): PrunedPacks {
  const bytesOf = (indexClass: IndexClass) =>
    plan.dead[indexClass].reduce((sum, pack) => sum + marks[indexClass].index.packs[pack]!.bytes, 0)
  return {
    packsDeleted: plan.dead.data.length + plan.dead.meta.length + plan.orphans.length,
    packsRepacked: plan.halfEmpty.data.length + plan.halfEmpty.meta.length,
    packsWaiting: 0,
    packsLeft: plan.leftCount,
    bytesFreed: bytesOf(IndexClass.META) + bytesOf(IndexClass.DATA),
    bytesStored: 0,
  }
}
