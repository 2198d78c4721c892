/** Reads contents of a source to their end, cuts them and stores the blobs: several at once, each in its own order. */
import { isBackupError, systemCode } from '../../../kernel/backup-error.ts'
import { monotonicNs, turn } from '../../../kernel/clock.ts'
import { redactText } from '../../../kernel/redaction.ts'
import { Cut, type StreamEntry } from '../../../sources/index.ts'
import { type CutRule, StreamCutter } from '../../chunker/index.ts'
import { ContentBuilder, type FileContent } from '../../snapshot/index.ts'
import type { WritingSession } from '../session/tree-writer.ts'
import type { BlobLanes } from './blob-lanes.ts'
import { BlobOrder } from './blob-order.ts'
import type { Stopper } from './stopper.ts'
import { refused } from './stream-tree.ts'

const RULES: Readonly<Record<Cut, CutRule>> = {
  [Cut.FILES]: 'content',
  [Cut.ROWS]: 'rows',
  [Cut.PAGES_8K]: 8 * 1024,
  [Cut.PAGES_32K]: 32 * 1024,
}
/** A source that answers at once would keep signals and timers waiting. */
const TURN_NS = 40_000_000n
const PIECES_BEFORE_LOOK = 64
const CAUSE_CHARS_MAX = 300

export interface ReaderParts {
  readonly session: WritingSession
  readonly lanes: BlobLanes
  readonly stopper: Stopper
  readonly onBytes: (bytes: number) => void
}

export class ContentReader {
  readonly #parts: ReaderParts
  readonly #idle: StreamCutter[] = []
  #turnedNs = monotonicNs()
  #pieces = 0

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** Throws what the source threw, SOURCE_UNREADABLE where that is no error of ours, or what stopped the run. */
  async store(entry: StreamEntry): Promise<{ content: FileContent; bytes: number }> {
    const rule = RULES[entry.cut]
    if (rule === undefined) throw refused(entry.path, `"${String(entry.cut)}" is no way to cut`)
    const { session } = this.#parts
    const builder = new ContentBuilder((blob) => session.metadata.store(blob))
    const reading: Reading = {
      cutter: this.#idle.pop() ?? new StreamCutter(session.laneSetup.chunkerSecret),
      order: new BlobOrder(builder),
    }
    reading.cutter.begin(rule)
    for await (const piece of this.#piecesOf(entry)) await this.#take(piece, reading)
    await this.#batch(reading, true)
    await this.#parts.stopper.orStopped(() => reading.order.settled())
    this.#idle.push(reading.cutter)
    return { content: builder.finish(), bytes: builder.bytes }
  }

  async #take(piece: Uint8Array, reading: Reading): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const taken = reading.cutter.fill(piece, at)
      at += taken
      this.#parts.onBytes(taken)
      if (reading.cutter.isFull) await this.#batch(reading, false)
    }
    this.#pieces += 1
    if (this.#pieces % PIECES_BEFORE_LOOK === 0) await this.#breathe()
  }

  /** Hands over the blobs of what is held. */
  async #batch({ cutter, order }: Reading, isFinal: boolean): Promise<void> {
    const { lanes, session } = this.#parts
    const ends = cutter.cut(isFinal)
    if (ends.length > 0) order.add(ends, lanes.store(cutter.held, ends))
    cutter.drop(ends.at(-1) ?? 0)
    await session.between()
    await this.#breathe()
  }

  async #breathe(): Promise<void> {
    if (monotonicNs() - this.#turnedNs > TURN_NS) {
      await turn()
      this.#turnedNs = monotonicNs()
    }
    this.#parts.stopper.throwIfStopped()
  }

  async *#piecesOf(entry: StreamEntry): AsyncGenerator<Uint8Array> {
    const { stopper } = this.#parts
    let reading: AsyncIterator<Uint8Array> | undefined
    let isRead = false
    try {
      const iterator = entry.content(stopper.signal)[Symbol.asyncIterator]()
      reading = iterator
      while (!isRead) {
        const { done, value } = await stopper.orStopped(() => iterator.next())
        isRead = done === true
        if (!isRead) yield bytesOf(value)
      }
    } catch (error) {
      stopper.throwIfStopped()
      throw failureOf(entry.path, error)
    } finally {
      if (reading && !isRead) await stopper.end(reading)
    }
  }
}

interface Reading {
  readonly cutter: StreamCutter
  readonly order: BlobOrder
}

function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece
  throw new TypeError(`a piece is ${typeof piece}, no bytes`)
}

/**
 * What a source threw, said in a way that people can use. Its own error, whose causes may hold secrets, goes no
 * further.
 */
export function failureOf(path: string, error: unknown): Error {
  if (isBackupError(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  return refused(path, (systemCode(error) ?? redactText(text).slice(0, CAUSE_CHARS_MAX)) || 'unknown')
}
