/**
 * At which moment a point counts for a calendar or an age, and which points carry a date that can't be right. Dates are
 * believed as far as they go with the one order: of those that contradict each other, the fewest are given up.
 */
import type { SnapshotDocument } from './documents.ts'
import type { OrderedPoint } from './order.ts'

/** Clocks of machines that take turns differ by less. */
const AHEAD_MS_MAX = 60_000
/** A date that is out of order by less is corrected, and not worth a word. */
const OUT_OF_ORDER_MS_MAX = 3_600_000

export const DateDoubt = {
  /** Dated after now, and nothing came after it. */
  FUTURE: 'FUTURE',
  /** Dated after points that came after it: that clock was ahead. */
  AHEAD: 'AHEAD',
  /** Dated before points that came before it: that clock was behind. */
  BEHIND: 'BEHIND',
} as const
export type DateDoubt = (typeof DateDoubt)[keyof typeof DateDoubt]

export interface PointTime {
  /** Milliseconds since 1970: when the run began; for a date that is not believed, that of its neighbour. */
  readonly atMs: number
  /** Where the date is not believed: the latest moment at which the point may have been made. */
  readonly latestMs?: number
  readonly doubt?: DateDoubt
}

export interface OddPoint {
  readonly snapshot: string
  readonly source: string
  readonly doubt: DateDoubt
  /** As the snapshot says it. */
  readonly finishedAt: string
  /** ISO 8601: the moment by which it counts. */
  readonly countsAt: string
}

/** Whether nothing of its source was left out: only such a point stands for its period. */
export function isGoodPoint({ complete, skippedCount }: Pick<SnapshotDocument, 'complete' | 'skippedCount'>): boolean {
  return complete && skippedCount === 0
}

/** Of every snapshot in the order, by name. `order` is oldest first; checkpoints in it are passed over. */
export function pointTimes(order: readonly OrderedPoint[], nowMs: number): Map<string, PointTime> {
  const points = order
    .filter(({ entry }) => entry.document.kind === 'snapshot')
    .map(({ entry }) => ({ ...entry, endMs: Date.parse(entry.document.finishedAt) }))
  const believed = believedOf(points.map(({ endMs }) => (endMs <= nowMs + AHEAD_MS_MAX ? endMs : Number.NaN)))
  const next = nextBelieved(points, believed)
  const times = new Map<string, PointTime>()
  const lastOfWriter = new Map<string, number>()
  let formerMs: number | undefined
  for (const [i, { name, document, endMs }] of points.entries()) {
    if (!believed[i]) {
      times.set(name, doubted(endMs, { formerMs, nextMs: next[i], nowMs }))
      continue
    }
    times.set(name, { atMs: startOf(document, { endMs, notBeforeMs: lastOfWriter.get(document.writer) }) })
    formerMs = endMs
    if (!document.copiedFrom) lastOfWriter.set(document.writer, endMs)
  }
  return times
}

/** Points with a date that people should know of, oldest first. */
export function oddPoints(order: readonly OrderedPoint[], nowMs: number): OddPoint[] {
  const times = pointTimes(order, nowMs)
  return order.flatMap(({ entry: { name, document } }) => {
    const time = times.get(name)
    if (time?.doubt === undefined) return []
    const { source, finishedAt } = document
    return [{ snapshot: name, source, doubt: time.doubt, finishedAt, countsAt: new Date(time.atMs).toISOString() }]
  })
}

/** A run can't have begun before the one that its writer made before it had ended. */
function startOf(
  { startedAt }: SnapshotDocument,
  {
    endMs,
    notBeforeMs = Number.NEGATIVE_INFINITY,
  }: { readonly endMs: number; readonly notBeforeMs: number | undefined },
): number {
  const startMs = Date.parse(startedAt)
  return Number.isNaN(startMs) ? endMs : Math.min(endMs, Math.max(startMs, notBeforeMs))
}

interface Neighbours {
  readonly formerMs: number | undefined
  readonly nextMs: number | undefined
  readonly nowMs: number
}

function doubted(endMs: number, { formerMs, nextMs, nowMs }: Neighbours): PointTime {
  if (nextMs !== undefined && !(endMs <= nextMs)) {
    const isFar = !(endMs - nextMs <= OUT_OF_ORDER_MS_MAX)
    const latestMs = endMs <= nowMs ? endMs : nextMs
    return { atMs: nextMs - 1, latestMs, ...(isFar && { doubt: DateDoubt.AHEAD }) }
  }
  if (formerMs !== undefined && endMs < formerMs) {
    const isFar = formerMs - endMs > OUT_OF_ORDER_MS_MAX
    return { atMs: formerMs, latestMs: nextMs ?? nowMs, ...(isFar && { doubt: DateDoubt.BEHIND }) }
  }
  return { atMs: Number.isNaN(endMs) ? nowMs : endMs, doubt: DateDoubt.FUTURE }
}

/** The longest series that never goes back: true for its members. What is no number belongs to none. */
function believedOf(times: readonly number[]): boolean[] {
  /** By length of a series, the index of the smallest end of one. */
  const ends: number[] = []
  const former: number[] = []
  for (const [i, time] of times.entries()) {
    if (Number.isNaN(time)) continue
    const at = firstAbove(ends, (end) => times[end]! > time)
    former[i] = at === 0 ? -1 : ends[at - 1]!
    ends[at] = i
  }
  const isBelieved = times.map(() => false)
  for (let i = ends.at(-1) ?? -1; i >= 0; i = former[i]!) isBelieved[i] = true
  return isBelieved
}

function firstAbove(list: readonly number[], isAbove: (value: number) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isAbove(list[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

function nextBelieved(points: ReadonlyArray<{ readonly endMs: number }>, believed: readonly boolean[]): number[] {
  const next: number[] = []
  let nextMs: number | undefined
  for (let i = points.length - 1; i >= 0; i -= 1) {
    if (nextMs !== undefined) next[i] = nextMs
    if (believed[i]) nextMs = points[i]!.endMs
  }
  return next
}
