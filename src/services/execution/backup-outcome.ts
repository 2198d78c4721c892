/** What a snapshot says of the run that made it: the same when it was made and when a lost database is made again. */
import { RUN_ITEMS_MAX } from '../../contracts/system/index.ts'
import { type BackupResult, bytesOfPathText, type PathText, printablePath } from '../../engine/index.ts'
import type { BackupOutcome } from './engine-protocol.ts'
import { pointOf } from './holdings.ts'

const WARNINGS_MAX = 100

export function outcomeOf({
  snapshot,
  document,
  isRepeat,
}: Pick<BackupResult, 'snapshot' | 'document' | 'isRepeat'>): BackupOutcome {
  const { summary } = document
  const items = [
    ...document.skipped.map(({ path, reason }) => ({ path: shown(path), reason })),
    ...document.changedWhileRead.map((path) => ({ path: shown(path), reason: 'CHANGED_WHILE_READ' })),
    ...document.metadataNotKept.map(({ path, what }) => ({ path: shown(path), reason: `METADATA_NOT_KEPT: ${what}` })),
  ]
  return {
    snapshot,
    isRepeat,
    point: pointOf(snapshot, document),
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    bytesStored: summary.bytesStored,
    skipped: items.slice(0, RUN_ITEMS_MAX),
    skippedCount: document.skippedCount + document.changedCount + document.notKeptCount,
    warnings: (document.warnings ?? [])
      .slice(0, WARNINGS_MAX)
      .map(({ subject, ...rest }) => ({ ...rest, subject: shown(subject) })),
  }
}

function shown(path: PathText): string {
  return printablePath(bytesOfPathText(path))
}
