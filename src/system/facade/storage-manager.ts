import { Readable } from 'node:stream'
import type { Result, StoredFile } from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { failure, success } from '../boundary.ts'
import type { StoredUpload } from '../stored-upload.ts'
import type { Caller, Transport } from '../transport.ts'
import type { FacadeCall } from './facade-call.ts'
import { contentRefusal, pathRefusal } from './plain-input.ts'

export interface UploadOptions {
  readonly signal?: AbortSignal
  /** Bytes taken so far. */
  readonly onProgress?: (bytes: number) => void
}

export type StorageContent = string | Uint8Array | Readable

interface StorageParts {
  readonly call: FacadeCall
  readonly transport: () => Transport
  readonly caller: Caller
}

/**
 * Files of the application, sealed beside the backups: only below `user/`, mutable, in no snapshot. `verify` and `copy`
 * leave them alone and say so.
 */
export class StorageManager {
  readonly #parts: StorageParts

  /** @internal Made by the system alone. */
  constructor(parts: StorageParts) {
    this.#parts = parts
  }

  /** Fails with SOURCE_UNREADABLE when `data` breaks off, ABORTED by `signal`: then what stood there before stays. */
  async upload(path: string, data: StorageContent, options?: UploadOptions): Promise<Result<StoredUpload>> {
    const refused = pathRefusal(path) ?? contentRefusal(data)
    if (refused) return failure(refused, this.#parts.caller.locale)
    // A file that is not there says so before anybody reads: unheard, that would end the process.
    if (data instanceof Readable) data.on('error', () => {})
    return await this.#parts
      .transport()
      .upload(path, counted(data, options?.onProgress), this.#context(options?.signal))
  }

  /** The content, or with `stream: true` a Readable. */
  download(path: string, options: { readonly stream: true; readonly signal?: AbortSignal }): Promise<Result<Readable>>
  download(
    path: string,
    options?: { readonly stream?: false; readonly signal?: AbortSignal },
  ): Promise<Result<Uint8Array>>
  async download(
    path: string,
    options?: { readonly stream?: boolean; readonly signal?: AbortSignal },
  ): Promise<Result<Uint8Array | Readable>> {
    const refused = pathRefusal(path)
    if (refused) return failure(refused, this.#parts.caller.locale)
    const opened = await this.#parts.transport().open('storage.download', { path }, this.#context(options?.signal))
    if (!opened.success || options?.stream === true) return opened
    try {
      const pieces: Uint8Array[] = []
      for await (const piece of opened.data) pieces.push(piece as Uint8Array)
      return success({ data: new Uint8Array(Buffer.concat(pieces)), warnings: opened.warnings })
    } catch (error) {
      return failure(
        error instanceof BackupError
          ? error
          : new BackupError('STORAGE_FAILED', 'The download broke off.', {
              context: { cause: 'interrupted' },
              cause: error,
            }),
        this.#parts.caller.locale,
      )
    }
  }

  /** What is absent gives `{ deleted: false }`. */
  delete(path: string, userId?: string): Promise<Result<{ readonly deleted: boolean }>> {
    return this.#parts.call('storage.delete', { path, userId })
  }

  list(prefix?: string): Promise<Result<readonly StoredFile[]>> {
    return this.#parts.call('storage.list', { prefix })
  }

  exists(path: string): Promise<Result<boolean>> {
    return this.#parts.call('storage.exists', { path })
  }

  #context(signal: AbortSignal | undefined) {
    return { caller: this.#parts.caller, ...(signal && { signal }) }
  }
}

async function* counted(data: StorageContent, onProgress: UploadOptions['onProgress']): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const chunk of piecesOf(data)) {
    bytes += chunk.byteLength
    yield chunk
    onProgress?.(bytes)
  }
}

/** A source that breaks off is the caller's, not a bug: SOURCE_UNREADABLE names its file where it has one. */
async function* piecesOf(data: StorageContent): AsyncIterable<Uint8Array> {
  const pieces: AsyncIterable<unknown> | Iterable<unknown> =
    typeof data === 'string' || data instanceof Uint8Array ? [data] : data
  try {
    for await (const piece of pieces) {
      const refused = contentRefusal(piece)
      if (refused) throw refused
      yield typeof piece === 'string' ? Buffer.from(piece) : (piece as Uint8Array)
    }
  } catch (error) {
    if (error instanceof BackupError) throw error
    const place =
      typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string'
        ? error.path
        : 'data'
    throw new BackupError('SOURCE_UNREADABLE', 'What was to be uploaded broke off.', {
      context: { path: place, cause: systemCode(error) ?? (error instanceof Error ? error.message : String(error)) },
      cause: error,
    })
  }
}
