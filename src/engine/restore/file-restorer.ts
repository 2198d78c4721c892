/**
 * Brings files into the target: opens each under a temporary name, hands its pieces over in batches to whoever writes
 * them, and when all of them are written sets the metadata and gives the file its name. At most a few hundred files are
 * open.
 */
import fs from 'node:fs'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { receivedError } from '../../kernel/crossing-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { BlobReader } from '../repository/index.ts'
import { ContentKind, chunksOf, type DirectoryPage, isHole } from '../snapshot/index.ts'
import { type ContentBatch, type ContentLanes, LaneName } from './content-lanes.ts'
import type { PieceFailure } from './content-writer.ts'
import { applyMetadata, type MetadataOptions } from './entry-metadata.ts'
import type { HeldDirectory } from './held-directory.ts'
import { whyRefused } from './target-access.ts'
import { temporaryName } from './temporary-entry.ts'

const BATCH_FILES_MAX = 64
/** A few segments: while one is written, the next is read. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024
const ID_BYTES = 32
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants

export interface FileToRestore {
  readonly page: DirectoryPage
  readonly entry: number
  readonly source: string
  readonly held: HeldDirectory
  readonly isReplacing: boolean
  /** In its place before anything else happens: other names of it follow. */
  readonly isNow: boolean
}

export interface FileRestorerParts {
  readonly calls: SystemCalls
  readonly lanes: ContentLanes
  readonly metadata: BlobReader
  readonly metadataOptions: MetadataOptions
  /** Every piece is read back and compared. */
  readonly isVerified: boolean
  readonly signal: AbortSignal | undefined
  /** Clears a folder out of the way of the file. False when it stays. */
  readonly makeRoom: (file: FileToRestore) => boolean
  readonly onRestored: (file: FileToRestore) => void
  /** Throws what ends the restore. */
  readonly onFailed: (error: unknown, source: string) => void
}

interface OpenFile extends FileToRestore {
  readonly temporary: string
  readonly descriptor: number
  /** Batches that hold pieces of it. */
  batches: number
  isRead: boolean
  failure: unknown
}

interface Piece {
  readonly file: OpenFile
  readonly at: number
  readonly bytes: number
  readonly id: Uint8Array
}

interface Batch {
  readonly pieces: Piece[]
  readonly files: Set<OpenFile>
  bytes: number
}

const LANES = [LaneName.HERE, LaneName.WORKER] as const

function newBatch(): Batch {
  return { pieces: [], files: new Set(), bytes: 0 }
}

export class FileRestorer implements AsyncDisposable {
  readonly #parts: FileRestorerParts
  readonly #open = new Set<OpenFile>()
  readonly #batches = { [LaneName.HERE]: newBatch(), [LaneName.WORKER]: newBatch() }

  constructor(parts: FileRestorerParts) {
    this.#parts = parts
  }

  /** Takes a file. It is in its place, or has failed, when `finish` is done; at once with `isNow`. */
  async add(file: FileToRestore): Promise<void> {
    const opened = this.#openFile(file)
    try {
      await this.#collect(opened)
    } catch (error) {
      throwIfAborted(this.#parts.signal)
      opened.failure ??= error
    }
    opened.isRead = true
    this.#settle(opened)
    if (file.isNow) await this.#flush(LaneName.HERE)
    else for (const lane of LANES) if (this.#batches[lane].files.size >= BATCH_FILES_MAX) await this.#flush(lane)
  }

  async finish(): Promise<void> {
    for (const lane of LANES) await this.#flush(lane)
    await this.#parts.lanes.idle()
  }

  /** Removes what is not finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Nobody may write to a descriptor that is closed here.
    await this.#parts.lanes[Symbol.asyncDispose]()
    for (const file of this.#open) this.#remove(file)
    for (const { held } of this.#open) held.release()
    this.#open.clear()
  }

  #openFile(file: FileToRestore): OpenFile {
    const temporary = temporaryName()
    const directory = file.held.target.writable()
    const descriptor = this.#create(directory, temporary)
    const opened = { ...file, temporary, descriptor, batches: 0, isRead: false, failure: undefined }
    this.#open.add(opened)
    file.held.hold()
    return opened
  }

  #create(directory: number, name: string): number {
    const { calls } = this.#parts
    try {
      return calls.openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    } catch (error) {
      throw whyRefused(error, calls, { directory, name })
    }
  }

  async #collect(file: OpenFile): Promise<void> {
    const { page, entry } = file
    const bytes = page.columns.size(entry)
    const { metadata, signal } = this.#parts
    let at = 0
    for await (const chunk of chunksOf({ kind: page.kinds[entry]!, bytes: page.contentOf(entry) }, bytes, async (id) =>
      Uint8Array.from(await metadata.read(id, signal)),
    )) {
      throwIfAborted(signal)
      if (!isHole(chunk.id)) await this.#take({ file, at, bytes: chunk.bytes, id: chunk.id })
      at += chunk.bytes
    }
    if (at !== bytes) throw new BackupError('DAMAGED', "A file's chunks do not add up to its size.")
  }

  async #take(piece: Piece): Promise<void> {
    const lane = piece.file.isNow ? LaneName.HERE : this.#parts.lanes.laneOf(piece.id, piece.bytes)
    const batch = this.#batches[lane]
    batch.pieces.push(piece)
    batch.bytes += piece.bytes
    if (!batch.files.has(piece.file)) {
      batch.files.add(piece.file)
      piece.file.batches += 1
    }
    if (batch.bytes >= BATCH_BYTES_MAX) await this.#flush(lane)
  }

  async #flush(lane: LaneName): Promise<void> {
    const batch = this.#batches[lane]
    if (batch.pieces.length === 0) return
    this.#batches[lane] = newBatch()
    await this.#parts.lanes.write(this.#toWrite(batch), lane)
  }

  #toWrite({ pieces, files }: Batch): ContentBatch {
    const ids = new Uint8Array(pieces.length * ID_BYTES)
    for (const [i, { id }] of pieces.entries()) ids.set(id, i * ID_BYTES)
    return {
      pieces: {
        descriptors: Int32Array.from(pieces, ({ file }) => file.descriptor),
        positions: Float64Array.from(pieces, ({ at }) => at),
        bytes: Float64Array.from(pieces, ({ bytes }) => bytes),
        ids,
        isVerified: this.#parts.isVerified,
      },
      done: (failures) => {
        for (const failure of failures) pieces[failure.piece]!.file.failure ??= errorOf(failure)
        for (const file of files) {
          file.batches -= 1
          this.#settle(file)
        }
      },
    }
  }

  #settle(file: OpenFile): void {
    if (!file.isRead || file.batches > 0) return
    this.#open.delete(file)
    try {
      if (file.failure !== undefined) throw file.failure
      this.#complete(file)
    } catch (error) {
      this.#remove(file)
      file.held.release()
      return this.#parts.onFailed(this.#whyRefused(file, error), file.source)
    }
    fs.closeSync(file.descriptor)
    this.#parts.onRestored(file)
    file.held.release()
  }

  #complete(file: OpenFile): void {
    const { page, entry, source, descriptor, temporary, held, isReplacing } = file
    const { calls, isVerified, metadataOptions } = this.#parts
    const bytes = page.columns.size(entry)
    // One piece is the whole; several may end in a hole.
    if (page.kinds[entry] !== ContentKind.ONE && bytes > 0) fs.ftruncateSync(descriptor, bytes)
    if (isVerified && fs.fstatSync(descriptor).size !== bytes)
      throw new BackupError('RESTORE_MISMATCH', 'A restored file has another length than the snapshot says.')
    applyMetadata(
      { page, entry, path: source },
      { descriptor },
      { ...metadataOptions, mayInherit: held.target.handsDown },
    )
    if (isReplacing && !this.#parts.makeRoom(file))
      throw Object.assign(new Error('A folder that could not be emptied stands there.'), { code: 'ENOTEMPTY' })
    calls.rename(held.target.descriptor(), temporary, { name: page.columns.names[entry]!, noReplace: !isReplacing })
  }

  #whyRefused({ page, entry, held }: OpenFile, error: unknown): unknown {
    return whyRefused(error, this.#parts.calls, {
      directory: held.target.descriptor(),
      name: page.columns.names[entry]!,
    })
  }

  #remove({ descriptor, temporary, held }: OpenFile): void {
    fs.closeSync(descriptor)
    this.#parts.calls.unlinkat(held.target.descriptor(), temporary, { isDirectory: false })
  }
}

/** What the system said keeps its code. */
function errorOf({ error, systemCode }: PieceFailure): Error {
  return systemCode === undefined ? receivedError(error) : Object.assign(new Error(error.detail), { code: systemCode })
}
