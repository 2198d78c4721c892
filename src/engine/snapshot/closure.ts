/** Everything that a snapshot needs: its directories, chunk lists and chunks. */
import { FileType } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { IndexLoadOptions } from '../index/index.ts'
import type { BlobReader, Repository } from '../repository/index.ts'
import { chunkListsOf, chunksOf, damageOf, isHole } from './chunk-list.ts'
import type { DeleteLog } from './delete-log.ts'
import { ContentKind, type DirectoryPage } from './directory-page.ts'
import type { SnapshotDocument } from './documents.ts'
import { IndexClass, openIndex, openReader } from './open-index.ts'
import { onStableListing } from './stable-listing.ts'
import { visitPages } from './tree-walker.ts'

export interface ClosureVisitor {
  /** A metadata blob; false when it and all below it are known. */
  readonly metadata: (id: Uint8Array) => boolean
  readonly data: (id: Uint8Array, bytes: number) => void
  /** True for a chunk list that is not to be read: nothing below it is visited. */
  readonly isLost?: (id: Uint8Array) => boolean
}

/** Calls the visitor for every blob below a tree. Throws DAMAGED or NOT_FOUND when metadata can't be read. */
export async function visitClosure(
  reader: BlobReader,
  tree: Uint8Array,
  visitor: ClosureVisitor & { readonly signal?: AbortSignal },
): Promise<void> {
  const { signal } = visitor
  await visitPages(reader, tree, {
    enter: visitor.metadata,
    visit: (page) => visitFiles(reader, page, visitor),
    ...(signal && { signal }),
  })
}

/** Most files are one blob: only for others there is something to wait for. */
function visitFiles(reader: BlobReader, page: DirectoryPage, visitor: ClosureVisitor): Promise<void> | undefined {
  const others: number[] = []
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) !== FileType.FILE || page.kinds[entry] === ContentKind.NONE) continue
    if (page.kinds[entry] === ContentKind.ONE) visitor.data(page.contentOf(entry), page.columns.size(entry))
    else others.push(entry)
  }
  return others.length === 0 ? undefined : visitChunks(reader, page, { entries: others, visitor })
}

async function visitChunks(
  reader: BlobReader,
  page: DirectoryPage,
  { entries, visitor }: { entries: readonly number[]; visitor: ClosureVisitor },
): Promise<void> {
  for (const entry of entries) await visitContent(reader, page, { entry, visitor })
}

async function visitContent(
  reader: BlobReader,
  page: DirectoryPage,
  at: { entry: number; visitor: ClosureVisitor },
): Promise<void> {
  const content = { kind: page.kinds[at.entry]!, bytes: page.contentOf(at.entry) }
  const readBlob = async (id: Uint8Array) => Uint8Array.from(await reader.read(id))
  if (content.kind === ContentKind.CHUNKS) {
    for await (const { id, bytes } of chunksOf(content, 0, readBlob)) if (!isHole(id)) at.visitor.data(id, bytes)
  } else if (content.kind === ContentKind.LIST) {
    for await (const { id, chunks } of chunkListsOf(content, readBlob, at.visitor.isLost)) {
      if (at.visitor.metadata(id))
        for (const chunk of chunks) if (!isHole(chunk.id)) at.visitor.data(chunk.id, chunk.bytes)
    }
  }
}

/** True when every blob of the snapshot stands in a pack that is not condemned. */
export function closureIsLive(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean> {
  return isWhole(repository, () => closureIsIn(repository, document, { ...log.packs, omitTombstoned: true }))
}

/** True when the index names every blob of the snapshot, be it in a condemned pack. */
export function closureExists(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean> {
  return isWhole(repository, () => closureIsIn(repository, document, log.packs))
}

/**
 * True when no index names some blob of the snapshot: its writer slept through a deletion. What an index names and
 * can't be read is damage, which says nothing of the writer and is no reason to take the rest of the snapshot away.
 */
export async function closureIsLacking(
  repository: Repository,
  document: SnapshotDocument,
  log: DeleteLog,
): Promise<boolean> {
  try {
    return !(await lookedAt(repository, () => closureIsIn(repository, document, log.packs)))
  } catch (error) {
    damageOf(error)
    return false
  }
}

function isWhole(repository: Repository, check: () => Promise<boolean>): Promise<boolean> {
  return lookedAt(repository, check).catch((error: unknown) => {
    damageOf(error)
    return false
  })
}

/**
 * What is missing while a pruner replaces index segments is looked for again. Throws DAMAGED and NOT_FOUND for what is
 * named and can't be read.
 */
async function lookedAt(repository: Repository, check: () => Promise<boolean>): Promise<boolean> {
  const missing = new BackupError('DAMAGED', 'Something that the snapshot needs is not in the index.')
  try {
    return await onStableListing(repository, ['index/meta/', 'index/data/'], async () => {
      if (await check()) return true
      throw missing
    })
  } catch (error) {
    if (error === missing) return false
    throw error
  }
}

/**
 * False when no index names some blob. Throws DAMAGED and NOT_FOUND where all that was looked at is named, and some of
 * it can't be read.
 */
async function closureIsIn(
  repository: Repository,
  document: SnapshotDocument,
  options: IndexLoadOptions,
): Promise<boolean> {
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
    isLost: (id) => {
      if (!meta.reader.has(id)) isLive = false
      return !isLive
    },
  }
  await visitClosure(meta.reader, Buffer.from(document.tree, 'hex'), visitor).catch((error: unknown) => {
    damageOf(error)
    if (isLive) throw error
  })
  return isLive
}
