/** What the document of a snapshot says of a tree of files. */
import { readOwnerNames } from '../../../sources/index.ts'
import { pathText, type SnapshotDocument } from '../../snapshot/index.ts'
import type { TreeDescription } from '../session/tree-writer.ts'
import type { BackupOptions } from './backup-options.ts'
import type { BackupTree } from './backup-tree.ts'
import type { SkippedEntry } from './directory-result.ts'
import type { SourceRoots } from './source-roots.ts'

const LISTED_MAX = 1000

export function describeFiles(
  tree: BackupTree,
  { options, roots }: { readonly options: Pick<BackupOptions, 'filters'>; readonly roots: SourceRoots },
): TreeDescription {
  const { skipped, changedWhileRead, metadataNotKept } = tree
  const { filesNew, filesChanged, filesUnmodified, filesFiltered, bytesProcessed } = tree.counters
  const { aliases } = roots
  const warnings = tree.warnings.list()
  return {
    paths: roots.roots.map(pathText),
    counted: { filesNew, filesChanged, filesUnmodified, filesFiltered, directories: tree.directories, bytesProcessed },
    skipped: skipped.slice(0, LISTED_MAX).map(({ path, reason }: SkippedEntry) => ({ path: pathText(path), reason })),
    skippedCount: skipped.length,
    changedWhileRead: changedWhileRead.slice(0, LISTED_MAX).map(pathText),
    changedCount: changedWhileRead.length,
    metadataNotKept: metadataNotKept.slice(0, LISTED_MAX).map(({ path, what }) => ({ path: pathText(path), what })),
    notKeptCount: metadataNotKept.length,
    owners: ownersOf(tree),
    filters: { ...options.filters },
    ...(aliases.length > 0 && {
      aliases: aliases.map(({ path, real }) => ({ path: pathText(path), real: pathText(real) })),
    }),
    ...(warnings.length > 0 && { warnings }),
  }
}

function ownersOf(tree: BackupTree): SnapshotDocument['owners'] {
  const names = readOwnerNames()
  const pick = (ids: Set<number>, from: ReadonlyMap<number, string>) =>
    Object.fromEntries([...ids].flatMap((id) => (from.has(id) ? [[String(id), from.get(id)!]] : [])))
  return { users: pick(tree.uids, names.users), groups: pick(tree.gids, names.groups) }
}
