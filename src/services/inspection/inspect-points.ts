/** Looks into restore points: lists, finds and compares what they hold, from the repository itself. */
import type { FoundEntries, PointDifferences, PointListing } from '../../contracts/system/index.ts'
import { type History, Inspector, readHistory, type SnapshotEntry } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { RepositoryAccess, SystemParts } from '../parts.ts'
import { findPoint } from '../recovery/index.ts'

const LIMIT = 1000

type PointParts = Pick<SystemParts, 'catalog' | 'repositories' | 'tenantId'>

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
  const repository = await parts.repositories.of(point.repository_id)
  return await looking(repository, asked, async (inspector, history) => {
    const snapshot = snapshotOf(history, point.snapshot, pointId)
    const { items, isWhole } = await firstOf(inspector.list(snapshot, path, { recursive }), asked.limit)
    return { snapshot: snapshot.name, entries: items, isWhole }
  })
}

/** In one point, or in all of one repository after the other, newest first. Throws POINT_NOT_FOUND. */
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
  const places = point ? [await parts.repositories.of(point.repository_id)] : await parts.repositories.all()
  const all: FoundEntries[] = []
  for (const repository of places)
    all.push(
      await looking(repository, asked, async (inspector, history) => {
        const snapshots =
          point === undefined ? history.snapshots.toReversed() : [snapshotOf(history, point.snapshot, pointId!)]
        const { items, isWhole } = await firstOf(inspector.find(snapshots, pattern, { isExact }), asked.limit)
        return { found: items, isWhole }
      }),
    )
  const found = all.flatMap((each) => each.found)
  const limit = asked.limit ?? LIMIT
  return { found: found.slice(0, limit), isWhole: found.length <= limit && all.every(({ isWhole }) => isWhole) }
}

/**
 * What is otherwise in the second point than in the first. Throws POINT_NOT_FOUND, USAGE for points of two
 * repositories, whose contents have names that can't be compared.
 */
export async function diffPoints(
  parts: PointParts,
  asked: Options & { readonly pointId: string; readonly otherId: string },
): Promise<PointDifferences> {
  const points = [await findPoint(parts, asked.pointId), await findPoint(parts, asked.otherId)] as const
  if (points[0].repository_id !== points[1].repository_id)
    throw new BackupError('USAGE', 'The two points lie in two repositories: only points of one can be compared.')
  const repository = await parts.repositories.of(points[0].repository_id)
  return await looking(repository, asked, async (inspector, history) => {
    const [a, b] = points.map(({ id, snapshot }) => snapshotOf(history, snapshot, id)) as [SnapshotEntry, SnapshotEntry]
    const { items, isWhole } = await firstOf(inspector.diff(a, b), asked.limit)
    return { from: a.name, to: b.name, differences: items, isWhole }
  })
}

async function looking<T>(
  repository: RepositoryAccess,
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
