/** Which earlier snapshots a backup of files is compared with. */
import {
  bytesOfPathText,
  FILES_KIND,
  type History,
  type SnapshotDocument,
  type SnapshotEntry,
} from '../../snapshot/index.ts'
import { type PreviousSnapshots, snapshotsOf } from '../session/previous-snapshots.ts'
import { EMPTIED, isGood } from './emptied.ts'

/** The snapshots of a source of files, oldest first. */
export function filesOf(history: History, source: string): SnapshotEntry[] {
  return snapshotsOf(history, { source, sourceKind: FILES_KIND })
}

/** A path that was away, or empty, and is back is compared with what it held before. */
export function previousFiles(
  { parent, previous }: PreviousSnapshots,
  history: History,
  source: string,
): readonly SnapshotEntry[] {
  const before =
    parent && lacksPath(parent.document)
      ? filesOf(history, source).findLast(({ document }) => isGood(document))
      : undefined
  return before ? [...new Set([...previous, before])] : previous
}

function lacksPath({ skipped, paths }: SnapshotDocument): boolean {
  const stored = paths.map(bytesOfPathText)
  return skipped.some(({ path, reason }) => {
    const at = bytesOfPathText(path)
    return reason === EMPTIED || !stored.some((root) => root === '/' || at === root || at.startsWith(`${root}/`))
  })
}
