/**
 * The tree of a backup of streams: takes entries and reads their contents, several at once, and says what there was.
 */
import { BackupError } from '../../../kernel/backup-error.ts'
import type { StreamEntry } from '../../../sources/index.ts'
import { type DatabaseFacts, databaseFault, FACTS_BYTES_MAX, NO_FILES } from '../../snapshot/index.ts'
import type { LaneCounters } from '../session/lane.ts'
import type { TreeDescription, TreeWriter, WritingSession } from '../session/tree-writer.ts'
import { BlobLanes } from './blob-lanes.ts'
import { ContentReader, failureOf } from './content-reader.ts'
import { Stopper } from './stopper.ts'
import type { StreamBackupOptions } from './stream-options.ts'
import { refused, type StreamCounts, StreamTree } from './stream-tree.ts'

const CONTENTS_AT_ONCE = 4
const NOTHING_STORED: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }
const NOTHING_COUNTED: StreamCounts = {
  filesNew: 0,
  filesChanged: 0,
  filesUnmodified: 0,
  directories: 0,
  bytesProcessed: 0,
}

type Facts = Pick<TreeDescription, 'facts' | 'database'>

export class StreamsWriter implements TreeWriter {
  readonly sourceKind: string
  readonly #options: StreamBackupOptions
  readonly #stopper = new Stopper()
  #session!: WritingSession
  #lanes: BlobLanes | undefined
  #tree: StreamTree | undefined
  #counts = NOTHING_COUNTED
  #facts: Facts = {}
  readonly #cuts = new Set<string>()
  #filesDone = 0
  #bytesDone = 0
  #currentPath = '/'

  constructor(options: StreamBackupOptions) {
    this.#options = options
    this.sourceKind = options.sourceKind
  }

  async write(session: WritingSession): Promise<Buffer> {
    const { signal } = this.#options
    const stop = () =>
      this.#stopper.stop(new BackupError('ABORTED', 'The operation was stopped.', { cause: signal?.reason }))
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    try {
      this.#session = session
      // Whatever comes is looked up.
      await session.loadIndex()
      const tree = new StreamTree(session.metadata)
      this.#tree = tree
      this.#lanes = new BlobLanes(session, this.#options.workers ?? 1)
      await this.#readAll(tree, this.#lanes)
      this.#facts = await this.#stopper.orStopped(() => this.#askFacts())
      await this.#count(tree)
      return tree.seal()
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async #readAll(tree: StreamTree, lanes: BlobLanes): Promise<void> {
    const { entries, source, contentsAtOnce = CONTENTS_AT_ONCE } = this.#options
    const stopper = this.#stopper
    const reader = new ContentReader({
      session: this.#session,
      lanes,
      stopper,
      onBytes: (bytes) => {
        this.#bytesDone += bytes
      },
    })
    const running = new Set<Promise<void>>()
    let reading: AsyncIterator<StreamEntry> | undefined
    let isRead = false
    try {
      const iterator = entries[Symbol.asyncIterator]()
      reading = iterator
      for (;;) {
        while (running.size >= contentsAtOnce) await Promise.race(running)
        const { done, value } = await stopper.orStopped(() => iterator.next())
        isRead = done === true
        if (isRead) break
        const stored: Promise<void> = this.#storeEntry(value, { tree, reader })
          .catch((error: unknown) => stopper.stop(error))
          .finally(() => running.delete(stored))
        running.add(stored)
      }
    } catch (error) {
      stopper.stop(failureOf(source, error))
    } finally {
      await Promise.all(running)
      if (reading && !isRead) await stopper.end(reading)
    }
    stopper.throwIfStopped()
  }

  async #storeEntry(
    entry: StreamEntry,
    { tree, reader }: { readonly tree: StreamTree; readonly reader: ContentReader },
  ): Promise<void> {
    const file = tree.claim(entry)
    this.#currentPath = Buffer.from(entry.path).toString('latin1')
    file.stored = await reader.store(entry)
    this.#cuts.add(entry.cut)
    this.#filesDone += 1
  }

  async #askFacts(): Promise<Facts> {
    const { source, facts, database } = this.#options
    try {
      const told = await facts?.()
      const ofDatabase = await database?.()
      return {
        ...(told && { facts: plainJson<Readonly<Record<string, unknown>>>(source, told) }),
        ...(ofDatabase && { database: factsOfDatabase(source, ofDatabase) }),
      }
    } catch (error) {
      throw failureOf(source, error)
    }
  }

  async #count(tree: StreamTree): Promise<void> {
    const { parent, reader } = this.#session
    this.#counts = await tree.count(reader, parent && Buffer.from(parent.document.tree, 'hex'))
  }

  throwIfFailed(): void {
    this.#lanes?.throwIfFailed()
    this.#stopper.throwIfStopped()
  }

  get progress(): TreeWriter['progress'] {
    return { filesDone: this.#filesDone, bytesDone: this.#bytesDone, currentPath: this.#currentPath }
  }

  get stored(): LaneCounters {
    return this.#lanes?.counters ?? NOTHING_STORED
  }

  /** What only files of a machine have is there, empty: readers of earlier versions ask for it. */
  describe(): TreeDescription {
    return {
      ...NO_FILES,
      counted: { ...this.#counts, filesFiltered: 0 },
      cut: [...this.#cuts].sort(),
      ...this.#facts,
    }
  }

  async partial(): Promise<Buffer | undefined> {
    const tree = this.#tree
    const root = tree?.sealPartial()
    await this.#lanes?.flush()
    if (tree && root) await this.#count(tree)
    return root
  }

  async finish(): Promise<void> {
    await this.#lanes?.finish()
  }

  /** Every content has ended, or is not heard any more. */
  async cutShort(): Promise<void> {
    await this.#lanes?.finish()
  }

  async discard(): Promise<void> {
    await this.#lanes?.discard()
  }
}

/** As it is stored. Throws SOURCE_UNREADABLE for what is no object of plain JSON, and for too much of it. */
function plainJson<T>(source: string, told: unknown): T {
  const text = textOf(told)
  if (text === undefined || !text.startsWith('{')) throw refused(source, 'what it says of itself is no JSON object')
  const bytes = Buffer.byteLength(text)
  if (bytes > FACTS_BYTES_MAX)
    throw refused(source, `what it says of itself is ${bytes} bytes long, more than ${FACTS_BYTES_MAX}`)
  return JSON.parse(text) as T
}

/** Throws SOURCE_UNREADABLE for what would make the point unreadable, too. */
function factsOfDatabase(source: string, told: unknown): DatabaseFacts {
  const plain = plainJson<Record<string, unknown>>(source, told)
  const member = databaseFault(plain)
  if (member !== undefined) throw refused(source, `what it says of its database has no valid "${member}"`)
  return plain as unknown as DatabaseFacts
}

/** Undefined for what JSON does not know: big integers, rings. */
function textOf(told: unknown): string | undefined {
  try {
    return JSON.stringify(told)
  } catch {
    return undefined
  }
}
