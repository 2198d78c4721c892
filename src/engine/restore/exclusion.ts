/** What a restore leaves out by wish: patterns as a backup's excludes. */
import { FileType } from '../../contracts/index.ts'
import { createFileFilter, type DirectoryFilter, watchedPatterns } from '../../sources/index.ts'
import { bytesOfPathText, type DirectoryPage, rootsOf, type SnapshotDocument } from '../snapshot/index.ts'

export interface Exclusion {
  /** Of an entry of a folder (one character a byte): a folder with all below it. */
  leavesOut(folder: string, page: DirectoryPage, entry: number): boolean
  /** Patterns that name one place, and nothing is there. */
  unmatched(): string[]
}

const NONE: Exclusion = { leavesOut: () => false, unmatched: () => [] }

/** Throws USAGE naming a bad pattern. */
export function createExclusion(patterns: readonly string[], document: SnapshotDocument): Exclusion {
  if (patterns.length === 0) return NONE
  const filters = { excludePatterns: patterns }
  const aliases = (document.aliases ?? []).map(({ path, real }) => ({
    path: bytesOfPathText(path),
    real: bytesOfPathText(real),
  }))
  const filter = createFileFilter(filters, { roots: rootsOf(document), aliases })
  let inside: { readonly folder: string; readonly of: DirectoryFilter } | undefined
  return {
    leavesOut: (folder, { columns }, entry) => {
      // Entries come folder by folder.
      if (inside?.folder !== folder) inside = { folder, of: filter.inside(folder, []) }
      const isFile = columns.type(entry) === FileType.FILE
      return inside.of.leavesOut({
        name: columns.names[entry]!,
        isDirectory: columns.type(entry) === FileType.DIRECTORY,
        bytes: isFile ? columns.size(entry) : 0,
        modifiedMs: isFile ? columns.mtimeSeconds(entry) * 1000 : Infinity,
      })
    },
    unmatched: () => {
      const met = new Set(filter.takeMet())
      return watchedPatterns(filters).flatMap(({ text }, number) => (met.has(number) ? [] : [text]))
    },
  }
}
