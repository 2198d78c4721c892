/** Drives a big file through all lanes and puts the chunks back in order; holes stand between its stretches of data. */
import fs from 'node:fs'
import type { EntryAccess } from '../../../sources/index.ts'
import { ContentBuilder, type FileContent, HOLE_ID } from '../../snapshot/index.ts'
import { CHUNK_RECORD_BYTES, type SharedStretch, shareStretch, type Turn, throwIfUnread } from './shared-file.ts'

/** Puts turns, which arrive in any order, back into file order. */
export class TurnSorter {
  readonly #builder: ContentBuilder
  readonly #waiting = new Map<number, Uint8Array>()
  #next = 0

  constructor(builder: ContentBuilder) {
    this.#builder = builder
  }

  take(turn: Turn): void {
    this.#waiting.set(turn.turn, turn.chunks)
    for (let chunks = this.#waiting.get(this.#next); chunks; chunks = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next)
      this.#next += 1
      this.#append(chunks)
    }
  }

  #append(chunks: Uint8Array): void {
    const view = Buffer.from(chunks.buffer, chunks.byteOffset, chunks.length)
    for (let at = 0; at < view.length; at += CHUNK_RECORD_BYTES)
      this.#builder.add(view.readUInt32LE(at), view.subarray(at + 4, at + CHUNK_RECORD_BYTES))
  }
}

export interface BigFile {
  readonly descriptor: number
  readonly bytes: number
  readonly isSparse: boolean
}

export interface BigFileParts {
  readonly access: EntryAccess
  readonly storeBlob: (blob: Uint8Array) => Uint8Array
  /** Cuts one stretch with every lane there is; calls `take` for each turn. */
  readonly runStretch: (stretch: SharedStretch, take: (turn: Turn) => void) => Promise<void>
}

/**
 * Stores a big file. The result's `bytes` is what it really held. Throws a SystemCallError when it can't be read: what
 * was stored of it is not referred to.
 */
export async function storeBigFile(
  file: BigFile,
  parts: BigFileParts,
): Promise<{ content: FileContent; bytes: number }> {
  const builder = new ContentBuilder(parts.storeBlob)
  const extents = file.isSparse ? parts.access.extents(file.descriptor, file.bytes) : [{ from: 0, to: file.bytes }]
  let at = 0
  for (const { from, to } of extents) {
    addHole(builder, from - at)
    const sorter = new TurnSorter(builder)
    const stretch = shareStretch(file.descriptor, from, to)
    await parts.runStretch(stretch, (turn) => sorter.take(turn))
    throwIfUnread(stretch)
    at = to
    if (builder.bytes < to) return { content: builder.finish(), bytes: builder.bytes }
  }
  const end = Math.min(file.bytes, fs.fstatSync(file.descriptor).size)
  addHole(builder, end - at)
  return { content: builder.finish(), bytes: builder.bytes }
}

/** The largest single hole that is written; longer ones repeat it. */
const HOLE_BYTES_MAX = 2 ** 40

function addHole(builder: ContentBuilder, bytes: number): void {
  for (let left = bytes; left > 0; left -= HOLE_BYTES_MAX) builder.add(Math.min(left, HOLE_BYTES_MAX), HOLE_ID)
}
