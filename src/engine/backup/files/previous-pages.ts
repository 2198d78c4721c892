/** The pages of a directory of an earlier snapshot. */
import { isUnreadableHere } from '../../repository/index.ts'
import { BlobKind, decodeSplit } from '../../snapshot/index.ts'

type ReadBlob = (id: Uint8Array) => Uint8Array | Promise<Uint8Array>

/**
 * Without waiting where the blob is at hand: an unchanged tree has one such call a directory. Empty where the blob is
 * damaged, gone, or of a later version.
 */
export function previousPages(id: Uint8Array, read: ReadBlob): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  const blob = read(id)
  if (blob instanceof Promise) return blob.then((bytes) => pagesOf(bytes, read)).catch(noPrevious)
  try {
    return pagesOf(blob, read)
  } catch (error) {
    return noPrevious(error)
  }
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

/** Where the parent's directory can't be read, everything in it is read again. */
function noPrevious(error: unknown): readonly Uint8Array[] {
  if (isUnreadableHere(error)) return []
  throw error
}
