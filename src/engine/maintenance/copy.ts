/**
 * Copies snapshots into another repository. Every blob is opened with the first repository's keys, proven by its id and
 * sealed under the second's; snapshots follow when everything that they need is durable and indexed there. Stopped
 * anywhere, the next run goes on.
 */
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { userName } from '../../kernel/machine.ts'
import {
  confirmSnapshot,
  openWriterSession,
  type PutSnapshot,
  recordsOf,
  requireOwnNumbers,
  useFeature,
  type WriterSession,
} from '../commit/index.ts'
import { LookupIds, ObjectType } from '../crypto/index.ts'
import { type ClientState, countUserFiles, Feature, type Repository, requireFeatures } from '../repository/index.ts'
import {
  copiedFromOf,
  FILES_KIND,
  forgottenBy,
  type History,
  headOf,
  headsOf,
  IndexClass,
  isGivenUp,
  namesOf,
  namesOfCopy,
  nextSequence,
  openIndex,
  openReader,
  othersSeen,
  RecordKind,
  readDeleteLog,
  readHistory,
  requireWellFormed,
  type SnapshotDocument,
  type SnapshotEntry,
  visitClosure,
} from '../snapshot/index.ts'
import { type CopiedStreams, copyStreams } from '../streams/index.ts'
import { copyBlobs } from './copy-blobs.ts'
import { type CopyFacts, noteCopy } from './copy-log.ts'
import { type CopiedRecords, RecordCopier } from './copy-records.ts'
import { type MarkedIndex, sharedBytes } from './mark.ts'

const ATTEMPTS_MAX = 3

export interface CopyOptions {
  /** Snapshots of the first repository, oldest first. */
  readonly snapshots: readonly SnapshotEntry[]
  /** Bring also what somebody let go at the copy: it was asked for by name. Default false. */
  readonly withForgotten?: boolean
  /** This machine's memory of the second repository. */
  readonly state: ClientState
  /** Who copies, for the record that the copy leaves in the first repository; default: the user's name. */
  readonly by?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (facts: {
    readonly filesDone: number
    readonly bytesDone: number
    readonly bytesExpected: number
  }) => void
}

export interface CopyResult {
  /** Names in the second repository. */
  readonly copied: readonly string[]
  /** Snapshots that the second repository has already. */
  readonly present: number
  /** Snapshots that somebody let go there: left out, since the copy's retention is its own. */
  readonly forgotten: number
  readonly bytesCopied: number
  readonly bytesStored: number
  /** Files of the application below `user/` of the first repository: in no snapshot, and not copied. */
  readonly userFiles: number
  /** Pins, holds, configurations and audit of the first repository. */
  readonly records: CopiedRecords
  /** What servers logged, of all streams, whatever snapshots were asked for. */
  readonly streams: CopiedStreams
  /** False when the first repository could not take the record of this copy: its age is known to nobody then. */
  readonly isNoted: boolean
}

type Copied = Omit<CopyResult, 'isNoted'> & Pick<CopyFacts, 'snapshots' | 'newest'>

/**
 * Copies snapshots, and all that was decided about them and about the system. Throws DAMAGED when something that a
 * snapshot needs can't be read; then no snapshot has been committed by this run. Throws UPGRADE_REQUIRED when a point
 * of another kind than files is to go into a repository of the format's first version.
 */
export async function copySnapshots(from: Repository, to: Repository, options: CopyOptions): Promise<CopyResult> {
  requireFeatures(to.config, 'write')
  if (from.keys.repositoryId.equals(to.keys.repositoryId))
    throw new BackupError('USAGE', 'Both locations hold the same repository: nothing can be copied.')
  if (options.snapshots.some(({ document }) => document.sourceKind !== FILES_KIND))
    await useFeature(to, Feature.SOURCES, options.signal)
  using writer = options.state.claimWriter()
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { snapshots, newest, ...copied } = await copyOnce({ from, to, writer: writer.id }, options)
      const repository = to.keys.repositoryId.toString('hex')
      const by = options.by ?? userName()
      const facts = { repository, location: to.store.location, by, snapshots, newest }
      return { ...copied, isNoted: await noteCopy(from, options.signal ? { ...facts, signal: options.signal } : facts) }
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isBackupError(error, 'REPOSITORY_LOCKED')) throw error
    }
  }
}

interface Ends {
  readonly from: Repository
  readonly to: Repository
  readonly writer: Buffer
  readonly session: WriterSession
}

async function copyOnce(ends: Omit<Ends, 'session'>, options: CopyOptions): Promise<Copied> {
  await using session = await openWriterSession(ends.to, ends.writer)
  return await copyInSession({ ...ends, session }, options)
}

async function copyInSession(ends: Ends, options: CopyOptions): Promise<Copied> {
  const signal = options.signal ? { signal: options.signal } : {}
  const seen = options.state.heads()
  const history = await readHistory(ends.to, { ...signal, ...(seen && { seen }) })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const [here, target] = [ends.from, ends.to].map(({ keys }) => keys.repositoryId.toString('hex')) as [string, string]
  const there = standingThere(history, options.snapshots, { here, target })
  const lacking = options.snapshots.filter(({ name }) => !there.has(name))
  const letGo = options.withForgotten ? new Set<string>() : letGoAt(history, target)
  const wanted = lacking.filter((entry) => !namesOf(here, entry).some((each) => letGo.has(each)))
  const records = await RecordCopier.open(ends.from, ends.to, options.signal)
  await records.bringDecisions(there)
  const moved =
    wanted.length === 0 ? { bytesCopied: 0, bytesStored: 0 } : await copyContent(ends, { wanted, history, options })
  const copied = await commit(ends, { wanted, history, there, records, options })
  await records.bringAudit()
  const streams = await copyStreams({
    from: ends.from,
    to: ends.to,
    signer: ends.to.keys.writer(ends.writer),
    ...signal,
  })
  return {
    copied,
    present: options.snapshots.length - lacking.length,
    forgotten: lacking.length - wanted.length,
    ...moved,
    userFiles: await countUserFiles(ends.from.store, signal),
    records: records.counts,
    streams,
    ...standingOf(there, history, wanted),
  }
}

/**
 * Names in the first repository, with those under which the same is in the second: a copy of it, what it is a copy of
 * itself, or another copy of that.
 */
function standingThere(
  { snapshots }: History,
  asked: readonly SnapshotEntry[],
  { here, target }: { readonly here: string; readonly target: string },
): Map<string, string> {
  const known = new Map(snapshots.flatMap((entry) => namesOf(target, entry).map((each) => [each, entry.name] as const)))
  const there = new Map(
    snapshots.flatMap(({ name, document: { copiedFrom } }) =>
      copiedFrom?.repository === here ? [[copiedFrom.snapshot, name] as const] : [],
    ),
  )
  for (const entry of asked) {
    const same = namesOf(here, entry).flatMap((each) => known.get(each) ?? [])[0]
    if (same !== undefined) there.set(entry.name, same)
  }
  return there
}

/**
 * What somebody let go there, by all of its names: copies, and snapshots of its own. What was given up since it could
 * not be read was not let go: it comes again.
 */
function letGoAt({ allRecords }: History, target: string): Set<string> {
  const forgets = allRecords.filter(({ document }) => document.record === RecordKind.FORGET)
  return new Set(
    forgets.flatMap(({ document }) =>
      forgottenBy(document).flatMap(({ name, copiedFrom }) => [
        ...(copiedFrom ? namesOfCopy(copiedFrom) : []),
        ...(isGivenUp(document) ? [] : [`${target}/${name}`]),
      ]),
    ),
  )
}

/** What of the first repository is in the second now. */
function standingOf(
  there: ReadonlyMap<string, string>,
  history: History,
  wanted: readonly SnapshotEntry[],
): Pick<CopyFacts, 'snapshots' | 'newest'> {
  const ends = new Map(history.snapshots.map(({ name, document: { finishedAt } }) => [name, finishedAt]))
  const standing = new Map([
    ...[...there].flatMap(([snapshot, name]) => {
      const finishedAt = ends.get(name)
      return finishedAt === undefined ? [] : [[snapshot, finishedAt] as const]
    }),
    ...wanted.map(({ name, document: { finishedAt } }) => [name, finishedAt] as const),
  ])
  let newest: CopyFacts['newest'] = null
  for (const [snapshot, finishedAt] of standing)
    if (newest === null || finishedAt > newest.finishedAt) newest = { snapshot, finishedAt }
  return { snapshots: standing.size, newest }
}

interface Wanted {
  readonly wanted: readonly SnapshotEntry[]
  readonly history: History
  readonly options: CopyOptions
}

async function copyContent(
  { from, to }: Ends,
  { wanted, history, options }: Wanted,
): Promise<{ bytesCopied: number; bytesStored: number }> {
  const signal = options.signal ? { signal: options.signal } : {}
  const marks = await markMissing(from, to, { wanted, history, options })
  const bytesExpected = bytesMarked(marks.meta) + bytesMarked(marks.data)
  let bytesCopied = 0
  let bytesStored = 0
  // Content first: metadata in the second repository never names what isn't there.
  for (const indexClass of [IndexClass.DATA, IndexClass.META]) {
    const marked = marks[indexClass]
    const onBytes = (bytes: number) => {
      bytesCopied += bytes
      options.onProgress?.({ filesDone: 0, bytesDone: bytesCopied, bytesExpected })
    }
    bytesStored += await copyBlobs({ from, to, indexClass, marked, packs: packsMarked(marked), onBytes, ...signal })
  }
  return { bytesCopied, bytesStored }
}

/** Marks, in the first repository's index, what the snapshots need and the second repository lacks. */
async function markMissing(
  from: Repository,
  to: Repository,
  { wanted, history, options }: Wanted,
): Promise<{ meta: MarkedIndex; data: MarkedIndex }> {
  const signal = options.signal ? { signal: options.signal } : {}
  const live = { ...history.deleteLog.packs, omitTombstoned: true, ...signal }
  const missing = {
    meta: await missingIn(from, IndexClass.META, {
      table: (await openIndex(to, IndexClass.META, live)).index.table,
      repository: to,
    }),
    data: await missingIn(from, IndexClass.DATA, {
      table: (await openIndex(to, IndexClass.DATA, live)).index.table,
      repository: to,
    }),
  }
  const { reader, segments } = openReader(from, missing.meta.marked.load, { cacheSegments: 8 })
  await using _segments = segments
  for (const { document } of wanted) {
    throwIfAborted(options.signal)
    await visitClosure(reader, Buffer.from(document.tree, 'hex'), {
      metadata: missing.meta.visit,
      data: (id) => void missing.data.visit(id),
      ...signal,
    })
  }
  return { meta: missing.meta.marked, data: missing.data.marked }
}

interface Missing {
  readonly marked: MarkedIndex
  /** False when this blob was visited before. Throws DAMAGED when the first repository has no such blob. */
  readonly visit: (id: Uint8Array) => boolean
}

async function missingIn(
  from: Repository,
  indexClass: IndexClass,
  to: { readonly table: { find(lookupId: Uint32Array): number }; readonly repository: Repository },
): Promise<Missing> {
  const load = await openIndex(from, indexClass, (await readDeleteLog(from)).packs)
  const { index } = load
  const visited = new Uint8Array(index.table.count)
  const marked: MarkedIndex = { load, index, needed: sharedBytes(index.table.count) }
  const ids = {
    from: new LookupIds(from.keys.idKey.key),
    to: new LookupIds(to.repository.keys.idKey.key),
    lookup: new Uint32Array(4),
  }
  const visit = (id: Uint8Array): boolean => {
    ids.from.lookupInto(id, 0, ids.lookup)
    const entry = index.table.find(ids.lookup)
    if (entry < 0)
      throw new BackupError(
        'DAMAGED',
        'A snapshot to be copied needs data that no index names. Run verify on the first repository.',
      )
    if (visited[entry] === 1) return false
    visited[entry] = 1
    ids.to.lookupInto(id, 0, ids.lookup)
    if (to.table.find(ids.lookup) < 0) marked.needed[entry] = 1
    return true
  }
  return { marked, visit }
}

function bytesMarked({ index, needed }: MarkedIndex): number {
  return needed.reduce((sum, isNeeded, entry) => sum + (isNeeded === 1 ? index.table.bytesOf(entry) : 0), 0)
}

function packsMarked({ index, needed }: MarkedIndex): number[] {
  return index.packs.flatMap(({ entryFrom, blobCount }, pack) =>
    needed.subarray(entryFrom, entryFrom + blobCount).includes(1) ? [pack] : [],
  )
}

async function commit(
  { from, to, writer, session }: Ends,
  parts: Wanted & { readonly there: Map<string, string>; readonly records: RecordCopier },
): Promise<string[]> {
  const { wanted, history, there, records, options } = parts
  const signer = to.keys.writer(writer)
  const id = writer.toString('hex')
  const heads = headsOf(history, to.keys.generation)
  let sequence = nextSequence(history, id, options.state.heads()) - 1
  let previous = headOf(history, id)?.name ?? null
  const copied: string[] = []
  const committed: PutSnapshot[] = []
  const writing = { session, log: history.deleteLog, records: recordsOf(history) }
  const here = from.keys.repositoryId.toString('hex')
  for (const { name, document } of wanted) {
    sequence += 1
    const parent = document.parent === null ? null : (there.get(document.parent) ?? null)
    // Checkpoints are not copied.
    const { checkpoints: _named, ...described } = document
    const copy: SnapshotDocument = {
      ...described,
      parent,
      writer: id,
      sequence,
      previous,
      seen: othersSeen(history, id),
      keyGeneration: to.keys.generation,
      deleteGeneration: history.deleteLog.newestGeneration,
      copiedFrom: copiedFromOf(here, { name, document }),
    }
    requireWellFormed(copy)
    const sealed = to.sealDocument(copy, { type: ObjectType.SNAPSHOT, signer })
    // Before it is there: whoever forgets in between must find it protected.
    await records.bringProtectionsOf(name, sealed.name)
    await to.store.put(`snapshots/${sealed.name}`, sealed.bytes, options.signal ? { signal: options.signal } : {})
    previous = sealed.name
    committed.push({ name: previous, document: copy, signer })
    await confirmSnapshot(to, committed.at(-1)!, writing)
    there.set(name, previous)
    copied.push(previous)
    options.state.remember({ ...heads, writers: { ...heads.writers, [id]: sequence } })
  }
  await requireOwnNumbers(to, committed, writing)
  return copied
}
