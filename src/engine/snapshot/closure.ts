/** Everything that a snapshot needs: its directories, chunk lists and chunks. */
import { FileType } from '../../contracts/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { BlobReader, Repository } from '../repository/index.ts'
import { chunkListsOf, chunksOf, isHole } from './chunk-list.ts'
import type { DeleteLog } from './delete-log.ts'
import { ContentKind, type DirectoryPage } from './directory-page.ts'
import type { SnapshotDocument } from './documents.ts'
import { IndexClass, openIndex, openReader } from './open-index.ts'
import { onStableListing } from './stable-listing.ts'
import { walkTree } from './tree-walker.ts'

export interface ClosureVisitor {
  /** A metadata blob; false when it and all below it are known. */
  readonly metadata: (id: Uint8Array) => boolean
  readonly data: (id: Uint8Array, bytes: number) => void
}

/** Calls the visitor for every blob below a tree. Throws DAMAGED or NOT_FOUND when metadata can't be read. */
export async function visitClosure(reader: BlobReader, tree: Uint8Array, visitor: ClosureVisitor & { readonly signal?: AbortSignal }): Promise<void> {
  const { signal } = visitor
  for await (const { page } of walkTree(reader, tree, { enter: visitor.metadata, ...(signal && { signal }) })) {
    for (let entry = 0; entry < page.count; entry += 1) if (page.columns.type(entry) === FileType.FILE) await visitContent(reader, page, { entry, visitor })
  }
}

async function visitContent(reader: BlobReader, page: DirectoryPage, at: { entry: number; visitor: ClosureVisitor }): Promise<void> {
  const content = { kind: page.kinds[at.entry]!, bytes: page.contentOf(at.entry) }
  if (content.kind === ContentKind.ONE) return at.visitor.data(content.bytes, page.columns.size(at.entry))
  const readBlob = async (id: Uint8Array) => Uint8Array.from(await reader.read(id))
  if (content.kind === ContentKind.CHUNKS) {
    for await (const { id, bytes } of chunksOf(content, 0, readBlob)) if (!isHole(id)) at.visitor.data(id, bytes)
  } else if (content.kind === ContentKind.LIST) {
    for await (const { id, chunks } of chunkListsOf(content, readBlob)) {
      if (at.visitor.metadata(id)) for (const chunk of chunks) if (!isHole(chunk.id)) at.visitor.data(chunk.id, chunk.bytes)
    }
  }
}

/** True when every blob of the snapshot stands in a pack that is not condemned. */
export function closureIsLive(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean> {
  return isWhole(repository, () => closureIsIn(repository, document, { tombstonedPacks: log.tombstoned, omitTombstoned: true }))
}

/** True when the index names every blob of the snapshot, be it in a condemned pack. */
export function closureExists(repository: Repository, document: SnapshotDocument): Promise<boolean> {
  return isWhole(repository, () => closureIsIn(repository, document, {}))
}

async function isWhole(repository: Repository, check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await onStableListing(repository, ['index/meta/', 'index/data/'], async () => {
      if (await check()) return true
      throw new BackupError('DAMAGED', 'Something that the snapshot needs is not in the index.')
    })
  } catch (error) {
    if (isBackupError(error, 'NOT_FOUND') || isBackupError(error, 'DAMAGED')) return false
    throw error
  }
}

async function closureIsIn(repository: Repository, document: SnapshotDocument, options: { tombstonedPacks?: ReadonlySet<string>; omitTombstoned?: boolean }): Promise<boolean> {
  const meta = openReader(repository, await openIndex(repository, IndexClass.META, options))
  const data = openReader(repository, await openIndex(repository, IndexClass.DATA, options))
  await using _meta = meta.segments
  await using _data = data.segments
  let isLive = true
  const seen = new Set<string>()
  const visitor: ClosureVisitor = {
    metadata: (id) => {
      const key = Buffer.from(id).toString('latin1')
      if (!meta.reader.has(id)) isLive = false
      if (seen.has(key) || !isLive) return false
      seen.add(key)
      return true
    },
    data: (id) => {
      if (!data.reader.has(id)) isLive = false
    },
  }
  await visitClosure(meta.reader, Buffer.from(document.tree, 'hex'), visitor)
  return isLive
}
