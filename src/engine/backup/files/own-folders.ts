import fs from 'node:fs'
import path from 'node:path'
import { BackupError } from '../../../kernel/backup-error.ts'
import { isAtOrBelow, realPlace } from '../../../kernel/real-place.ts'
import type { DirectoryFilter } from '../../../sources/index.ts'
import { type Repository, repositoriesKnownAt } from '../../repository/index.ts'
import { type History, printablePath, RecordKind } from '../../snapshot/index.ts'
import { BackupWarningCode, type FoundWarning } from './backup-warning.ts'
import { join } from './entry-path.ts'

/** Directories that a backup leaves out with all below. Absolute and real, one character a byte; plain data. */
export interface LeftOut {
  /** The repository itself. */
  readonly own: readonly string[]
  /**
   * Its copies, as this machine has met them: each backup of them would hold all that the next copy brings into them.
   */
  readonly copies: readonly string[]
}

/**
 * The repository does not back itself up, nor what it is copied to; a copy that a path names is meant, and any other
 * repository is data like all. `state`: what this machine remembers. Throws USAGE for a path inside it. Paths have one
 * character a byte.
 */
export function ownFolders(
  { store }: Repository,
  roots: readonly string[],
  { history, state }: { readonly history: History; readonly state: { readonly folder?: string | undefined } },
): LeftOut {
  const own = store.local ? [bytesOf(fs.realpathSync.native(store.local.root))] : []
  const inside = roots.find((root) => own.some((each) => isAtOrBelow(root, each)))
  if (inside !== undefined)
    throw new BackupError('USAGE', `The path ${printablePath(inside)} lies inside the repository.`)
  const copies = copiesMet(history, state.folder).filter((each) => !roots.some((root) => isAtOrBelow(root, each)))
  return { own, copies }
}

/**
 * The record of a copy tells its place on the machine that made it, and its id: only here is it known to be that one.
 */
function copiesMet({ records }: History, stateFolder: string | undefined): string[] {
  if (stateFolder === undefined) return []
  return records.flatMap(({ document: { record, subject, value } }) => {
    const location = record === RecordKind.COPY ? value?.['location'] : undefined
    if (typeof location !== 'string' || !path.isAbsolute(location)) return []
    return repositoriesKnownAt(stateFolder, location).includes(subject) ? [bytesOf(realPlace(location))] : []
  })
}

interface Met {
  readonly task: { readonly path: string }
  readonly filter: DirectoryFilter | undefined
  readonly warnings: FoundWarning[]
}

/** Of a directory in the one that is at hand. A copy is named, unless it was asked to be left out. */
export function isLeftOut({ own, copies }: LeftOut, name: string, { task, filter, warnings }: Met): boolean {
  if (own.length + copies.length === 0) return false
  const subject = join(task.path, name)
  if (own.includes(subject)) return true
  if (!copies.includes(subject)) return false
  const facts = { name, isDirectory: true, bytes: 0, modifiedMs: Number.POSITIVE_INFINITY }
  if (!filter?.leavesOut(facts)) warnings.push({ code: BackupWarningCode.COPY_INSIDE, subject })
  return true
}

function bytesOf(place: string): string {
  return Buffer.from(place).toString('latin1')
}
