/** Which snapshot is newer than which: docs/format/v1.md section 11, "Order". */
import type { Snapshot } from './runs.ts'

/** All that is stored, oldest first. `forgotten` gives the sequence of snapshots that are gone, by name. */
export function inOrder(points: readonly Snapshot[], forgotten: ReadonlyMap<string, number>): Snapshot[] {
  const times = timesOf(points, edgesOf(points, forgotten))
  return points
    .map((point, i) => ({ point, at: times[i]! }))
    .sort((a, b) => a.at - b.at || (a.point.name < b.point.name ? -1 : 1))
    .map(({ point }) => point)
}

/** For each point, then for each place of a chain ("all of this writer up to here"), what comes right before it. */
function edgesOf(points: readonly Snapshot[], forgotten: ReadonlyMap<string, number>): number[][] {
  const indexes = new Map(points.map(({ name }, i) => [name, i]))
  const edges: number[][] = points.map(() => [])
  const chains = new Map<string, Array<{ count: number; node: number }>>()
  const counts = points.map(({ body }) =>
    countOf(body, (name) => points[indexes.get(name) ?? -1]?.body.sequence ?? forgotten.get(name)),
  )
  const byCount = points
    .map(({ body }, i) => ({ writer: body.writer ?? '', count: counts[i], i, isCopy: body.copiedFrom !== undefined }))
    .filter((each): each is typeof each & { count: number } => each.count !== undefined)
    .sort((a, b) => a.count - b.count)
  for (const { writer, count, i, isCopy } of byCount) {
    const chain = chains.get(writer) ?? []
    chains.set(writer, chain)
    const former = chain.findLast((place) => place.count < count)
    if (former && !isCopy) edges[i]!.push(former.node)
    if (chain.at(-1)?.count !== count) chain.push({ count, node: edges.push(former ? [former.node] : []) - 1 })
    edges[chain.at(-1)!.node]!.push(i)
  }
  for (const [i, { body }] of points.entries()) {
    const parent = indexes.get(body.parent ?? '')
    if (parent !== undefined) edges[i]!.push(parent)
    if (body.copiedFrom) continue
    for (const [writer, [sequence]] of Object.entries(body.seen ?? {})) {
      const place = chains.get(writer)?.findLast(({ count }) => count <= sequence)
      if (place) edges[i]!.push(place.node)
    }
  }
  return edges
}

/** A checkpoint stands half-way behind the snapshot that its writer had made before. */
function countOf(
  { sequence, previous }: Snapshot['body'],
  sequenceOf: (name: string) => number | undefined,
): number | undefined {
  if (sequence !== undefined) return sequence
  const former = previous ? sequenceOf(previous) : 0
  return former === undefined ? undefined : former + 0.5
}

/** Each point's own time, or a millisecond before the earliest of what comes after it. */
function timesOf(points: readonly Snapshot[], edges: readonly number[][]): number[] {
  const times = edges
    .map((_, i) => Date.parse(points[i]?.body.finishedAt ?? ''))
    .map((at) => (Number.isNaN(at) ? Number.POSITIVE_INFINITY : at))
  const waiting = edges.map(() => 0)
  for (const nodes of edges) for (const node of nodes) waiting[node]! += 1
  const ready = [...waiting.keys()].filter((node) => waiting[node] === 0)
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const former of edges[node]!) {
      times[former] = Math.min(times[former]!, times[node]! - (former < points.length ? 1 : 0))
      waiting[former]! -= 1
      if (waiting[former] === 0) ready.push(former)
    }
  }
  return times
}
