/**
 * A file in the store's staging folder that one thread writes from front to back and hashes on the way. It becomes an
 * object only when the store publishes it under that hash, so an unfinished one is never seen by anybody.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { machineTag } from '../../kernel/machine.ts'
import { readOnlyError } from '../../kernel/mounted.ts'
import { diskFull, FullPlace, isFull, processLimit } from '../../kernel/system-failure.ts'
import { repositoryOfStaging } from '../../storage/index.ts'

const BLOCK_BYTES = 4096
const OPEN_FLAGS = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL
/** Pieces of this size keep hashing inside the processor's cache and Node's copies in the malloc heap. */
const HASH_PIECE_BYTES = 128 * 1024

export interface StagedObject {
  readonly path: string
  readonly name: string
  readonly bytes: number
}

export class StagedFile {
  readonly path: string
  readonly #buffer: Buffer
  readonly #hash = createHash('sha256')
  #descriptor: number
  #isDirect: boolean
  #used = 0
  #flushed = 0

  /** `buffer` is page-aligned and a multiple of 4096 long; it belongs to this file until `finish` or `discard`. */
  constructor(directory: string, buffer: Buffer) {
    this.path = path.join(directory, `pack-${machineTag()}-${process.pid}-${randomBytes(12).toString('hex')}`)
    this.#buffer = buffer
    const opened = openStaged(this.path)
    this.#descriptor = opened.descriptor
    this.#isDirect = opened.isDirect
  }

  get bytes(): number {
    return this.#flushed + this.#used
  }

  write(data: Uint8Array): void {
    let from = 0
    while (from < data.length) {
      const room = Math.min(this.#buffer.length - this.#used, data.length - from)
      this.#buffer.set(data.subarray(from, from + room), this.#used)
      this.#used += room
      from += room
      if (this.#used === this.#buffer.length) this.#flush(this.#used)
    }
  }

  /** Writes the rest and closes. The file is complete but not yet durable: that is the store's publish. */
  finish(): StagedObject {
    const bytes = this.bytes
    const rest = this.#used
    if (rest > 0) this.#flushTail(rest)
    fs.closeSync(this.#descriptor)
    this.#descriptor = -1
    return { path: this.path, name: this.#hash.digest('hex'), bytes }
  }

  /** Forgets the file; safe at any time. */
  discard(): void {
    if (this.#descriptor >= 0) fs.closeSync(this.#descriptor)
    this.#descriptor = -1
    fs.rmSync(this.path, { force: true })
  }

  #flushTail(rest: number): void {
    const total = this.bytes
    if (!this.#isDirect) return this.#flush(rest)
    const padded = Math.ceil(rest / BLOCK_BYTES) * BLOCK_BYTES
    this.#buffer.fill(0, rest, padded)
    this.#hashPieces(rest)
    this.#writeOut(padded)
    fs.ftruncateSync(this.#descriptor, total)
  }

  #flush(bytes: number): void {
    this.#hashPieces(bytes)
    this.#writeOut(bytes)
    this.#flushed += bytes
    this.#used = 0
  }

  #hashPieces(bytes: number): void {
    for (let at = 0; at < bytes; at += HASH_PIECE_BYTES)
      this.#hash.update(this.#buffer.subarray(at, Math.min(bytes, at + HASH_PIECE_BYTES)))
  }

  #writeOut(bytes: number): void {
    let at = 0
    while (at < bytes) at += this.#writeOnce(at, bytes)
  }

  #writeOnce(at: number, end: number): number {
    try {
      return fs.writeSync(this.#descriptor, this.#buffer, at, end - at, this.#flushed + at)
    } catch (error) {
      if (this.#isDirect && systemCode(error) === 'EINVAL') {
        this.#reopenBuffered()
        return 0
      }
      throw stagingError(error, this.path)
    }
  }

  #reopenBuffered(): void {
    fs.closeSync(this.#descriptor)
    this.#descriptor = fs.openSync(this.path, fs.constants.O_WRONLY)
    this.#isDirect = false
  }
}

function openStaged(file: string): { descriptor: number; isDirect: boolean } {
  const direct = fs.constants.O_DIRECT
  if (direct !== undefined) {
    try {
      return { descriptor: fs.openSync(file, OPEN_FLAGS | direct, 0o600), isDirect: true }
    } catch (error) {
      if (systemCode(error) !== 'EINVAL') throw stagingError(error, file)
    }
  }
  try {
    fs.rmSync(file, { force: true })
    return { descriptor: fs.openSync(file, OPEN_FLAGS, 0o600), isDirect: false }
  } catch (error) {
    throw stagingError(error, file)
  }
}

function stagingError(error: unknown, file: string): BackupError {
  const code = systemCode(error)
  const folder = path.dirname(file)
  const context = { path: folder, cause: code ?? 'unknown' }
  const repository = repositoryOfStaging(folder)
  if (isFull(error))
    return diskFull(repository ? FullPlace.REPOSITORY : FullPlace.TEMPORARY, repository ?? folder, error)
  const limit = processLimit(error)
  if (limit) return limit
  if (code === 'EROFS') return readOnlyError(repository ?? folder, error)
  if (code === 'EACCES' || code === 'EPERM')
    return new BackupError('PERMISSION_DENIED', 'The staging folder cannot be written.', {
      context: { ...context, key: folder },
      cause: error,
    })
  return new BackupError('STORAGE_FAILED', 'Writing to the staging folder failed.', { context, cause: error })
}
