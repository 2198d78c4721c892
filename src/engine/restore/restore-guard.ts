/** What a restore refuses before it touches anything. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import type { Repository } from '../repository/index.ts'
import type { SnapshotDocument } from '../snapshot/index.ts'

export interface GuardedRestore {
  readonly include?: readonly string[]
  readonly delete?: boolean
  readonly deleteExcluded?: boolean
}

/** `target` is absolute. Throws TARGET_REFUSED and USAGE. */
export function guardRestore(
  repository: Repository,
  document: SnapshotDocument,
  facts: { readonly target: string; readonly options: GuardedRestore },
): void {
  const { target, options } = facts
  const { store } = repository
  const status = fs.statSync(target, { throwIfNoEntry: false })
  if (status && !status.isDirectory()) throw refused(target, 'It is no folder')
  if (store.capabilities.localFiles && isAtOrBelow(realPath(target), realPath(store.location)))
    throw refused(target, 'It lies in the repository')
  if (!options.delete) return
  if (target === '/') throw new BackupError('USAGE', '--delete is not allowed for "/".')
  if ((options.include ?? []).length > 0)
    throw new BackupError('USAGE', '--delete and --include do not go together: what is not included would be removed.')
  if (!options.deleteExcluded && leavesOut(document)) {
    throw new BackupError(
      'USAGE',
      'The snapshot does not hold all that the source held (filters, or items that could not be read): --delete would remove that too. Add --delete-excluded if it may.',
    )
  }
}

/** True when the target may hold what the source had and the snapshot has not. */
function leavesOut({ complete, summary, filters, skippedCount }: SnapshotDocument): boolean {
  const isFiltered = Object.values(filters).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  )
  return !complete || isFiltered || summary.filesFiltered > 0 || skippedCount > 0
}

function refused(target: string, why: string): BackupError {
  return new BackupError('TARGET_REFUSED', `The target is refused. ${why}.`, { context: { path: target, why } })
}

function isAtOrBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** The real path of a place that may not exist yet: that of its nearest ancestor, and the rest. */
function realPath(file: string): string {
  try {
    return fs.realpathSync.native(file)
  } catch {
    return file === path.dirname(file) ? file : path.join(realPath(path.dirname(file)), path.basename(file))
  }
}
