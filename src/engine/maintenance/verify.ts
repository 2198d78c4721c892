/**
 * Checks a repository: what its small objects say of each other, that everything that is needed is there, and, as far
 * as asked, every stored byte.
 */
import type { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { appendAll } from '../../kernel/collect.ts'
import { requireUnlistedGone } from '../../storage/index.ts'
import {
  countUserFiles,
  type Heads,
  isOfLaterVersion,
  packKey,
  type Repository,
  requireReadable,
} from '../repository/index.ts'
import {
  damagedClaims,
  IndexClass,
  namesBelow,
  type OddPoint,
  type OpenedIndex,
  oddPoints,
  openIndex,
  RecordFolder,
  readHistory,
  readRecords,
} from '../snapshot/index.ts'
import { surveyStreams } from '../streams/index.ts'
import { isMissing, PackReadings } from './pack-readings.ts'
import { setupOf, storedPacks, tasksOf, tasksWithin } from './pack-tasks.ts'
import type { PackTask, PackVerdict } from './pack-verifier.ts'
import { findHits, type VerifyHit } from './verify-hits.ts'
import { VerifyLanes } from './verify-lanes.ts'
import { checkCopies, strangePacks, strangerAt, strangers, type VerifyProblem } from './verify-objects.ts'

export interface VerifyOptions {
  /** Share of the stored bytes to read, 0–1. Default 0: structure only. */
  readonly readShare?: number
  readonly seen?: Heads
  /** When each pack was last read, in milliseconds: the longest ago comes first. */
  readonly lastVerified?: ReadonlyMap<string, number>
  /** Told of each pack that was read, so that a stopped run is not for nothing. */
  readonly onPackRead?: (name: string) => void
  /** Told once of all packs that are stored. */
  readonly onPacks?: (names: ReadonlySet<string>) => void
  readonly onProgress?: (facts: {
    readonly filesDone: number
    readonly bytesDone: number
    readonly bytesExpected: number
  }) => void
  readonly signal?: AbortSignal
}

export interface VerifyResult {
  readonly snapshots: number
  readonly packs: number
  readonly packsRead: number
  readonly bytesRead: number
  readonly bytesStored: number
  readonly problems: readonly VerifyProblem[]
  /** What is whole but less safe than it should be: repair mends it. */
  readonly notices: readonly VerifyProblem[]
  /** Snapshots and paths that can't be restored whole. */
  readonly hits: readonly VerifyHit[]
  /** Snapshots with a date that can't be right. */
  readonly oddPoints: readonly OddPoint[]
  /** Files of the application below `user/`: in no snapshot, and not looked at. */
  readonly userFiles: number
  /** Records of streams that were looked at. */
  readonly streamRecords: number
}

/** What a prune or a forget beside this changes. */
const LOOKED_AT = ['snapshots/', 'index/meta/', 'index/data/', 'deletes/', 'records/'] as const
const LOOKS_MAX = 8

/** Streams first: what a receiver stores meanwhile is looked at the next time. */
export async function verifyRepository(repository: Repository, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { readShare = 0, signal } = options
  const streams = await surveyStreams(repository, { readShare, ...(signal && { signal }) })
  const result = await verifySnapshots(repository, options)
  return {
    ...result,
    problems: [...result.problems, ...streams.findings],
    notices: [...result.notices, ...streams.strangers.map(strangerAt)],
    streamRecords: streams.records,
  }
}

type SnapshotsResult = Omit<VerifyResult, 'streamRecords'>

/**
 * Others are at work meanwhile: what looks like damage is looked at again for as long as the repository changes, and
 * packs that were read are not read again. Where it never stays, what two looks found counts.
 */
async function verifySnapshots(repository: Repository, options: VerifyOptions): Promise<SnapshotsResult> {
  const before = await storedPacks(repository)
  await using lanes = new VerifyLanes(repository.store, (options.readShare ?? 0) * sumOf(before))
  const readings = new PackReadings()
  let listed = await namesBelow(repository, LOOKED_AT)
  let earlier: SnapshotsResult | undefined
  for (let number = 1; ; number += 1) {
    const result = await look(repository, { before: number === 1 ? before : new Map(), lanes, readings, options })
    if (result.problems.length + result.hits.length === 0) return result
    const after = await namesBelow(repository, LOOKED_AT)
    if (after === listed) return result
    if (earlier && number >= LOOKS_MAX) return inBoth(result, earlier)
    earlier = result
    listed = after
  }
}

/**
 * How many things are damaged; where all that is there is whole, what is gone is seen by the snapshots that miss it.
 */
export function damageCount({ problems, hits }: Pick<VerifyResult, 'problems' | 'hits'>): number {
  return problems.length || hits.length
}

function inBoth(result: SnapshotsResult, earlier: SnapshotsResult): SnapshotsResult {
  const known = new Set(earlier.problems.map(({ object, what }) => `${object} ${what}`))
  const hit = new Map(earlier.hits.map(({ snapshot, paths }) => [snapshot, new Set(paths)]))
  return {
    ...result,
    problems: result.problems.filter(({ object, what }) => known.has(`${object} ${what}`)),
    hits: result.hits
      .map(({ snapshot, paths }) => ({ snapshot, paths: paths.filter((each) => hit.get(snapshot)?.has(each)) }))
      .filter(({ paths }) => paths.length > 0)
      .map((each) => ({ ...each, pathCount: each.paths.length })),
  }
}

interface Look {
  /** Stored bytes by pack, as of before anything else was read. */
  readonly before: ReadonlyMap<string, number>
  readonly lanes: VerifyLanes
  readonly readings: PackReadings
  readonly options: VerifyOptions
}

async function look(repository: Repository, { before, lanes, readings, options }: Look): Promise<SnapshotsResult> {
  const signal = options.signal ? { signal: options.signal } : {}
  const problems = new Problems()
  const history = await readHistory(repository, { ...signal, ...(options.seen && { seen: options.seen }) })
  const claims = await damagedClaims(repository, options.signal)
  const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal)
  const found = [...history.problems, ...claims.problems, ...audit.problems]
  const later = found.find(isOfLaterVersion)
  // Whoever does not know all of a repository can't call it whole, and must call nothing of it damaged.
  if (later) throw later.error
  requireReadable(found)
  for (const { key, error } of found) problems.add({ object: key, what: error.message })
  for (const error of history.rollbacks) problems.add(describeRollback(error))
  const copies = await checkCopies(repository, options.signal)
  for (const each of copies.problems) problems.add(each)
  const notices = [...copies.notices, ...(await strangers(repository, options.signal))]
  notices.push(
    ...history.unfinished.map(({ name }) => ({
      object: `snapshots/${name}`,
      what: 'was never finished by its writer and counts as no snapshot; prune removes it',
    })),
  )
  notices.push(
    ...history.superseded.map(({ name }) => ({
      object: `snapshots/${name}`,
      what: 'is of a run that another snapshot counts for; prune removes it',
    })),
  )
  const meta = await openIndex(repository, IndexClass.META, { ...history.deleteLog.packs, ...signal })
  const data = await openIndex(repository, IndexClass.DATA, { ...history.deleteLog.packs, ...signal })
  requireReadable([...meta.problems, ...data.problems])
  // A backup beside this may have brought packs since the first look, which the index names already.
  const sizes = new Map([...before, ...(await storedPacks(repository))])
  if (!readings.hasEnded) options.onPacks?.(new Set(sizes.keys()))
  for (const { key, error } of [...meta.problems, ...data.problems]) problems.add({ object: key, what: error.message })
  notices.push(
    ...[history, claims, audit, meta, data].flatMap((each) => each.strangers.map(({ key }) => strangerAt(key))),
  )
  const isUnnamed = ([name]: readonly [string, number]) =>
    [meta, data].every(({ index }) => index.packNumber(name) === undefined)
  appendAll(notices, await strangePacks(repository, [...sizes].filter(isUnnamed)))
  const bad = { meta: new Set<number>(), data: new Set<number>() }
  await requireUnlistedGone(
    repository.store,
    [...meta.index.packs, ...data.index.packs].flatMap(({ name }) => (sizes.has(name) ? [] : [packKey(name)])),
  )
  const packs = checkPacks({ meta, data, sizes, problems, bad })
  await readPacks(repository, { meta, data, sizes, problems, bad, options, lanes, readings })
  const hits = await findHits(repository, { history, meta, data, bad, ...signal })
  return {
    snapshots: history.snapshots.length,
    packs,
    packsRead: readings.packsRead,
    bytesRead: readings.bytesRead,
    bytesStored: sumOf(sizes),
    problems: problems.list,
    notices,
    hits,
    oddPoints: oddPoints(history.order, nowMs()),
    userFiles: await countUserFiles(repository.store, signal),
  }
}

/** In the place of an object: the storage shows an older state than it had. */
export const ROLLBACK = 'ROLLBACK_SUSPECTED'

function describeRollback(error: BackupError): VerifyProblem {
  const facts = Object.entries(error.context)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
  return { object: ROLLBACK, what: `${error.message} (${facts})` }
}

function sumOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
}

interface PackFacts {
  readonly meta: OpenedIndex
  readonly data: OpenedIndex
  readonly sizes: ReadonlyMap<string, number>
  readonly problems: Problems
  readonly bad: { readonly meta: Set<number>; readonly data: Set<number> }
}

/** Missing or cut packs, without reading them. */
function checkPacks(facts: PackFacts): number {
  let packs = 0
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    for (const { name, bytes, entryFrom, blobCount, isTombstoned } of facts[indexClass].index.packs) {
      packs += 1
      const stored = facts.sizes.get(name)
      if (stored === bytes || (isTombstoned && stored === undefined)) continue
      facts.problems.add({
        object: packKey(name),
        what: stored === undefined ? 'is missing' : `has ${stored} bytes instead of ${bytes}`,
      })
      if (stored === undefined)
        for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) facts.bad[indexClass].add(entry)
    }
  }
  return packs
}

async function readPacks(
  repository: Repository,
  facts: PackFacts & { readonly options: VerifyOptions; readonly lanes: VerifyLanes; readonly readings: PackReadings },
): Promise<void> {
  const { options, readings } = facts
  const share = options.readShare ?? 0
  if (share <= 0) return
  const total = sumOf(facts.sizes)
  const lastVerified = options.lastVerified ?? new Map<string, number>()
  const every = (indexClass: 'meta' | 'data') =>
    tasksOf(repository, facts[indexClass].index, { sizes: facts.sizes, lastVerified })
  const byClass = { meta: every(IndexClass.META), data: every(IndexClass.DATA) }
  const taken = tasksWithin(
    { first: byClass.meta, second: byClass.data },
    share >= 1 ? Number.POSITIVE_INFINITY : total * share,
    lastVerified,
  )
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    const { index } = facts[indexClass]
    const judge = (verdict: PackVerdict) => {
      const pack = index.packs[index.packNumber(verdict.name)!]!
      for (const entry of verdict.badEntries) facts.bad[indexClass].add(entry)
      // A pruner takes condemned packs away, whoever reads.
      if (pack.isTombstoned && isMissing(verdict)) return
      for (const what of verdict.faults) facts.problems.add({ object: packKey(verdict.name), what })
    }
    const tasks = new Map<string, PackTask>()
    for (const task of byClass[indexClass]) {
      const known = readings.of(task)
      if (known) judge(known)
      else if (taken.has(task) && (share >= 1 || !readings.hasEnded)) tasks.set(task.name, task)
    }
    const onVerdict = (verdict: PackVerdict) => {
      readings.add(tasks.get(verdict.name)!, verdict)
      judge(verdict)
      if (verdict.faults.length === 0) options.onPackRead?.(verdict.name)
      options.onProgress?.({
        filesDone: readings.packsRead,
        bytesDone: readings.bytesRead,
        bytesExpected: share >= 1 ? total : total * share,
      })
    }
    await facts.lanes.run({
      setup: setupOf(repository, index),
      tasks: [...tasks.values()],
      onVerdict,
      ...(options.signal && { signal: options.signal }),
    })
  }
  readings.hasEnded = true
}

/** Each is told once, however often it is met. */
class Problems {
  readonly list: VerifyProblem[] = []
  readonly #known = new Set<string>()

  add(problem: VerifyProblem): void {
    const text = `${problem.object} ${problem.what}`
    if (this.#known.has(text)) return
    this.#known.add(text)
    this.list.push(problem)
  }
}
