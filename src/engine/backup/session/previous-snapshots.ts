/** Which earlier snapshots a backup is compared with. */
import type { Repository } from '../../repository/index.ts'
import { type History, judgeCheckpoints, type SnapshotEntry, SnapshotType } from '../../snapshot/index.ts'
import type { RunOptions } from './run-options.ts'

export interface PreviousSnapshots {
  /** What the new snapshot names as its parent. */
  readonly parent: SnapshotEntry | undefined
  /** What unchanged content is taken from: an interrupted run's checkpoint before the parent. */
  readonly previous: readonly SnapshotEntry[]
}

/** What of a repository belongs together: one source, by whatever way it was read. */
export interface SourceName {
  readonly source: string
  readonly sourceKind: string
}

/** The newest snapshot of the source, of DIFFERENTIAL the newest full one, and a checkpoint that is newer still. */
export async function choosePrevious(
  repository: Repository,
  history: History,
  { type, ...name }: SourceName & Pick<RunOptions, 'type'>,
): Promise<PreviousSnapshots> {
  const ofSource = snapshotsOf(history, name)
  const full = ofSource.filter(({ document }) => document.type === SnapshotType.FULL)
  const parent = type === SnapshotType.DIFFERENTIAL ? full.at(-1) : ofSource.at(-1)
  const parentAt = history.order.findIndex(({ entry }) => entry === parent)
  const newer = history.order
    .slice(parentAt + 1)
    .map(({ entry }) => entry)
    .filter((entry) => entry.document.kind === 'checkpoint' && isOf(entry, name))
  const { whole } = await judgeCheckpoints(repository, {
    checkpoints: newer.slice(-1),
    deleteLog: history.deleteLog,
  })
  return { parent, previous: [...whole, parent].filter((each) => each !== undefined) }
}

/** Oldest first. */
export function snapshotsOf(history: History, name: SourceName): SnapshotEntry[] {
  return history.snapshots.filter((entry) => isOf(entry, name))
}

export function isOf({ document }: SnapshotEntry, { source, sourceKind }: SourceName): boolean {
  return document.source === source && document.sourceKind === sourceKind
}
