import { writeUserFile } from '../../engine/index.ts'
import type { SystemParts } from '../parts.ts'
import { checkFilePath } from './file-path.ts'

export interface UploadedFile {
  readonly path: string
  readonly bytes: number
  /** Of the content, hexadecimal. */
  readonly sha256: string
}

export interface UploadCall {
  readonly signal?: AbortSignal | undefined
  /** Bytes taken so far. */
  readonly onProgress?: (bytes: number) => void
}

/**
 * Stores a file below `user/`, sealed, in the place of what had its path. Resolves when it is durable; stopped or
 * failed before, the former file is untouched. A stream is taken in pieces: memory stays at a few MiB. Throws
 * CONFIG_INVALID for a path that is not taken, ABORTED, DISK_FULL, STORAGE_FAILED.
 */
export async function upload(
  parts: SystemParts,
  path: string,
  content: string | Uint8Array | AsyncIterable<string | Uint8Array>,
  call: UploadCall = {},
): Promise<UploadedFile> {
  checkFilePath(path)
  await using repository = await parts.repositories.first.open(call.signal)
  const { bytes, sha256 } = await writeUserFile(
    repository,
    path,
    piecesOf(content, call.onProgress),
    call.signal ? { signal: call.signal } : {},
  )
  return { path, bytes, sha256 }
}

async function* piecesOf(
  content: string | Uint8Array | AsyncIterable<string | Uint8Array>,
  onProgress: UploadCall['onProgress'],
): AsyncIterable<Uint8Array> {
  let bytes = 0
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
  for await (const piece of pieces) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
    bytes += chunk.length
    yield chunk
    onProgress?.(bytes)
  }
}
