/**
 * Writes pieces of files into open descriptors, each blob proven by its id before it is written. Runs in any thread:
 * descriptors are the process's.
 */
import fs from 'node:fs'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { type CrossingError, sendableError } from '../../kernel/crossing-error.ts'
import { blobIdOf } from '../crypto/index.ts'
import type { BlobReader } from '../repository/index.ts'

const ID_BYTES = 32

/** Plain data, column by column; piece i is one blob at one place of one file. */
export interface Pieces {
  readonly descriptors: Int32Array
  readonly positions: Float64Array
  readonly bytes: Float64Array
  /** 32 bytes a piece. */
  readonly ids: Uint8Array
  /** Read every piece back and compare it. */
  readonly isVerified: boolean
}

export interface PieceFailure {
  readonly piece: number
  readonly error: CrossingError
  /** When the system refused: EIO, ENOSPC. */
  readonly systemCode: string | undefined
}

export class ContentWriter {
  readonly #data: BlobReader
  #buffer = Buffer.alloc(0)

  constructor(data: BlobReader) {
    this.#data = data
  }

  /**
   * Writes what it can; what it can't is told piece by piece: DAMAGED, NOT_FOUND, RESTORE_MISMATCH, or what the system
   * says.
   */
  async write(pieces: Pieces): Promise<PieceFailure[]> {
    const failures: PieceFailure[] = []
    const segments = Array.from(pieces.descriptors, (_, piece) => this.#data.segmentOf(idOf(pieces, piece)))
    for (const [piece, segment] of segments.entries()) {
      try {
        await this.#writePiece(pieces, piece)
        if (segment !== segments[piece - 1]) this.#prefetchAfter(pieces, { piece, segments })
      } catch (error) {
        failures.push(failureOf(piece, error))
      }
    }
    return pieces.isVerified
      ? [...failures, ...this.#compare(pieces, new Set(failures.map(({ piece }) => piece)))]
      : failures
  }

  #compare(pieces: Pieces, failed: ReadonlySet<number>): PieceFailure[] {
    const failures: PieceFailure[] = []
    for (let piece = 0; piece < pieces.descriptors.length; piece += 1) {
      if (failed.has(piece)) continue
      try {
        if (!this.#isOnDisk(pieces, piece))
          throw new BackupError('RESTORE_MISMATCH', 'A restored file does not read back as it was written.')
      } catch (error) {
        failures.push(failureOf(piece, error))
      }
    }
    return failures
  }

  /** While the pieces of one segment are written, the next segment is read. */
  #prefetchAfter(
    pieces: Pieces,
    { piece, segments }: { readonly piece: number; readonly segments: readonly number[] },
  ): void {
    const next = segments.findIndex((segment, at) => at > piece && segment !== segments[piece])
    if (next >= 0) this.#data.prefetch(idOf(pieces, next))
  }

  async #writePiece(pieces: Pieces, piece: number): Promise<void> {
    const id = idOf(pieces, piece)
    const blob = this.#data.readSync(id) ?? (await this.#data.read(id))
    if (blob.length !== pieces.bytes[piece])
      throw new BackupError('DAMAGED', "A file's chunks do not add up to its size.")
    writeAll(pieces.descriptors[piece]!, blob, pieces.positions[piece]!)
  }

  #isOnDisk(pieces: Pieces, piece: number): boolean {
    const bytes = pieces.bytes[piece]!
    const at = pieces.positions[piece]!
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes)
    const read = this.#buffer.subarray(0, bytes)
    let done = 0
    while (done < bytes) {
      const got = fs.readSync(pieces.descriptors[piece]!, read, done, bytes - done, at + done)
      if (got === 0) return false
      done += got
    }
    return blobIdOf(read).equals(idOf(pieces, piece))
  }
}

function idOf({ ids }: Pieces, piece: number): Uint8Array {
  return ids.subarray(piece * ID_BYTES, (piece + 1) * ID_BYTES)
}

function failureOf(piece: number, error: unknown): PieceFailure {
  return { piece, error: sendableError(error), systemCode: isBackupError(error) ? undefined : systemCode(error) }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position + done)
}
