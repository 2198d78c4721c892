/**
 * Checks a repository: what its small objects say of each other, that everything that is needed is there, and, as far
 * as asked, every stored byte.
 */
import type { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { countUserFiles, type Heads, packKey, type Repository } from '../repository/index.ts'
import {
  damagedClaims,
  IndexClass,
  type OddPoint,
  type OpenedIndex,
  oddPoints,
  openIndex,
  RecordFolder,
  readHistory,
  readRecords,
} from '../snapshot/index.ts'
import { setupOf, storedPacks, tasksOf, tasksWithin } from './pack-tasks.ts'
import type { PackVerdict } from './pack-verifier.ts'
import { findHits, type VerifyHit } from './verify-hits.ts'
import { VerifyLanes } from './verify-lanes.ts'
import { checkCopies, strangers, type VerifyProblem } from './verify-objects.ts'

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
}

export async function verifyRepository(repository: Repository, options: VerifyOptions = {}): Promise<VerifyResult> {
  const signal = options.signal ? { signal: options.signal } : {}
  const before = await storedPacks(repository)
  await using lanes = new VerifyLanes((options.readShare ?? 0) * sumOf(before))
  const problems: VerifyProblem[] = []
  const history = await readHistory(repository, { ...signal, ...(options.seen && { seen: options.seen }) })
  const claims = await damagedClaims(repository, options.signal)
  const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal)
  for (const { key, error } of [...history.problems, ...claims, ...audit.problems])
    addOnce(problems, { object: key, what: error.message })
  problems.push(...history.rollbacks.map(describeRollback))
  const copies = await checkCopies(repository, options.signal)
  problems.push(...copies.problems)
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
  // A backup beside this may have brought packs since the first look, which the index names already.
  const sizes = new Map([...before, ...(await storedPacks(repository))])
  options.onPacks?.(new Set(sizes.keys()))
  problems.push(...[...meta.problems, ...data.problems].map(({ key, error }) => ({ object: key, what: error.message })))
  const bad = { meta: new Set<number>(), data: new Set<number>() }
  const packs = checkPacks({ meta, data, sizes, problems, bad })
  const read = await readPacks(repository, { meta, data, sizes, problems, bad, options, lanes })
  const hits = await findHits(repository, { history, meta, data, bad, ...signal })
  return {
    snapshots: history.snapshots.length,
    packs,
    ...read,
    bytesStored: sumOf(sizes),
    problems,
    notices,
    hits,
    oddPoints: oddPoints(history.order, nowMs()),
    userFiles: await countUserFiles(repository.store, signal),
  }
}

function describeRollback(error: BackupError): VerifyProblem {
  const facts = Object.entries(error.context)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
  return { object: 'ROLLBACK_SUSPECTED', what: `${error.message} (${facts})` }
}

function sumOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
}

interface PackFacts {
  readonly meta: OpenedIndex
  readonly data: OpenedIndex
  readonly sizes: ReadonlyMap<string, number>
  readonly problems: VerifyProblem[]
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
      facts.problems.push({
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
  facts: PackFacts & { readonly options: VerifyOptions; readonly lanes: VerifyLanes },
): Promise<{ packsRead: number; bytesRead: number }> {
  const { options } = facts
  const share = options.readShare ?? 0
  let packsRead = 0
  let bytesRead = 0
  if (share <= 0) return { packsRead, bytesRead }
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
    const tasks = byClass[indexClass].filter((task) => taken.has(task))
    const onVerdict = (verdict: PackVerdict) => {
      packsRead += 1
      bytesRead += verdict.bytesRead
      for (const what of verdict.faults) addOnce(facts.problems, { object: packKey(verdict.name), what })
      for (const entry of verdict.badEntries) facts.bad[indexClass].add(entry)
      if (verdict.faults.length === 0) options.onPackRead?.(verdict.name)
      options.onProgress?.({
        filesDone: packsRead,
        bytesDone: bytesRead,
        bytesExpected: share >= 1 ? total : total * share,
      })
    }
    await facts.lanes.run({
      setup: setupOf(repository, index),
      tasks,
      onVerdict,
      ...(options.signal && { signal: options.signal }),
    })
  }
  return { packsRead, bytesRead }
}

function addOnce(problems: VerifyProblem[], problem: VerifyProblem): void {
  if (!problems.some(({ object, what }) => object === problem.object && what === problem.what)) problems.push(problem)
}
