/**
 * The one order of points (docs/format/v1.md section 11): what one writer's chain and what writers have seen of each
 * other decides before any clock does. So a clock that was wrong once makes nothing older that came after.
 */
import { appendAll } from '../../kernel/collect.ts'
import type { SnapshotEntry } from './chains.ts'

export interface OrderedPoint {
  readonly entry: SnapshotEntry
  /** Milliseconds since 1970 by which it is ordered: its `finishedAt`, or just before the first that came after it. */
  readonly atMs: number
}

interface OrderFacts {
  /** Snapshots and checkpoints. */
  readonly entries: readonly SnapshotEntry[]
  /** The sequence of snapshots that are not there any more, by name: checkpoints may name them. */
  readonly sequenceOf: (name: string) => number | undefined
}

/** Oldest first. */
export function orderPoints({ entries, sequenceOf }: OrderFacts): OrderedPoint[] {
  const graph = graphOf(entries, sequenceOf)
  const times = timesOf(graph)
  return entries.map((entry, i) => ({ entry, atMs: times[i]! })).sort(byTime)
}

function byTime(a: OrderedPoint, b: OrderedPoint): number {
  return a.atMs - b.atMs || (a.entry.name < b.entry.name ? -1 : 1)
}

/**
 * A node for each entry, and one for each place in a writer's chain: "everything of this writer up to here". With the
 * second kind, whoever has seen a writer's head has seen all of it by one edge.
 */
interface Graph {
  /** Milliseconds; infinite for the places. */
  readonly own: number[]
  /** How much earlier than what comes after it a node must be: a millisecond for entries, nothing for places. */
  readonly gap: number[]
  /** The nodes that come right before each. */
  readonly before: number[][]
}

interface Place {
  readonly sequence: number
  readonly node: number
}

function graphOf(entries: readonly SnapshotEntry[], sequenceOf: OrderFacts['sequenceOf']): Graph {
  const graph: Graph = { own: [], gap: [], before: [] }
  for (const { document } of entries) addNode(graph, Date.parse(document.finishedAt), 1)
  const byName = new Map(entries.map(({ name }, i) => [name, i]))
  const sequences = entries.map(({ document }) =>
    sequenceIn(document, (name) => {
      const known = byName.get(name)
      return known === undefined ? sequenceOf(name) : entries[known]!.document.sequence
    }),
  )
  const places = addChains(graph, { entries, sequences })
  for (const [i, { document }] of entries.entries()) {
    const parent = document.parent === null ? undefined : byName.get(document.parent)
    if (parent !== undefined) graph.before[i]!.push(parent)
    // A copy is as old as what it was copied from, whatever its writer had seen by then.
    if (document.copiedFrom) continue
    for (const [writer, [sequence]] of Object.entries(document.seen)) {
      const place = lastUpTo(places.get(writer) ?? [], sequence)
      if (place) graph.before[i]!.push(place.node)
    }
  }
  return graph
}

function addNode(graph: Graph, ownMs: number, gap: number): number {
  graph.before.push([])
  graph.gap.push(gap)
  return graph.own.push(Number.isNaN(ownMs) ? Number.POSITIVE_INFINITY : ownMs) - 1
}

/** A checkpoint came after the snapshot that its writer had made before it. Undefined where nobody can tell. */
function sequenceIn(
  { sequence, previous }: SnapshotEntry['document'],
  sequenceOf: OrderFacts['sequenceOf'],
): number | undefined {
  if (sequence !== undefined) return sequence
  if (previous === null) return 0.5
  const before = sequenceOf(previous)
  return before === undefined ? undefined : before + 0.5
}

function addChains(
  graph: Graph,
  {
    entries,
    sequences,
  }: { readonly entries: readonly SnapshotEntry[]; readonly sequences: readonly (number | undefined)[] },
): Map<string, Place[]> {
  const counted = [...entries.keys()].filter((i) => sequences[i] !== undefined)
  const chains = Map.groupBy(counted, (i) => entries[i]!.document.writer)
  const places = new Map<string, Place[]>()
  for (const [writer, members] of chains) {
    const steps = [...Map.groupBy(members, (i) => sequences[i]!)].sort(([a], [b]) => a - b)
    const chain: Place[] = []
    for (const [sequence, nodes] of steps) {
      const former = chain.at(-1)
      const node = addNode(graph, Number.POSITIVE_INFINITY, 0)
      for (const each of nodes) if (former && !entries[each]!.document.copiedFrom) graph.before[each]!.push(former.node)
      appendAll(graph.before[node]!, former ? [...nodes, former.node] : nodes)
      chain.push({ sequence, node })
    }
    places.set(writer, chain)
  }
  return places
}

function lastUpTo(chain: readonly Place[], sequence: number): Place | undefined {
  let low = 0
  let high = chain.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (chain[middle]!.sequence <= sequence) low = middle + 1
    else high = middle
  }
  return chain[low - 1]
}

/** From what has nothing after it to what came first. Forged documents that go in a ring keep their own times. */
function timesOf({ own, gap, before }: Graph): number[] {
  const times = [...own]
  const after = new Uint32Array(own.length)
  for (const nodes of before) for (const node of nodes) after[node]! += 1
  const ready = [...after.keys()].filter((node) => after[node] === 0)
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const former of before[node]!) {
      times[former] = Math.min(times[former]!, times[node]! - gap[former]!)
      after[former]! -= 1
      if (after[former] === 0) ready.push(former)
    }
  }
  return times
}
