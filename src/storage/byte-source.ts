/** Bytes that are to be stored, as they come. */
import { throwIfAborted } from '../kernel/abort.ts'
import { BackupError } from '../kernel/backup-error.ts'
import type { ByteSource } from './object-store.ts'

/**
 * The pieces of a source. Throws STORAGE_FAILED where they are not as long together as it said, ABORTED when stopped.
 */
export async function* piecesOf(source: ByteSource, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  let given = 0
  for await (const piece of source.open(signal)) {
    throwIfAborted(signal)
    given += piece.length
    if (given > source.bytes) break
    yield piece
  }
  if (given !== source.bytes)
    throw new BackupError('STORAGE_FAILED', `The source gave ${given} bytes where ${source.bytes} were announced.`)
}
