/**
 * Paths that had files and have none: most likely what should be mounted there is not. Such a run is no success, and
 * its snapshot takes no good one's place.
 */
import { FileType } from '../../contracts/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { PathAlias } from '../../sources/index.ts'
import type { BlobReader } from '../repository/index.ts'
import {
  bytesOfPathText,
  ContentKind,
  type DirectoryPage,
  pagesOfDirectory,
  type SnapshotDocument,
  type SnapshotEntry,
  walkTree,
} from '../snapshot/index.ts'

export const EMPTIED = 'EMPTIED'

export interface EmptiedFacts {
  readonly reader: BlobReader
  /** Earlier snapshots of the source, oldest first. */
  readonly earlier: readonly SnapshotEntry[]
  /** Folders without files, one character a byte. */
  readonly empty: readonly string[]
  /** All paths of the backup. */
  readonly roots: readonly string[]
  readonly aliases: readonly PathAlias[]
}

/** Those of `empty` that had files in the newest good snapshot, or in the newest that does not call them emptied. */
export async function emptiedRoots(facts: EmptiedFacts): Promise<string[]> {
  const emptied: string[] = []
  for (const root of facts.empty) if (await hadFiles(root, facts)) emptied.push(root)
  return emptied
}

/** Whether the snapshot is one that retention counts: nothing was left out that should be in it. */
export function isGood({ complete, skippedCount }: SnapshotDocument): boolean {
  return complete && skippedCount === 0
}

async function hadFiles(root: string, facts: EmptiedFacts): Promise<boolean> {
  const { earlier } = facts
  const good = earlier.findLast(({ document }) => isGood(document))
  // Where something is left out every night there is no good one.
  const other = earlier.findLast(({ document }) => !isEmptiedIn(document, namesOf(root, document, facts.aliases)))
  for (const entry of new Set([good, other])) if (entry && (await heldFiles(root, entry.document, facts))) return true
  return false
}

function isEmptiedIn({ skipped }: SnapshotDocument, names: readonly string[]): boolean {
  return skipped.some(({ path, reason }) => reason === EMPTIED && names.includes(bytesOfPathText(path)))
}

/** The path, and where the link that it was given by led to then. */
function namesOf(root: string, document: SnapshotDocument, aliases: readonly PathAlias[]): string[] {
  const given = aliases.filter(({ real }) => real === root).map(({ path }) => path)
  const then = (document.aliases ?? [])
    .filter(({ path }) => given.includes(bytesOfPathText(path)))
    .map(({ real }) => bytesOfPathText(real))
  return [...new Set([root, ...then])]
}

async function heldFiles(root: string, document: SnapshotDocument, facts: EmptiedFacts): Promise<boolean> {
  try {
    for (const path of namesOf(root, document, facts.aliases)) {
      const folder = await folderAt(facts.reader, Buffer.from(document.tree, 'hex'), path)
      if (folder && (await holdsFiles(folder, path, facts))) return true
    }
    return false
  } catch (error) {
    // What can't be read any more is taken for files: it had something.
    if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND')) return true
    throw error
  }
}

async function folderAt(reader: BlobReader, tree: Uint8Array, path: string): Promise<Uint8Array | undefined> {
  let at: Uint8Array | undefined = tree
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!at) return undefined
    at = await folderNamed(reader, at, name)
  }
  return at
}

async function folderNamed(reader: BlobReader, id: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  for await (const page of pagesOfDirectory(reader, id)) {
    const entry = page.find(name)
    if (entry >= 0) return insideOf(page, entry)
  }
  return undefined
}

/** Undefined for what is no folder, and for one whose inside was left out. */
function insideOf(page: DirectoryPage, entry: number): Uint8Array | undefined {
  return page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE
    ? Uint8Array.from(page.contentOf(entry))
    : undefined
}

/** Other paths of the backup below it are looked at for themselves. */
async function holdsFiles(folder: Uint8Array, path: string, { reader, roots }: EmptiedFacts): Promise<boolean> {
  const others = new Set(roots)
  for await (const { page } of walkTree(reader, folder, { path, into: (below) => !others.has(below) }))
    for (let entry = 0; entry < page.count; entry += 1) if (page.columns.type(entry) !== FileType.DIRECTORY) return true
  return false
}
