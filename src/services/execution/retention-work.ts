/**
 * Retention on an open repository: every configuration's points are decided by its own policy in its own zone. What is
 * let go is forgotten by a signed record, and its room is freed in the two phases of prune. Pins, holds and forgets are
 * those of the repository: no database is asked.
 */
import { calendarOf, decideRetention, type RetentionPoint } from '../../contracts/index.ts'
import {
  ClientState,
  DateDoubt,
  forgetSnapshots,
  type History,
  isGoodPoint,
  type PointTime,
  type PruneOptions,
  pointTimes,
  protections,
  prune,
  type Repository,
  readHistory,
  requireReadable,
  type SnapshotEntry,
} from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { receivedError, sendableError } from '../../kernel/crossing-error.ts'
import type { Holdings, PointDecision, RetentionJob, RetentionOutcome, RetentionRule } from './engine-protocol.ts'
import { configOf, holdingsOf } from './holdings.ts'
import type { WorkContext } from './work-context.ts'

const DAY_MS = 86_400_000

/** Throws DAMAGED when the list of snapshots is not whole: then nothing is forgotten. */
export async function carryOutRetention(
  repository: Repository,
  job: RetentionJob,
  context: WorkContext,
): Promise<RetentionOutcome> {
  const { stateDirectory, signal } = context
  const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads()
  const history = await readHistory(repository, { signal, ...(seen && { seen }) })
  requireWhole(history)
  const decisions = decideAll(history, job)
  const doomed = decisions.filter(({ isKept }) => !isKept).map(({ snapshot }) => snapshot)
  if (!job.apply)
    return { decisions, holdings: holdingsOf(repository, history, job.known), forgotten: [], pruned: null }
  const { isForgotten, ...done } = await letGo(repository, history, {
    job,
    doomed,
    prune: { signal, ...(seen && { seen }) },
  })
  // Also where it was stopped half-way: what went must be told, and the next look sees nothing of it.
  const now = doomed.length === 0 ? history : await readHistory(repository, seen ? { seen } : {}).catch(() => undefined)
  if (now === undefined && !isForgotten) throw receivedError(done.failure!)
  const there = new Set(now?.snapshots.map(({ name }) => name))
  const forgotten = doomed.filter((name) => !there.has(name))
  const holdings = now
    ? holdingsOf(repository, now, job.known)
    : without(holdingsOf(repository, history, job.known), forgotten)
  return { decisions, holdings, forgotten, ...done }
}

function without(holdings: Holdings, names: readonly string[]): Holdings {
  const isGone = new Set(names)
  const points = holdings.points.filter(({ snapshot }) => !isGone.has(snapshot))
  return { ...holdings, points, gone: [...holdings.gone, ...names] }
}

/** What it failed by stands beside what was done: the one does not undo the other. */
async function letGo(
  repository: Repository,
  history: History,
  {
    job,
    doomed,
    prune: pruning,
  }: { readonly job: RetentionJob; readonly doomed: readonly string[]; readonly prune: PruneOptions },
): Promise<Pick<RetentionOutcome, 'pruned' | 'failure'> & { readonly isForgotten: boolean }> {
  let isForgotten = false
  const isPruneDue = doomed.length > 0 || history.deleteLog.open().length > 0
  try {
    if (doomed.length > 0)
      await forgetSnapshots(repository, history, { names: doomed, by: job.by, isClockDoubted: job.isClockDoubted })
    isForgotten = true
    return { isForgotten, pruned: isPruneDue ? await prune(repository, pruning) : null }
  } catch (error) {
    return { isForgotten, pruned: null, failure: sendableError(error) }
  }
}

function requireWhole(history: History): void {
  requireReadable(history.obstacles)
  const problem = history.obstacles[0] ?? (history.rollbacks[0] && { key: 'snapshots/', error: history.rollbacks[0] })
  if (problem)
    throw new BackupError('DAMAGED', 'The list of snapshots is not whole: nothing is forgotten.', {
      context: { object: problem.key },
      cause: problem.error,
    })
}

function decideAll(history: History, { rules, nowMs: atMs, inUse, isClockDoubted }: RetentionJob): PointDecision[] {
  const times = pointTimes(history.order, atMs)
  const guarded = new Map([
    ...lastGoodOfSources(history),
    ...inUse.map((name) => [name, 'being restored'] as const),
    ...protections(history, isClockDoubted ? Number.NEGATIVE_INFINITY : nowMs()),
  ])
  const ranked = history.snapshots.map((entry, rank): Ranked => ({ entry, rank, time: times.get(entry.name)! }))
  const byConfig = Map.groupBy(ranked, ({ entry: { document } }) => configOf(document) ?? '')
  const decided = rules.flatMap((rule) =>
    decideOne(byConfig.get(rule.configId) ?? [], rule, { atMs, guarded, isClockDoubted }),
  )
  const covered = new Set(rules.map(({ configId }) => configId))
  const others = history.snapshots
    .filter(({ document }) => !covered.has(configOf(document) ?? ''))
    .map((entry) =>
      decisionOf(
        entry,
        { isKept: true, reasons: ['no policy', ...(guarded.has(entry.name) ? [guarded.get(entry.name)!] : [])] },
        null,
      ),
    )
  const all = new Map([...decided, ...others].map((decision) => [decision.snapshot, decision]))
  return history.snapshots.map(({ name }) => all.get(name)!).reverse()
}

/**
 * Two configurations may have had one source: the newest good point of the source stays whatever either policy says.
 */
function lastGoodOfSources(history: History): Map<string, string> {
  const newest = new Map<string, SnapshotEntry>()
  for (const entry of history.snapshots) if (isGoodPoint(entry.document)) newest.set(entry.document.source, entry)
  return new Map([...newest.values()].map(({ name }) => [name, 'last good']))
}

interface Ranked {
  readonly entry: SnapshotEntry
  readonly rank: number
  readonly time: PointTime
}

function decideOne(
  entries: readonly Ranked[],
  { policy, timezone }: RetentionRule,
  facts: { readonly atMs: number; readonly guarded: ReadonlyMap<string, string>; readonly isClockDoubted: boolean },
): PointDecision[] {
  const byName = new Map(entries.map((each) => [each.entry.name, each]))
  const points = entries.map(
    ({ entry: { name, document }, rank, time: { doubt, ...moment } }): RetentionPoint => ({
      id: name,
      ...moment,
      rank,
      isGood: isGoodPoint(document),
      isInFuture: doubt === DateDoubt.FUTURE,
    }),
  )
  const protectedBy = new Map([...facts.guarded].filter(([name]) => byName.has(name)))
  const { atMs, isClockDoubted } = facts
  const calendar = calendarOf(timezone)
  return decideRetention({ points, policy, nowMs: atMs, calendar, isClockDoubted, protectedBy }).map(
    ({ id, isKept, reasons }) => {
      const { entry, time } = byName.get(id)!
      return decisionOf(entry, { isKept, reasons: [...new Set(reasons)] }, expiryOf(time, reasons, policy.withinDays))
    },
  )
}

function decisionOf(
  { name, document }: SnapshotEntry,
  { isKept, reasons }: { isKept: boolean; reasons: readonly string[] },
  expiresAt: string | null,
): PointDecision {
  return { snapshot: name, source: document.source, createdAt: document.startedAt, isKept, reasons, expiresAt }
}

/** Only an age lets a point go at a known moment: every count depends on points to come. */
function expiryOf(
  { atMs, latestMs = atMs }: PointTime,
  reasons: readonly string[],
  withinDays: number | undefined,
): string | null {
  const isByAge =
    withinDays !== undefined && reasons.length > 0 && reasons.every((reason) => reason === `within ${withinDays} days`)
  return isByAge ? isoTime(latestMs + withinDays * DAY_MS) : null
}
