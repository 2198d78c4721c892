/**
 * The seam between what every backup does and what only one kind of source does: the session has the repository, the
 * lanes and the commit, a writer brings a tree into them.
 */
import type { FinishedPack } from '../../pack/index.ts'
import type { BlobReader, Repository } from '../../repository/index.ts'
import type { History, SnapshotDocument, SnapshotEntry, SnapshotSummary } from '../../snapshot/index.ts'
import type { Lane, LaneCounters, LaneSetup } from './lane.ts'
import type { MetadataStore } from './metadata-store.ts'
import type { BackupProgress } from './run-options.ts'

/** What a run gives to whoever writes its tree. */
export interface WritingSession {
  readonly repository: Repository
  readonly history: History
  readonly parent: SnapshotEntry | undefined
  /** What the tree can be compared with: an interrupted run's checkpoint before the parent. */
  readonly previous: readonly SnapshotEntry[]
  /** Of metadata. */
  readonly reader: BlobReader
  /** The main thread's. */
  readonly lane: Lane
  readonly metadata: MetadataStore
  /** For a lane of another thread; with the blob table, once that is loaded. */
  readonly laneSetup: LaneSetup
  /** Its one word is not 0 when the run is to stop. Shared with all lanes. */
  readonly stop: SharedArrayBuffer
  /** Takes a finished pack of another lane. */
  ship(pack: FinishedPack): void
  /** The index of data is only loaded when the first new blob appears. */
  loadIndex(): Promise<void>
  /**
   * To be called between two pieces of work: room for packs, progress, checkpoints. Throws what has failed meanwhile.
   */
  between(): Promise<void>
}

export interface TreeWriter {
  /** As the snapshot's document names it. */
  readonly sourceKind: string
  /** Stores the whole tree, once; gives the id of "/". */
  write(session: WritingSession): Promise<Buffer>
  /**
   * The id of "/" of what is done so far; undefined where that is nothing. Lanes of its own have handed over then all
   * that it refers to, and go on.
   */
  partial(): Promise<Buffer | undefined>
  /** Lanes of its own hand over what they hold, and end. */
  finish(): Promise<void>
  /** After a failure: the same, with what is in hand cut short. `partial` is asked for after it. */
  cutShort(): Promise<void>
  /** After a failure: everything is closed, and what is in hand is thrown away. */
  discard(): Promise<void>
  /** Throws what has failed in a lane of its own. */
  throwIfFailed(): void
  /** Of lanes of its own. */
  readonly stored: LaneCounters
  readonly progress: Pick<BackupProgress, 'filesDone' | 'bytesDone' | 'currentPath'>
  /** What the document says of the tree and of its source. */
  describe(): TreeDescription
}

export interface TreeDescription
  extends Pick<
    SnapshotDocument,
    | 'paths'
    | 'skipped'
    | 'skippedCount'
    | 'changedWhileRead'
    | 'changedCount'
    | 'metadataNotKept'
    | 'notKeptCount'
    | 'owners'
    | 'filters'
    | 'aliases'
    | 'warnings'
    | 'cut'
    | 'facts'
    | 'database'
  > {
  readonly counted: Omit<SnapshotSummary, keyof StoredSummary>
}

/** What the session counts itself. */
export type StoredSummary = Pick<SnapshotSummary, 'bytesAdded' | 'bytesStored' | 'blobsAdded'>
