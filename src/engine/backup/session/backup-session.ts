/**
 * What every backup does, whatever its source: session, earlier points, lanes, index, packs, snapshot, confirmation.
 */
import { BackupError, isBackupError } from '../../../kernel/backup-error.ts'
import { isoTime, monotonicNs, nowMs } from '../../../kernel/clock.ts'
import { makeDirectories } from '../../../kernel/directories.ts'
import { invariant } from '../../../kernel/invariant.ts'
import { hostName } from '../../../kernel/machine.ts'
import { textFault } from '../../../kernel/text.ts'
import { deleteIfAllowed } from '../../../storage/index.ts'
import {
  beginWriterSession,
  type Committed,
  commitSnapshot,
  committedRun,
  PackShipper,
  recordsOf,
  type WriterSession,
} from '../../commit/index.ts'
import { ObjectType } from '../../crypto/index.ts'
import type { BlobTable, RepositoryIndex } from '../../index/index.ts'
import type { FinishedPack } from '../../pack/index.ts'
import { type BlobReader, type Repository, requireFeatures } from '../../repository/index.ts'
import {
  checkRunId,
  type History,
  headsOf,
  IndexClass,
  openIndex,
  openReader,
  readWriterHistory,
  requireWellFormed,
  type SnapshotEntry,
} from '../../snapshot/index.ts'
import { Lane, type LaneSetup } from './lane.ts'
import { MetadataStore } from './metadata-store.ts'
import { choosePrevious, isOf } from './previous-snapshots.ts'
import { type DocumentParts, documentOf } from './run-document.ts'
import type { BackupProgress, BackupResult, RunOptions } from './run-options.ts'
import type { StoredSummary, TreeWriter, WritingSession } from './tree-writer.ts'

const MIB = 1024 * 1024
/** The run was stopped, or its source broke off: what is stored is as good as ever. */
const LEAVES_CHECKPOINT = ['ABORTED', 'SOURCE_UNREADABLE', 'SOURCE_FAILED'] as const
const CHECKPOINT_MS = 10 * 60 * 1000
/** Pages of earlier snapshots that are fetched ahead from a store that is far away: of some 400,000 files. */
const PAGES_FETCHED_BYTES_MAX = 16 * MIB

/** Throws USAGE, FEATURE_UNSUPPORTED: what every backup looks at before it does anything. */
export function checkRun(repository: Repository, { runId, source, tags = [] }: RunOptions): void {
  requireFeatures(repository.config, 'write')
  if (runId !== undefined) checkRunId(runId)
  if ([source, ...tags].some((text) => textFault(text) !== undefined))
    throw new BackupError('USAGE', 'The name of a source and a tag hold no control characters.')
}

export interface SessionParts {
  /** Writer id. */
  readonly writer: Buffer
  readonly tree: TreeWriter
  /** New blobs that one run may bring. */
  readonly blobsReserved: number
}

/**
 * One run, used once. Throws REPOSITORY_LOCKED when data that it relied on was condemned meanwhile: another run stores
 * it anew.
 */
export class BackupSession implements WritingSession {
  readonly repository: Repository
  readonly #options: RunOptions
  readonly #tree: TreeWriter
  readonly #writer: Buffer
  readonly #blobsReserved: number
  readonly #shipper: PackShipper
  readonly #startedNs = monotonicNs()
  readonly #startedAt = isoTime(nowMs())
  history!: History
  parent: SnapshotEntry | undefined
  previous: readonly SnapshotEntry[] = []
  reader!: BlobReader
  lane!: Lane
  laneSetup!: LaneSetup
  metadata!: MetadataStore
  readonly stop = new SharedArrayBuffer(4)
  #indexLoading: Promise<void> | undefined
  #checkpointAtMs: number
  /** Whatever is read meanwhile waits for it: else there would always be another pack on its way. */
  #saving: Promise<void> | undefined
  #checkpoint: string | undefined

  constructor(repository: Repository, options: RunOptions, { writer, tree, blobsReserved }: SessionParts) {
    this.repository = repository
    this.#options = options
    this.#tree = tree
    this.#writer = writer
    this.#blobsReserved = blobsReserved
    this.#shipper = new PackShipper(repository)
    this.#checkpointAtMs = this.#nextCheckpointMs()
    invariant((options.checkpointMs ?? CHECKPOINT_MS) > 0, 'Checkpoints are some time apart.')
  }

  async run(): Promise<BackupResult> {
    const { signal } = this.#options
    const stop = () => Atomics.store(new Int32Array(this.stop), 0, 1)
    signal?.addEventListener('abort', stop)
    try {
      await using session = await beginWriterSession(this.repository, this.#writer)
      return await this.#runInSession(session)
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  get #signer() {
    return this.repository.keys.writer(this.#writer)
  }

  get #name() {
    return { source: this.#options.source, sourceKind: this.#tree.sourceKind }
  }

  async #runInSession(session: WriterSession): Promise<BackupResult> {
    const { signal, state, runId, type } = this.#options
    const seen = state.heads()
    this.history = await readWriterHistory(this.repository, { ...(signal && { signal }), ...(seen && { seen }) })
    await session.there
    if (this.history.rollbacks[0]) throw this.history.rollbacks[0]
    const committed = runId === undefined ? undefined : await committedRun(this.repository, this.history, runId)
    if (committed) return this.#result({ ...committed, isRepeat: true })
    const chosen = await choosePrevious(this.repository, this.history, { ...this.#name, ...(type && { type }) })
    this.parent = chosen.parent
    this.previous = chosen.previous
    const meta = await openIndex(this.repository, IndexClass.META, {
      ...this.history.deleteLog.packs,
      reserveEntries: 2_000_000,
      listed: this.history.indexListed,
      ...(signal && { signal }),
    })
    const { reader, segments } = openReader(this.repository, meta)
    await using _segments = segments
    this.reader = reader
    if (!this.repository.store.local && this.previous.length > 0)
      await segments.fetch(segmentsOf(meta.index), PAGES_FETCHED_BYTES_MAX, signal)
    this.#prepareLanes(this.history.deleteLog.tombstoned.size === 0 ? meta.index.table : await this.#liveMetadata())
    try {
      return await this.#commit(await this.#tree.write(this), session)
    } catch (error) {
      await this.#abandon(error)
      throw error
    }
  }

  /** A writer never relies on condemned packs: metadata that stands only there is stored anew. */
  async #liveMetadata(): Promise<BlobTable> {
    const live = await openIndex(this.repository, IndexClass.META, {
      ...this.history.deleteLog.packs,
      omitTombstoned: true,
      reserveEntries: 2_000_000,
    })
    return live.index.table
  }

  #prepareLanes(metaTable: BlobTable): void {
    const { keys, workspace } = this.repository
    makeDirectories(workspace, { mode: 0o700 })
    this.laneSetup = {
      scope: keys.scope(),
      workspace,
      chunkerSecret: keys.chunkerSecret,
      idKey: keys.idKey.key,
      segmentBytes: this.#options.segmentBytes ?? MIB,
      packBytes: this.#options.packBytes ?? 64 * MIB,
      compressionLevel: this.#options.compressionLevel ?? 3,
    }
    this.lane = new Lane(this.laneSetup, (pack) => this.ship(pack))
    this.metadata = new MetadataStore(metaTable, () => this.lane.metadataWriter(), this.lane.lookupIds)
  }

  ship(pack: FinishedPack): void {
    this.#shipper.ship(pack)
  }

  loadIndex(): Promise<void> {
    this.#indexLoading ??= this.#loadIndexOnce()
    return this.#indexLoading
  }

  async #loadIndexOnce(): Promise<void> {
    const { index } = await openIndex(this.repository, IndexClass.DATA, {
      ...this.history.deleteLog.packs,
      omitTombstoned: true,
      reserveEntries: this.#blobsReserved,
    })
    this.laneSetup = { ...this.laneSetup, dataTable: index.table.memory }
    this.lane.useTable(index.table.memory)
  }

  async between(): Promise<void> {
    await this.#shipper.room()
    this.#tree.throwIfFailed()
    this.#report('scan')
    if (nowMs() > this.#checkpointAtMs) this.#saving ??= this.#saveCheckpoint()
    await this.#saving
  }

  #report(phase: BackupProgress['phase']): void {
    const expected = this.parent?.document.summary
    this.#options.onProgress?.({
      phase,
      ...this.#tree.progress,
      bytesAdded: this.#stored.bytesAdded,
      filesExpected: expected && expected.filesNew + expected.filesChanged + expected.filesUnmodified,
      bytesExpected: expected?.bytesProcessed,
    })
  }

  get #stored(): StoredSummary {
    const { lane, metadata } = this
    const { stored } = this.#tree
    return {
      bytesAdded: lane.counters.bytesAdded + stored.bytesAdded + metadata.bytesAdded,
      bytesStored: this.#shipper.bytesStored,
      blobsAdded: lane.counters.blobsAdded + stored.blobsAdded + metadata.blobsAdded,
    }
  }

  async #commit(tree: Buffer, session: WriterSession): Promise<BackupResult> {
    await this.#tree.finish()
    await this.#settle()
    this.#report('finish')
    const needless = this.#needlessCheckpoints
    const document = documentOf(this.#documentParts(needless), tree, true)
    const committed = await commitSnapshot(this.repository, {
      document,
      signer: this.#signer,
      writing: { session, log: this.history.deleteLog, records: recordsOf(this.history) },
    })
    for (const name of needless) await deleteIfAllowed(this.repository.store, `checkpoints/${name}`)
    const heads = headsOf(this.history, this.repository.keys.generation)
    const { writer, sequence = 0 } = committed.isRepeat ? document : committed.document
    this.#options.state.remember({ ...heads, writers: { ...heads.writers, [writer]: sequence } })
    return this.#result(committed)
  }

  /** What the main thread's lanes hold, and what is on its way, becomes durable and is named by the index. */
  async #settle(): Promise<void> {
    this.lane.finish()
    this.metadata.finish()
    await this.#shipper.settle(this.repository.keys.idKey.version)
  }

  #result({ name, document, isRepeat }: Committed): BackupResult {
    return { snapshot: name, document, isRepeat, durationMs: Number(monotonicNs() - this.#startedNs) / 1e6 }
  }

  /** `needless` are names of checkpoints. */
  #documentParts(needless: readonly string[]): DocumentParts {
    return {
      needless,
      repository: this.repository,
      options: this.#options,
      writer: this.#writer,
      startedAt: this.#startedAt,
      history: this.history,
      parent: this.parent,
      tree: this.#tree,
      stored: this.#stored,
    }
  }

  /**
   * After a failure: what is stored stays useful as a checkpoint when the run was stopped, or its source broke off;
   * otherwise open packs are thrown away.
   */
  async #abandon(error: unknown): Promise<void> {
    if (LEAVES_CHECKPOINT.some((code) => isBackupError(error, code))) {
      try {
        await this.#tree.cutShort()
        await this.#saveCheckpoint()
        return
      } catch {
        // The checkpoint is a help, not a promise: the run has failed either way.
      }
    }
    await this.#tree.discard()
    this.lane.discard()
    this.metadata.discard()
  }

  #nextCheckpointMs(): number {
    return nowMs() + (this.#options.checkpointMs ?? CHECKPOINT_MS)
  }

  async #saveCheckpoint(): Promise<void> {
    try {
      const tree = await this.#tree.partial()
      // Also where nothing is done yet: what the index names is not stored again.
      await this.#settle()
      if (tree) await this.#putCheckpoint(tree)
    } finally {
      this.#checkpointAtMs = this.#nextCheckpointMs()
      this.#saving = undefined
    }
  }

  async #putCheckpoint(tree: Buffer): Promise<void> {
    const needless = this.#checkpoint === undefined ? [] : [this.#checkpoint]
    const document = documentOf(this.#documentParts(needless), tree, false)
    requireWellFormed(document)
    const name = await this.repository.writeDocument(document, {
      type: ObjectType.CHECKPOINT,
      folder: 'checkpoints',
      signer: this.#signer,
    })
    for (const each of needless) await deleteIfAllowed(this.repository.store, `checkpoints/${each}`)
    this.#checkpoint = name
  }

  /** A finished run makes the source's earlier checkpoints needless. */
  get #needlessCheckpoints(): readonly string[] {
    const mine = [...this.history.checkpoints, ...this.history.needlessCheckpoints]
      .filter((entry) => isOf(entry, this.#name) && entry.document.host === hostName())
      .map(({ name }) => name)
    return this.#checkpoint ? [...mine, this.#checkpoint] : mine
  }
}

function* segmentsOf({ packs }: RepositoryIndex): Iterable<number> {
  for (const { segmentFrom, segmentCount } of packs) for (let i = 0; i < segmentCount; i += 1) yield segmentFrom + i
}
