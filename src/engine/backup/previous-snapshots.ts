/** Which earlier snapshots a backup is compared with. */
import type { Repository } from '../repository/index.ts'
import {
  bytesOfPathText,
  type History,
  judgeCheckpoints,
  type SnapshotDocument,
  type SnapshotEntry,
  SnapshotType,
} from '../snapshot/index.ts'
import type { BackupOptions } from './backup-options.ts'
import { EMPTIED, isGood } from './emptied.ts'

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
  const ofSource = filesOf(history, source)
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
  // A path that was away, or empty, is back: it is compared with what it held before.
  const before =
    parent && lacksPath(parent.document) ? ofSource.findLast(({ document }) => isGood(document)) : undefined
  return { parent, previous: [...new Set([...whole, parent, before])].filter((each) => each !== undefined) }
}

function lacksPath({ skipped, paths }: SnapshotDocument): boolean {
  const stored = paths.map(bytesOfPathText)
  return skipped.some(({ path, reason }) => {
    const at = bytesOfPathText(path)
    return reason === EMPTIED || !stored.some((root) => root === '/' || at === root || at.startsWith(`${root}/`))
  })
}

/** The snapshots of a source of files, oldest first. */
export function filesOf(history: History, source: string): SnapshotEntry[] {
  return history.snapshots.filter(({ document }) => document.source === source && document.sourceKind === 'FILES')
}
