/** Looks into restore points: lists, finds and compares what they hold, from the repository itself. */
import type { FoundEntries, PointDifferences, PointListing } from '../../contracts/system/index.ts'
import { type History, Inspector, readHistory, type SnapshotEntry } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import { findPoint } from '../recovery/index.ts'

const LIMIT = 1000

type PointParts = Pick<SystemParts, 'catalog' | 'repository'>

interface Options {
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Of a folder of the point (default: its root) what is in it. Throws POINT_NOT_FOUND, NOT_FOUND. */
export async function browsePoint(
  parts: PointParts,
  asked: Options & {
    readonly pointId: string
    readonly path?: string | undefined
    readonly recursive?: boolean | undefined
  },
): Promise<PointListing> {
  const { pointId, path = '/', recursive = false } = asked
  const point = await findPoint(parts, pointId)
  return await looking(parts, asked, async (inspector, history) => {
    const snapshot = snapshotOf(history, point.snapshot, pointId)
    const { items, isWhole } = await firstOf(inspector.list(snapshot, path, { recursive }), asked.limit)
    return { snapshot: snapshot.name, entries: items, isWhole }
  })
}

/** In one point, or in all that the system knows, newest first. Throws POINT_NOT_FOUND. */
export async function findInPoints(
  parts: PointParts,
  asked: Options & {
    readonly pattern: string
    readonly pointId?: string | undefined
    readonly exact?: boolean | undefined
  },
): Promise<FoundEntries> {
  const { pattern, pointId, exact: isExact = false } = asked
  const point = pointId === undefined ? undefined : await findPoint(parts, pointId)
  return await looking(parts, asked, async (inspector, history) => {
    const snapshots =
      point === undefined ? history.snapshots.toReversed() : [snapshotOf(history, point.snapshot, pointId!)]
    const { items, isWhole } = await firstOf(inspector.find(snapshots, pattern, { isExact }), asked.limit)
    return { found: items, isWhole }
  })
}

/** What is otherwise in the second point than in the first. Throws POINT_NOT_FOUND. */
export async function diffPoints(
  parts: PointParts,
  asked: Options & { readonly pointId: string; readonly otherId: string },
): Promise<PointDifferences> {
  const points = [await findPoint(parts, asked.pointId), await findPoint(parts, asked.otherId)] as const
  return await looking(parts, asked, async (inspector, history) => {
    const [a, b] = points.map(({ id, snapshot }) => snapshotOf(history, snapshot, id)) as [SnapshotEntry, SnapshotEntry]
    const { items, isWhole } = await firstOf(inspector.diff(a, b), asked.limit)
    return { from: a.name, to: b.name, differences: items, isWhole }
  })
}

async function looking<T>(
  { repository }: PointParts,
  { signal }: Options,
  look: (inspector: Inspector, history: History) => Promise<T>,
): Promise<T> {
  await using opened = await repository.open(signal)
  const history = await readHistory(opened, { ...(signal && { signal }) })
  await using inspector = await Inspector.open(opened)
  return await look(inspector, history)
}

/** The catalog may know of a point that the repository has let go meanwhile: POINT_NOT_FOUND. */
export function snapshotOf(history: History, name: string, point: string): SnapshotEntry {
  const entry = history.snapshots.find((each) => each.name === name)
  if (entry) return entry
  throw new BackupError('POINT_NOT_FOUND', 'The repository has no such snapshot any more.', { context: { point } })
}

async function firstOf<T>(items: AsyncIterable<T>, limit = LIMIT): Promise<{ items: T[]; isWhole: boolean }> {
  const kept: T[] = []
  for await (const item of items) {
    if (kept.length === limit) return { items: kept, isWhole: false }
    kept.push(item)
  }
  return { items: kept, isWhole: true }
}
