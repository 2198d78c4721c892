import { FileType } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { BlobReader } from '../repository/index.ts'
import { ContentKind, type DirectoryPage, pagesOfDirectory } from '../snapshot/index.ts'

export interface LocatedEntry {
  readonly page: DirectoryPage
  readonly entry: number
}

/** The entry at a path (text) of a tree, or undefined. "/" has no entry. */
export async function findEntry(reader: BlobReader, root: Uint8Array, path: string): Promise<LocatedEntry | undefined> {
  let id: Uint8Array | undefined = root
  let found: LocatedEntry | undefined
  for (const name of Buffer.from(path).toString('latin1').split('/').filter((part) => part !== '')) {
    if (!id) return undefined
    found = await findIn(reader, id, name)
    if (!found) return undefined
    const isDirectory = found.page.columns.type(found.entry) === FileType.DIRECTORY && found.page.kinds[found.entry] === ContentKind.ONE
    id = isDirectory ? Uint8Array.from(found.page.contentOf(found.entry)) : undefined
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

/** The directory blob at a path of a tree. Throws NOT_FOUND. */
export async function locate(reader: BlobReader, root: Uint8Array, path: string): Promise<Uint8Array> {
  if (path.replaceAll('/', '') === '') return root
  const found = await findEntry(reader, root, path)
  if (found && found.page.columns.type(found.entry) === FileType.DIRECTORY && found.page.kinds[found.entry] === ContentKind.ONE) return Uint8Array.from(found.page.contentOf(found.entry))
  throw new BackupError('NOT_FOUND', 'The snapshot has no such directory.', { context: { object: path } })
}
