/** What a restore refuses before it touches anything. */
import fs from 'node:fs'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { isWithin } from '../../kernel/real-place.ts'
import { repositoryAround } from '../../storage/index.ts'
import type { Repository } from '../repository/index.ts'
import type { SnapshotDocument } from '../snapshot/index.ts'
import {
  isHome,
  Needed,
  type NeededPlace,
  requireApartFromState,
  requireNothingNeeded,
  runningProgram,
  targetRefused,
} from './needed-places.ts'

export interface GuardedRestore {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly delete?: boolean
  readonly deleteExcluded?: boolean
  readonly needed?: readonly NeededPlace[]
}

/** All that the restore needs: what the caller names, the repository, and the program that runs. */
export function neededFor({ store, memory }: Repository, needed: readonly NeededPlace[] = []): NeededPlace[] {
  const repository = store.local ? [{ what: Needed.REPOSITORY, path: store.local.root }] : []
  // Whoever opened it without a HOME has the heads somewhere, too.
  const state = memory?.folder === undefined ? [] : [{ what: Needed.HOME, path: memory.folder }]
  return [...repository, ...needed, ...state, ...runningProgram()]
}

/** `target` is absolute. Throws TARGET_REFUSED and USAGE. */
export function guardRestore(
  repository: Repository,
  document: SnapshotDocument,
  facts: { readonly target: string; readonly options: GuardedRestore },
): void {
  const { target, options } = facts
  const { store } = repository
  requireFolder(target)
  if (store.local && isWithin(target, store.local.root)) throw targetRefused(target, 'It lies in the repository')
  // Any other one too, whoever knows it: a second copy, or that of another system.
  const around = repositoryAround(target)
  if (around !== undefined) throw targetRefused(target, `It lies in the repository ${around}`)
  const needed = neededFor(repository, options.needed)
  requireApartFromState(target, needed)
  if (!options.delete) return
  requireNothingNeeded(target, needed)
  if (isHome(namesOf(target)))
    throw targetRefused(target, 'It is the state of a system (HOME), and what is not in the snapshot would be deleted')
  if ((options.include ?? []).length + (options.exclude ?? []).length > 0)
    throw new BackupError(
      'USAGE',
      '--delete goes with neither --include nor --exclude: what is not restored would be removed.',
    )
  if (!options.deleteExcluded && leavesOut(document)) {
    throw new BackupError(
      'USAGE',
      'The snapshot does not hold all that the source held (filters, or items that could not be read): --delete would remove that too. Add --delete-excluded if it may.',
    )
  }
}

function requireFolder(target: string): void {
  try {
    const status = fs.statSync(target, { throwIfNoEntry: false })
    if (status && !status.isDirectory()) throw targetRefused(target, 'It is no folder')
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof BackupError || code === undefined) throw error
    throw targetRefused(target, `It can not be written to (${code})`, error)
  }
}

function namesOf(target: string): readonly string[] {
  try {
    return fs.readdirSync(target)
  } catch {
    return []
  }
}

/** True when the target may hold what the source had and the snapshot has not. */
function leavesOut({ complete, summary, filters, skippedCount }: SnapshotDocument): boolean {
  const isFiltered = Object.values(filters).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  )
  return !complete || isFiltered || summary.filesFiltered > 0 || skippedCount > 0
}
