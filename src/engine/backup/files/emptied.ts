/**
 * Paths that had files and have none: most likely what should be mounted there is not. Such a run is no success, and
 * its snapshot takes no good one's place.
 */
import { FileType } from '../../../contracts/index.ts'
import type { PathAlias } from '../../../sources/index.ts'
import { type BlobReader, isUnreadableHere } from '../../repository/index.ts'
import {
  bytesOfPathText,
  ContentKind,
  type DirectoryPage,
  pagesOfDirectory,
  type SnapshotDocument,
  type SnapshotEntry,
  walkTree,
} from '../../snapshot/index.ts'

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

/** Those of `empty`, folders below the backup's paths, on which a file system with files was mounted then. */
export async function unmountedFolders(facts: EmptiedFacts): Promise<string[]> {
  const unmounted: string[] = []
  for (const path of facts.empty) if (await hadFiles(path, facts, isMountPoint)) unmounted.push(path)
  return unmounted
}

/** Paths that the snapshot calls emptied, one character a byte. */
export function emptiedPaths(document: SnapshotDocument | undefined): ReadonlySet<string> {
  const emptied = document?.skipped.filter(({ reason }) => reason === EMPTIED) ?? []
  return new Set(emptied.map(({ path }) => bytesOfPathText(path)))
}

/** Whether the snapshot is one that retention counts: nothing was left out that should be in it. */
export function isGood({ complete, skippedCount }: SnapshotDocument): boolean {
  return complete && skippedCount === 0
}

async function hadFiles(root: string, facts: EmptiedFacts, counts = isAnyFolder): Promise<boolean> {
  const { earlier } = facts
  const good = earlier.findLast(({ document }) => isGood(document))
  // Where something is left out every night there is no good one.
  const other = earlier.findLast(({ document }) => !isEmptiedIn(document, namesOf(root, document, facts.aliases)))
  for (const entry of new Set([good, other]))
    if (entry && (await heldFiles(root, entry.document, { ...facts, counts }))) return true
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

type CountingFacts = EmptiedFacts & { readonly counts: (folder: StoredFolder) => boolean }

async function heldFiles(root: string, document: SnapshotDocument, facts: CountingFacts): Promise<boolean> {
  try {
    for (const path of namesOf(root, document, facts.aliases)) {
      const folder = await folderAt(facts.reader, Buffer.from(document.tree, 'hex'), path)
      if (!folder || !facts.counts(folder)) continue
      // A file that is an empty folder now.
      if (!folder.isFolder || (folder.id && (await holdsFiles(folder.id, path, facts)))) return true
    }
    return false
  } catch (error) {
    // What can't be read any more is taken for files: it had something.
    if (isUnreadableHere(error)) return true
    throw error
  }
}

interface StoredFolder {
  /** Undefined for what was no folder, and for a folder whose inside was left out. */
  readonly id: Uint8Array | undefined
  readonly isFolder: boolean
  /** As `major:minor`; of "/", which no snapshot describes, that of most folders in it. */
  readonly device: string | undefined
  readonly parentDevice: string | undefined
}

function isAnyFolder(_: StoredFolder): boolean {
  return true
}

function isMountPoint({ isFolder, device, parentDevice }: StoredFolder): boolean {
  return isFolder && device !== parentDevice
}

async function folderAt(reader: BlobReader, tree: Uint8Array, path: string): Promise<StoredFolder | undefined> {
  let at: StoredFolder | undefined = { id: tree, isFolder: true, device: undefined, parentDevice: undefined }
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!at?.id) return undefined
    at = await folderNamed(reader, at.id, { name, device: at.device })
  }
  return at
}

async function folderNamed(
  reader: BlobReader,
  above: Uint8Array,
  { name, device }: { readonly name: string; readonly device: string | undefined },
): Promise<StoredFolder | undefined> {
  for await (const page of pagesOfDirectory(reader, above)) {
    const entry = page.find(name)
    if (entry < 0) continue
    return {
      id: insideOf(page, entry),
      isFolder: page.columns.type(entry) === FileType.DIRECTORY,
      device: page.columns.device(entry),
      parentDevice: device ?? commonDevice(page),
    }
  }
  return undefined
}

function commonDevice({ columns, count }: DirectoryPage): string | undefined {
  const counts = new Map<string, number>()
  for (let entry = 0; entry < count; entry += 1) {
    const device = columns.device(entry)
    counts.set(device, (counts.get(device) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
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
