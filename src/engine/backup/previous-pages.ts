/** The pages of a directory of an earlier snapshot. */
import { isBackupError } from '../../kernel/backup-error.ts'
import { BlobKind, decodeSplit } from '../snapshot/index.ts'

type ReadBlob = (id: Uint8Array) => Uint8Array | Promise<Uint8Array>

/**
 * Without waiting where the blob is at hand: an unchanged tree has one such call a directory. Empty where the blob is
 * damaged or gone.
 */
export function previousPages(id: Uint8Array, read: ReadBlob): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  const blob = read(id)
  return blob instanceof Promise ? blob.then((bytes) => pagesOf(bytes, read)).catch(noPrevious) : pagesOf(blob, read)
}

function pagesOf(blob: Uint8Array, read: ReadBlob): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  if (blob[0] === BlobKind.PAGE) return [Uint8Array.from(blob)]
  return readEach(
    decodeSplit(blob).map((page) => page.id),
    read,
  ).catch(noPrevious)
}

async function readEach(ids: readonly Uint8Array[], read: ReadBlob): Promise<Uint8Array[]> {
  const pages: Uint8Array[] = []
  for (const id of ids) pages.push(Uint8Array.from(await read(id)))
  return pages
}

/** Where the parent's directory is damaged, everything in it is read again. */
function noPrevious(error: unknown): readonly Uint8Array[] {
  if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND')) return []
  throw error
}
