/** Writes a file's chunks, each proven by its id; holes stay holes. */
import fs from 'node:fs'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { blobIdOf } from '../crypto/index.ts'
import type { BlobReader } from '../repository/index.ts'
import { type Chunk, chunksOf, ContentKind, type FileContent, isHole } from '../snapshot/index.ts'

export interface FileWriterParts {
  readonly data: BlobReader
  readonly metadata: BlobReader
  readonly signal?: AbortSignal
}

export class FileWriter {
  readonly #parts: FileWriterParts
  #buffer = Buffer.alloc(0)

  constructor(_calls: SystemCalls, parts: FileWriterParts) {
    this.#parts = parts
  }

  /** Writes the whole content. Throws DAMAGED or NOT_FOUND before anything wrong is written. */
  async write(descriptor: number, content: FileContent, bytes: number): Promise<void> {
    if (content.kind === ContentKind.NONE) return
    if (content.kind === ContentKind.ONE) {
      const blob = this.#parts.data.readSync(content.bytes) ?? (await this.#parts.data.read(content.bytes, this.#parts.signal))
      if (blob.length !== bytes) throw sizeMismatch()
      return writeAll(descriptor, blob, 0)
    }
    let at = 0
    for await (const chunk of this.#chunks(content, bytes)) {
      throwIfAborted(this.#parts.signal)
      if (!isHole(chunk.id)) await this.#writeChunk(descriptor, chunk, at)
      at += chunk.bytes
    }
    if (at !== bytes) throw sizeMismatch()
    fs.ftruncateSync(descriptor, bytes)
  }

  /** Reads the file back and compares every chunk. Throws RESTORE_MISMATCH. */
  async compare(descriptor: number, content: FileContent, bytes: number): Promise<void> {
    let at = 0
    for await (const chunk of this.#chunks(content, bytes)) {
      throwIfAborted(this.#parts.signal)
      const isRight = isHole(chunk.id) ? true : this.#isOnDisk(descriptor, chunk, at)
      if (!isRight) throw new BackupError('RESTORE_MISMATCH', 'A restored file does not read back as it was written.')
      at += chunk.bytes
    }
    if (fs.fstatSync(descriptor).size !== bytes) throw new BackupError('RESTORE_MISMATCH', 'A restored file has another length than the snapshot says.')
  }

  #isOnDisk(descriptor: number, chunk: Chunk, at: number): boolean {
    if (this.#buffer.length < chunk.bytes) this.#buffer = Buffer.allocUnsafeSlow(chunk.bytes)
    const piece = this.#buffer.subarray(0, chunk.bytes)
    let done = 0
    while (done < piece.length) {
      const got = fs.readSync(descriptor, piece, done, piece.length - done, at + done)
      if (got === 0) return false
      done += got
    }
    return blobIdOf(piece).equals(chunk.id)
  }

  async #writeChunk(descriptor: number, chunk: Chunk, at: number): Promise<void> {
    const blob = this.#parts.data.readSync(chunk.id) ?? (await this.#parts.data.read(chunk.id, this.#parts.signal))
    if (blob.length !== chunk.bytes) throw sizeMismatch()
    writeAll(descriptor, blob, at)
  }

  #chunks(content: FileContent, bytes: number): AsyncGenerator<Chunk> {
    return chunksOf(content, bytes, async (id) => Uint8Array.from(await this.#parts.metadata.read(id, this.#parts.signal)))
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let done = 0
  try {
    while (done < bytes.length) done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position + done)
  } catch (error) {
    throw systemCode(error) === 'ENOSPC' ? new BackupError('DISK_FULL', 'The target has no room left.', { cause: error }) : error
  }
}

function sizeMismatch(): BackupError {
  return new BackupError('DAMAGED', "A file's chunks do not add up to its size.")
}
