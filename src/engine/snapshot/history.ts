/**
 * Everything that the repository's small objects say: snapshots, checkpoints, records, delete log. Listed before any
 * index is read.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { idsMeant, shortIds } from '../../kernel/id-beginning.ts'
import {
  type Heads,
  isForbidden,
  isForeign,
  isOfLaterVersion,
  isOfLostEpoch,
  isRotten,
  type ObjectProblem,
  type Repository,
} from '../repository/index.ts'
import { Acceptance, type Suspicions } from './acceptance.ts'
import { checkChains, type Losses, lossProblems, recordHeads, type SnapshotEntry } from './chains.ts'
import { closureIsLacking } from './closure.ts'
import type { DeleteLog } from './delete-log.ts'
import { bytesOfPathText, type parseConfirm, RecordKind, type SnapshotDocument } from './documents.ts'
import { type Listed, readListings } from './listings.ts'
import { type OrderedPoint, orderPoints } from './order.ts'
import { protections } from './protections.ts'
import type { ParsedDocument } from './read-parsed.ts'
import { forgottenBy, inForce, isFinished, type RecordEntry } from './record-list.ts'
import { decideRuns } from './runs.ts'
import { namesBelow } from './stable-listing.ts'

export interface History {
  /** Snapshots in force, oldest first. */
  readonly snapshots: readonly SnapshotEntry[]
  readonly checkpoints: readonly SnapshotEntry[]
  /** Those that a newer checkpoint or snapshot has made needless, and whose writer could not remove them. */
  readonly needlessCheckpoints: readonly SnapshotEntry[]
  /** Both, oldest first, with the time by which each is ordered. */
  readonly order: readonly OrderedPoint[]
  readonly deleteLog: DeleteLog
  /** Newest generation of each record in force; lifted ones are left out. */
  readonly records: readonly RecordEntry[]
  /** All but audit segments. */
  readonly allRecords: readonly RecordEntry[]
  /**
   * Committed by a writer that never confirmed them, while what they need was deleted: they never were good, and prune
   * removes them.
   */
  readonly unfinished: readonly SnapshotEntry[]
  /** Whole, of a scheduled run for which another snapshot counts until a claim decides: what they need is kept. */
  readonly rivals: readonly SnapshotEntry[]
  /** Of a scheduled run that another snapshot was committed for: they never count again, and prune removes them. */
  readonly superseded: readonly SnapshotEntry[]
  /**
   * Names of snapshots in force that nobody has confirmed since something was condemned. What they need is there, as of
   * this reading.
   */
  readonly unconfirmed: ReadonlySet<string>
  /** Objects of snapshots that are forgotten: a forget was stopped. */
  readonly leftovers: readonly string[]
  /** Forgotten snapshots by name. */
  readonly forgotten: ReadonlyMap<string, { readonly writer: string; readonly sequence: number }>
  readonly problems: readonly ObjectProblem[]
  /** Objects of its folders that are somebody else's: they say nothing and are no damage. */
  readonly strangers: readonly ObjectProblem[]
  /** Those of the problems that may have said what is to be kept: while there is one, nothing is deleted. */
  readonly obstacles: readonly ObjectProblem[]
  /** Signs that older state was put back. */
  readonly rollbacks: readonly BackupError[]
  /** The same, as what an operator may accept. */
  readonly suspicions: Suspicions
  /**
   * Snapshots and records that are missing while a damaged object may be what is left of them. Each is a problem too.
   */
  readonly losses: Losses
  /** Store milliseconds of the newest snapshot object that can't be read; 0 without one. */
  readonly damagedSnapshotMs: number
  /**
   * Of a store that is far away, where all of this is the state of one moment: what the index's folders listed since
   * then.
   */
  readonly indexListed?: Listed
}

const READINGS_MAX = 3
const QUIET_READINGS_MAX = 8

/**
 * Reads everything, and holds it against `seen` (default: what the repository's memory knows, which then learns what
 * was read). Other writers and pruners work meanwhile, and a listing is no snapshot of the store: what looks like a
 * rollback is read again before it is said, the keys among it.
 */
export async function readHistory(
  repository: Repository,
  options: { signal?: AbortSignal; seen?: Heads } = {},
): Promise<History> {
  const { memory } = repository
  const seen = options.seen ?? memory?.heads()
  for (let reading = 1; ; reading += 1) {
    const history = await readOnce(repository, { ...options, ...(seen && { seen }) })
    if (reading < READINGS_MAX && isBeyondKeys(history) && (await repository.renewKeys(options.signal))) continue
    if (history.rollbacks.length === 0) memory?.remember(headsOf(history, repository.keys.generation))
    if (history.rollbacks.length === 0 || reading >= READINGS_MAX) return history
  }
}

/** True where something tells of a newer keyring than the one that was opened: its number, or what it has sealed. */
function isBeyondKeys({ suspicions, problems, strangers }: History): boolean {
  return suspicions.keyring !== null || [...problems, ...strangers].some(isOfLostEpoch)
}

/**
 * For whoever refers to what other snapshots refer to without looking at each blob. What was in force and is not
 * condemned by this history's delete log was not condemned before that was read either; what is condemned later, the
 * writer sees when it confirms. Throws REPOSITORY_LOCKED when the log never stays.
 */
export async function readWriterHistory(
  repository: Repository,
  options: { signal?: AbortSignal; seen?: Heads } = {},
): Promise<History> {
  const history = repository.store.local ? undefined : await readHistory(repository, options)
  if (history?.indexListed) return history
  let before = await namesBelow(repository, ['deletes/'])
  for (let reading = 1; reading <= QUIET_READINGS_MAX; reading += 1) {
    const history = await readHistory(repository, options)
    const after = await namesBelow(repository, ['deletes/'])
    if (after === before) return history
    before = after
  }
  throw new BackupError('REPOSITORY_LOCKED', 'The repository changes faster than it can be read. Run it again.')
}

async function readOnce(repository: Repository, options: { signal?: AbortSignal; seen?: Heads }): Promise<History> {
  const { signal } = options
  // While a keyring is lost, what was sealed under its epoch is as good as rotten.
  const isLost = (problem: ObjectProblem) =>
    isRotten(problem) || (repository.keys.lost.length > 0 && isOfLostEpoch(problem))
  const listings = await readListings(repository, signal)
  const { snapshots, checkpoints, records, confirms, deleteLog } = listings
  const allRecords = records.entries
  const stored = snapshots.entries.map(entryOf)
  const confirmed = confirmedOf(confirms.entries, stored)
  const forgottenByRecord = forgottenOf(allRecords, stored)
  const retractions = retractionsOf(confirms.entries, stored)
  const forgotten = new Map([...honoured(retractions, { stored, deleteLog, confirmed }), ...forgottenByRecord])
  const listed = stored.filter(({ name }) => !forgotten.has(name))
  const doubtful = listed.filter(
    ({ name, document }) => retractions.has(name) || !deleteLog.isConfirmed(document, confirmed.get(name) ?? 0),
  )
  const unfinished = await unfinishedOf(repository, doubtful, { deleteLog, retractions })
  const runs = await decideRuns(
    repository,
    listed.filter((entry) => !unfinished.includes(entry)),
    {
      isForgotten: (name) => forgottenByRecord.has(name),
      withdrawn: new Set(retractions.keys()),
      ...(signal && { signal }),
    },
  )
  const unread = { snapshots: snapshots.problems.filter(isLost), records: records.problems.filter(isLost) }
  const chains = checkChains({
    stored,
    forgotten,
    removed: removedOf(allRecords, forgottenByRecord),
    deleteLog,
    records: allRecords,
    seen: options.seen,
    keyGeneration: repository.keys.generation,
    // One of a later version has a number of its writer's too.
    damagedSnapshots: unread.snapshots.length + snapshots.problems.filter(isOfLaterVersion).length,
    damagedRecords: unread.records.length + records.problems.filter(isOfLaterVersion).length,
  })
  const said = [
    ...snapshots.problems,
    ...checkpoints.problems,
    ...records.problems,
    ...confirms.problems,
    ...deleteLog.problems,
    ...lossProblems(chains.losses),
  ]
  return {
    unfinished,
    rivals: runs.rivals,
    superseded: runs.superseded,
    unconfirmed: new Set(doubtful.map(({ name }) => name)),
    leftovers: stored.filter(({ name }) => forgotten.has(name)).map(({ name }) => name),
    ...inOrder({ ...runs, checkpoints: checkpoints.entries.map(entryOf), stored, forgotten }),
    deleteLog,
    records: inForce(allRecords),
    allRecords,
    forgotten,
    problems: [...said, ...runs.problems],
    strangers: [snapshots, checkpoints, records, confirms, deleteLog].flatMap((each) => each.strangers),
    // A claim that can't be believed decides nothing, and what its rivals need is kept.
    obstacles: said.filter((problem) => !isForeign(problem)),
    rollbacks: chains.rollbacks,
    suspicions: chains.suspicions,
    losses: chains.losses,
    ...(listings.indexListed && { indexListed: listings.indexListed }),
    damagedSnapshotMs: Math.max(0, ...unread.snapshots.map(({ modifiedMs }) => modifiedMs ?? 0)),
  }
}

/** Names of checkpoints, as documents in force say: each names only what was there before it. */
function needlessAmong(entries: ReadonlyArray<Pick<SnapshotEntry, 'document'>>): ReadonlySet<string> {
  return new Set(entries.flatMap(({ document }) => document.checkpoints ?? []))
}

function isNewer(problem: ObjectProblem, latest: SnapshotEntry | undefined): boolean {
  return (problem.modifiedMs ?? 0) > (latest?.modifiedMs ?? 0)
}

function entryOf({ name, document, modifiedMs }: ParsedDocument<SnapshotDocument>): SnapshotEntry {
  return { name, document, modifiedMs }
}

type Confirmation = ParsedDocument<ReturnType<typeof parseConfirm>>

/** Only a snapshot's own writer may confirm it. */
function confirmedOf(confirmations: readonly Confirmation[], stored: readonly SnapshotEntry[]): Map<string, number> {
  const writers = new Map(stored.map(({ name, document }) => [name, document.writer]))
  const confirmed = new Map<string, number>()
  for (const { document, signer } of confirmations) {
    if (document.kind === 'confirm' && writers.get(document.snapshot) === signer)
      confirmed.set(document.snapshot, Math.max(document.deleteGeneration, confirmed.get(document.snapshot) ?? 0))
  }
  return confirmed
}

interface ConfirmFacts {
  readonly stored: readonly SnapshotEntry[]
  readonly deleteLog: DeleteLog
  readonly confirmed: ReadonlyMap<string, number>
}

type Retractions = ReadonlyMap<string, { readonly writer: string; readonly sequence: number }>

/** Snapshots that their own writers took back: of one that is not there it says so itself. */
function retractionsOf(confirmations: readonly Confirmation[], stored: readonly SnapshotEntry[]): Retractions {
  const writers = new Map(stored.map(({ name, document }) => [name, document.writer]))
  const retractions = new Map<string, { writer: string; sequence: number }>()
  for (const { document } of confirmations) {
    if (document.kind === 'retract' && (writers.get(document.snapshot) ?? document.writer) === document.writer)
      retractions.set(document.snapshot, { writer: document.writer, sequence: document.sequence })
  }
  return retractions
}

/**
 * A writer may take back its own snapshot only while nothing has confirmed it: what counted once goes by a `forget`
 * record alone.
 */
function honoured(
  retractions: Retractions,
  { stored, deleteLog, confirmed }: ConfirmFacts,
): Map<string, { writer: string; sequence: number }> {
  const there = new Map(stored.map(({ name, document }) => [name, document]))
  return new Map(
    [...retractions].filter(([name]) => {
      const document = there.get(name)
      return document === undefined || !(confirmed.has(name) || deleteLog.isConfirmed(document, 0))
    }),
  )
}

/**
 * An unconfirmed snapshot is good only when all that it needs is named: its writer may have slept through a deletion.
 * Where data has been given up since, nobody can tell that from a loss; the snapshot may have been acknowledged, so it
 * stays with what it has.
 */
async function unfinishedOf(
  repository: Repository,
  doubtful: readonly SnapshotEntry[],
  { deleteLog, retractions }: { readonly deleteLog: DeleteLog; readonly retractions: Retractions },
): Promise<SnapshotEntry[]> {
  const unfinished: SnapshotEntry[] = []
  for (const entry of doubtful) {
    const mayLack = entry.document.deleteGeneration < deleteLog.lossGeneration && !retractions.has(entry.name)
    if (!mayLack && (await closureIsLacking(repository, entry.document, deleteLog))) unfinished.push(entry)
  }
  return unfinished
}

export function headsOf(history: History, keyGeneration: number): Heads {
  const writers: Record<string, number> = {}
  for (const { document } of [...history.snapshots, ...history.rivals, ...history.superseded])
    writers[document.writer] = Math.max(writers[document.writer] ?? 0, document.sequence ?? 0)
  for (const { writer, sequence } of history.forgotten.values())
    writers[writer] = Math.max(writers[writer] ?? 0, sequence)
  return {
    keyGeneration,
    deleteGeneration: history.deleteLog.newestGeneration,
    writers,
    records: recordHeads(history.allRecords),
  }
}

/**
 * The highest number that anything here knows of each writer, `seen` among it: also of snapshots that are gone, or that
 * somebody has accepted as missing.
 */
export function newestSequences(history: History, seen: Readonly<Record<string, number>>): Map<string, number> {
  const newest = new Map(Object.entries(seen))
  const raise = (writer: string, sequence: number) => newest.set(writer, Math.max(newest.get(writer) ?? 0, sequence))
  for (const [writer, sequence] of Object.entries(headsOf(history, 0).writers)) raise(writer, sequence)
  for (const { document } of [...history.snapshots, ...history.unfinished, ...history.rivals, ...history.superseded]) {
    raise(document.writer, document.sequence ?? 0)
    for (const [writer, [sequence]] of Object.entries(document.seen)) raise(writer, sequence)
  }
  for (const { writer, sequence } of history.losses.snapshots) raise(writer, sequence)
  for (const { document } of history.deleteLog.entries)
    for (const [writer, sequence] of Object.entries(document.marked)) raise(writer, sequence)
  for (const [writer, sequence] of new Acceptance(history.allRecords).newestSequences) raise(writer, sequence)
  newest.delete(UNKNOWN_WRITER)
  return newest
}

/**
 * The number of a writer's next snapshot: above every one that the repository shows, this client remembers, or somebody
 * has accepted as missing.
 */
export function nextSequence(history: History, writer: string, remembered: Heads | undefined): number {
  const shown = headsOf(history, 0).writers[writer] ?? 0
  const accepted = new Acceptance(history.allRecords).newestSequenceOf(writer)
  return Math.max(shown, remembered?.writers[writer] ?? 0, accepted) + 1
}

/**
 * How far a pruner that read this history has looked, for the delete log: it says nothing of snapshots that were not
 * whole, nor of later ones of their writers.
 */
export function markedOf(history: History): Record<string, number> {
  const marked: Record<string, number> = { ...headsOf(history, 0).writers }
  for (const { document } of history.unfinished)
    marked[document.writer] = Math.min(marked[document.writer] ?? 0, (document.sequence ?? 0) - 1)
  return Object.fromEntries(Object.entries(marked).filter(([, sequence]) => sequence > 0))
}

/** A writer's newest snapshot: by its count, since a copy has the time of what it was copied from. */
export function headOf({ snapshots }: Pick<History, 'snapshots'>, writer: string): SnapshotEntry | undefined {
  return snapshots
    .filter(({ document }) => document.writer === writer)
    .reduce<SnapshotEntry | undefined>(
      (head, each) => ((each.document.sequence ?? 0) > (head?.document.sequence ?? 0) ? each : head),
      undefined,
    )
}

/** The newest snapshot of every other writer, as a snapshot names them: the chain across writers. */
export function othersSeen(history: History, writer: string): Record<string, readonly [number, string]> {
  const seen: Record<string, readonly [number, string]> = {}
  for (const { name, document } of history.snapshots) {
    if (document.writer !== writer && (document.sequence ?? 0) > (seen[document.writer]?.[0] ?? 0))
      seen[document.writer] = [document.sequence ?? 0, name]
  }
  return seen
}

/** The order takes everything that is stored as witness, also what does not count. */
function inOrder(facts: {
  readonly counting: readonly SnapshotEntry[]
  readonly rivals: readonly SnapshotEntry[]
  readonly checkpoints: readonly SnapshotEntry[]
  readonly stored: readonly SnapshotEntry[]
  readonly forgotten: History['forgotten']
}): Pick<History, 'snapshots' | 'checkpoints' | 'needlessCheckpoints' | 'order'> {
  const counting = new Set(facts.counting)
  const needless = needlessAmong([...facts.counting, ...facts.rivals, ...facts.checkpoints])
  const checkpoints = new Set(facts.checkpoints.filter(({ name }) => !needless.has(name)))
  const ordered = orderPoints({
    entries: [...facts.stored, ...facts.checkpoints],
    sequenceOf: (name) => facts.forgotten.get(name)?.sequence,
  })
  const order = ordered.filter(({ entry }) => counting.has(entry) || checkpoints.has(entry))
  const entries = order.map(({ entry }) => entry)
  return {
    order,
    snapshots: entries.filter((entry) => counting.has(entry)),
    checkpoints: entries.filter((entry) => checkpoints.has(entry)),
    needlessCheckpoints: facts.checkpoints.filter((entry) => !checkpoints.has(entry)),
  }
}

/**
 * One that is there and under a pin or hold was protected while a forget was on its way: that takes its record back,
 * and until then no pruner may act on it.
 */
function forgottenOf(
  records: readonly RecordEntry[],
  stored: readonly SnapshotEntry[],
): Map<string, { writer: string; sequence: number }> {
  const guarded = protections({ records: inForce(records), snapshots: stored }, nowMs())
  const kept = new Set(stored.filter(({ name }) => guarded.has(name)).map(({ name }) => name))
  const forgotten = new Map<string, { writer: string; sequence: number }>()
  for (const { document } of records) {
    if (document.record !== RecordKind.FORGET) continue
    for (const { name, writer, sequence } of forgottenBy(document))
      if (!kept.has(name)) forgotten.set(name, { writer, sequence })
  }
  return forgotten
}

/** Names in force of which a finished forget says that their objects are gone. */
function removedOf(records: readonly RecordEntry[], forgotten: ReadonlyMap<string, unknown>): Set<string> {
  const finished = records.filter(({ document }) => document.record === RecordKind.FORGET && isFinished(document))
  return new Set(
    finished
      .flatMap(({ document }) => forgottenBy(document).map(({ name }) => name))
      .filter((name) => forgotten.has(name)),
  )
}

/** In a `forget` record, of a snapshot that could not be read. */
export const UNKNOWN_WRITER = '0'.repeat(32)
/** Of a name, as lists show it. */
const SHOWN_LENGTH = 12

/**
 * Finds one snapshot by name, unique prefix (at least 4 digits), or `latest`: of `source`, `path` and those that
 * `isMeant` lets through, where they are given.
 * Checkpoints are found by name only. Throws SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, and for `latest`
 * ROLLBACK_SUSPECTED, PERMISSION_DENIED or DAMAGED: where newer ones may be hidden or can't be read nobody knows the latest.
 */
export function findSnapshot(
  history: History,
  wanted: string,
  options: { source?: string; path?: string; isMeant?: (entry: SnapshotEntry) => boolean } = {},
): SnapshotEntry {
  const { isMeant = () => true } = options
  const candidates = history.snapshots.filter(
    (entry) =>
      (options.source === undefined || entry.document.source === options.source) &&
      coversPath(entry.document, options.path) &&
      isMeant(entry),
  )
  if (wanted === 'latest') {
    if (history.rollbacks[0]) throw history.rollbacks[0]
    const latest = candidates.at(-1)
    const later = history.problems.find(
      (problem) =>
        problem.key.startsWith('snapshots/') &&
        (isOfLaterVersion(problem) || isForbidden(problem)) &&
        isNewer(problem, latest),
    )
    if (later) throw later.error
    if (history.damagedSnapshotMs > (latest?.modifiedMs ?? 0))
      throw new BackupError(
        'DAMAGED',
        'A snapshot that may be the latest can not be read. Name the one that is meant.',
        { context: { object: 'snapshots/' } },
      )
    if (latest) return latest
    throw new BackupError('SNAPSHOT_NOT_FOUND', 'There is no snapshot yet.', { context: { snapshot: wanted } })
  }
  const named = [...history.snapshots, ...history.checkpoints]
  const meant = /^[0-9a-f]{4,64}$/.test(wanted)
    ? idsMeant(
        wanted,
        named.map(({ name }) => name),
      )
    : []
  if (meant.length > 1)
    throw new BackupError('SNAPSHOT_AMBIGUOUS', 'Several snapshots begin like that.', {
      context: { snapshot: wanted, candidates: [...shortIds(meant, SHOWN_LENGTH).values()] },
    })
  const match = named.find(({ name }) => name === meant[0])
  if (match) return match
  throw new BackupError('SNAPSHOT_NOT_FOUND', 'There is no such snapshot.', { context: { snapshot: wanted } })
}

function coversPath(document: SnapshotDocument, path: string | undefined): boolean {
  const named = [...document.paths, ...(document.aliases ?? []).map((alias) => alias.path)]
  return path === undefined || named.some((each) => bytesOfPathText(each) === path)
}
