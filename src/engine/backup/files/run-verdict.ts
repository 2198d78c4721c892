/**
 * What a run says of its paths and filters when all was looked at: paths that had files and have none, patterns that
 * met nothing.
 */
import { appendAll } from '../../../kernel/collect.ts'
import { bytesOfText, type FileFilters, watchedPatterns } from '../../../sources/index.ts'
import type { BlobReader } from '../../repository/index.ts'
import type { SnapshotEntry } from '../../snapshot/index.ts'
import type { BackupOptions } from './backup-options.ts'
import type { BackupTree } from './backup-tree.ts'
import { BackupWarningCode, type FoundWarning } from './backup-warning.ts'
import { EMPTIED, emptiedRoots, unmountedFolders } from './emptied.ts'
import type { SourceRoots } from './source-roots.ts'

const NOTHING_INCLUDED = 'NOTHING_INCLUDED'

export interface VerdictFacts {
  readonly options: Pick<BackupOptions, 'filters' | 'allowEmpty'>
  readonly reader: BlobReader
  /** Of the same source, oldest first. */
  readonly earlier: readonly SnapshotEntry[]
  readonly roots: SourceRoots
}

/** Adds to the tree's skipped entries and warnings. */
export async function judgeRun(tree: BackupTree, { options, reader, earlier, roots }: VerdictFacts): Promise<void> {
  const { filters = {}, allowEmpty = false } = options
  const unread = new Set(tree.skipped.map(({ path }) => path))
  const empty = [...tree.emptyRoots].filter((root) => !unread.has(root))
  const named = [...roots.roots, ...roots.nested]
  tree.warnings.add(unmatched(filters, tree.met))
  const isNothingLeft = tree.counters.filesFiltered > 0 && empty.length === named.length
  const isNothingIncluded = isNothingLeft && hasIncludes(filters) && !isAnyIncludeMet(filters, tree.met)
  if (isNothingLeft) tree.warnings.add(empty.map((subject) => ({ code: BackupWarningCode.NOTHING_LEFT, subject })))
  if (allowEmpty) return
  const emptied = await emptiedRoots({ reader, earlier, empty, roots: named, aliases: roots.aliases })
  const folders = [...tree.emptyFolders.paths].filter((path) => !named.includes(path) && !unread.has(path))
  const unmounted = await unmountedFolders({ reader, earlier, empty: folders, roots: named, aliases: roots.aliases })
  appendAll(
    tree.skipped,
    unmounted.map((path) => ({ path, reason: EMPTIED })),
  )
  for (const path of empty) {
    if (emptied.includes(path)) tree.skipped.push({ path, reason: EMPTIED })
    else if (isNothingIncluded) tree.skipped.push({ path, reason: NOTHING_INCLUDED })
  }
}

function unmatched(filters: FileFilters, met: ReadonlySet<number>): FoundWarning[] {
  return watchedPatterns(filters).flatMap(({ kind, text }, number) => {
    if (met.has(number)) return []
    const code = kind === 'include' ? BackupWarningCode.INCLUDE_UNMATCHED : BackupWarningCode.EXCLUDE_UNMATCHED
    return [{ code, subject: bytesOfText(text) }]
  })
}

function hasIncludes(filters: FileFilters): boolean {
  return watchedPatterns(filters).some(({ kind }) => kind === 'include')
}

function isAnyIncludeMet(filters: FileFilters, met: ReadonlySet<number>): boolean {
  return watchedPatterns(filters).some(({ kind }, number) => kind === 'include' && met.has(number))
}
