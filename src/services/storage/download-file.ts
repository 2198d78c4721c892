import { Readable } from 'node:stream'
import { readUserFile } from '../../engine/index.ts'
import { closeQuietly } from '../close-quietly.ts'
import type { SystemParts } from '../parts.ts'
import { checkFilePath } from './file-path.ts'

interface DownloadCall {
  readonly signal?: AbortSignal | undefined
}

/**
 * A file's content. Every piece is authenticated before it is given; with `stream` a damaged file gives what is good
 * and then fails with DAMAGED, else nothing of it is given. Throws FILE_NOT_FOUND, DAMAGED, CONFIG_INVALID for a path
 * that is not taken.
 */
export function download(
  parts: SystemParts,
  path: string,
  call: DownloadCall & { readonly stream: true },
): Promise<Readable>
export function download(
  parts: SystemParts,
  path: string,
  call?: DownloadCall & { readonly stream?: false },
): Promise<Uint8Array>
export async function download(
  parts: SystemParts,
  path: string,
  { stream, signal }: DownloadCall & { readonly stream?: boolean } = {},
): Promise<Uint8Array | Readable> {
  checkFilePath(path)
  const opened = await open(parts, path, signal)
  if (stream) {
    const readable = Readable.from(opened.content, { objectMode: false, ...(signal && { signal }) })
    // Read to its end, failed or given up: it closes.
    return readable.once('close', () => void closeQuietly(opened, parts.log))
  }
  await using file = opened
  const pieces: Uint8Array[] = []
  for await (const piece of file.content) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

interface OpenFile extends AsyncDisposable {
  readonly content: AsyncIterable<Uint8Array>
}

/** Fails before anything is given when there is no such file. */
async function open(parts: SystemParts, path: string, signal: AbortSignal | undefined): Promise<OpenFile> {
  const repository = await parts.repositories.first.open(signal)
  try {
    const file = await readUserFile(repository, path, signal ? { signal } : {})
    const close = async () => {
      await file[Symbol.asyncDispose]()
      await repository[Symbol.asyncDispose]()
    }
    return { content: file.content, [Symbol.asyncDispose]: close }
  } catch (error) {
    await repository[Symbol.asyncDispose]()
    throw error
  }
}
