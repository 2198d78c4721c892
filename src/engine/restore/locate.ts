/**
 * Finds entries by path in a snapshot's tree. Paths are byte strings (one character a byte) unless they are called
 * typed.
 */
import path from 'node:path'
import { FileType } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { BlobReader } from '../repository/index.ts'
import {
  bytesOfPathText,
  ContentKind,
  type DirectoryPage,
  pagesOfDirectory,
  printablePath,
  realPathOf,
  rootsOf,
  type SnapshotDocument,
} from '../snapshot/index.ts'

/** What makes a glob of a path. */
export const GLOB_CHARACTER = /[*?[{\\]/

export interface LocatedEntry {
  readonly page: DirectoryPage
  readonly entry: number
}

/** Where a typed path lies. The root of the tree has no entry. */
export interface ResolvedPath {
  readonly path: string
  readonly found: LocatedEntry | undefined
}

/**
 * What somebody means by a path: as it stands when it is absolute; else below one of the backup's own paths, or beside
 * it, or below "/". Throws NOT_FOUND.
 */
export async function resolvePath(
  reader: BlobReader,
  document: SnapshotDocument,
  typed: string,
): Promise<ResolvedPath> {
  const root = Buffer.from(document.tree, 'hex')
  for (const candidate of candidatesOf(document, Buffer.from(typed).toString('latin1'))) {
    if (candidate === '/') return { path: '/', found: undefined }
    const found = await findEntry(reader, root, candidate)
    if (found) return { path: candidate, found }
  }
  throw new BackupError('NOT_FOUND', 'The snapshot has no such path.', { context: { object: typed } })
}

/** Those of typed patterns that name something as they stand, brackets and stars included. */
export async function literalsAmong(
  reader: BlobReader,
  document: SnapshotDocument,
  patterns: readonly string[],
): Promise<ReadonlySet<string>> {
  const literals = new Set<string>()
  const root = Buffer.from(document.tree, 'hex')
  for (const pattern of patterns.filter((each) => GLOB_CHARACTER.test(each)))
    for (const candidate of candidatesOf(document, Buffer.from(pattern).toString('latin1')))
      if (candidate !== '/' && (await findEntry(reader, root, candidate))) literals.add(pattern)
  return literals
}

/** A path may stand under the name that it was given by, which has links in it. */
function candidatesOf(document: SnapshotDocument, typed: string): string[] {
  return namesOf(document, typed).flatMap((name) => [name, realPathOf(document, name) ?? []].flat())
}

function namesOf(document: SnapshotDocument, typed: string): string[] {
  const clean = (text: string) => path.posix.normalize(text).replace(/(.)\/+$/, '$1')
  if (typed.startsWith('/') || typed === '') return [clean(typed || '/')]
  const aliases = (document.aliases ?? []).map((alias) => bytesOfPathText(alias.path))
  const roots = [...rootsOf(document), ...aliases]
  return [
    ...roots.map((root) => clean(`${root}/${typed}`)),
    ...roots.map((root) => clean(`${path.posix.dirname(root)}/${typed}`)),
    clean(`/${typed}`),
  ]
}

async function findEntry(reader: BlobReader, root: Uint8Array, at: string): Promise<LocatedEntry | undefined> {
  let id: Uint8Array | undefined = root
  let found: LocatedEntry | undefined
  for (const name of at.split('/').filter((part) => part !== '')) {
    if (!id) return undefined
    found = await findIn(reader, id, name)
    if (!found) return undefined
    id = directoryOf(found)
  }
  return found
}

async function findIn(reader: BlobReader, directory: Uint8Array, name: string): Promise<LocatedEntry | undefined> {
  for await (const page of pagesOfDirectory(reader, directory)) {
    const entry = page.find(name)
    if (entry >= 0) return { page, entry }
  }
  return undefined
}

/** The blob of a directory entry whose inside is known. */
export function directoryOf({ page, entry }: LocatedEntry): Uint8Array | undefined {
  return page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE
    ? Uint8Array.from(page.contentOf(entry))
    : undefined
}

/** The directory at a typed path. Throws NOT_FOUND, and USAGE for what is no directory. */
export async function locateDirectory(
  reader: BlobReader,
  document: SnapshotDocument,
  typed: string,
): Promise<ResolvedPath & { readonly id: Uint8Array }> {
  const resolved = await resolvePath(reader, document, typed)
  const id = resolved.found ? directoryOf(resolved.found) : Buffer.from(document.tree, 'hex')
  if (!id)
    throw new BackupError(
      'USAGE',
      `${printablePath(resolved.path)} is no folder in the snapshot: name it with --include.`,
    )
  return { ...resolved, id }
}
