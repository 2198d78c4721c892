/** Which earlier snapshots a backup is compared with. */
import type { Repository } from '../repository/index.ts'
import { type History, judgeCheckpoints, type SnapshotEntry, SnapshotType } from '../snapshot/index.ts'
import type { BackupOptions } from './backup-options.ts'

export interface PreviousSnapshots {
  /** What the new snapshot names as its parent. */
  readonly parent: SnapshotEntry | undefined
  /** What unchanged files are taken from: an interrupted run's checkpoint before the parent. */
  readonly previous: readonly SnapshotEntry[]
}

/** The newest snapshot of the source, of DIFFERENTIAL the newest full one, and a checkpoint that is newer still. */
export async function choosePrevious(
  repository: Repository,
  history: History,
  { source, type }: Pick<BackupOptions, 'source' | 'type'>,
): Promise<PreviousSnapshots> {
  const ofSource = history.snapshots.filter(
    ({ document }) => document.source === source && document.sourceKind === 'FILES',
  )
  const full = ofSource.filter(({ document }) => document.type === SnapshotType.FULL)
  const parent = type === SnapshotType.DIFFERENTIAL ? full.at(-1) : ofSource.at(-1)
  const parentAt = history.order.findIndex(({ entry }) => entry === parent)
  const newer = history.order
    .slice(parentAt + 1)
    .map(({ entry }) => entry)
    .filter(({ document }) => document.kind === 'checkpoint' && document.source === source)
  const { whole } = await judgeCheckpoints(repository, {
    checkpoints: newer.slice(-1),
    deleteLog: history.deleteLog,
  })
  return { parent, previous: [...whole, ...(parent ? [parent] : [])] }
}
