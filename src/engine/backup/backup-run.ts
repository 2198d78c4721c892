/** One backup run: session, listing, lanes, packs, index, snapshot, confirmation. */
import { throwIfAborted } from '../../kernel/abort.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, monotonicNs, nowMs, turn } from '../../kernel/clock.ts'
import { appendAll } from '../../kernel/collect.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { invariant } from '../../kernel/invariant.ts'
import { hostName } from '../../kernel/machine.ts'
import {
  beginWriterSession,
  type Committed,
  commitSnapshot,
  committedRun,
  PackShipper,
  recordsOf,
  type WriterSession,
} from '../commit/index.ts'
import { ObjectType } from '../crypto/index.ts'
import type { BlobTable, RepositoryIndex } from '../index/index.ts'
import type { Repository } from '../repository/index.ts'
import {
  type History,
  headsOf,
  IndexClass,
  openIndex,
  openReader,
  readWriterHistory,
  type SnapshotEntry,
  SnapshotType,
} from '../snapshot/index.ts'
import type { BackupOptions, BackupProgress, BackupResult } from './backup-options.ts'
import { BackupTree, type TreeParts } from './backup-tree.ts'
import type { DirectoryCounters } from './directory-result.ts'
import type { DirectoryTask, DirectoryWork, WorkSettings } from './directory-task.ts'
import { createDirectoryWork } from './directory-work.ts'
import { emptiedPaths } from './emptied.ts'
import { IndexNeeded, Lane, type LaneSetup } from './lane.ts'
import { MetadataStore } from './metadata-store.ts'
import { ownFolders } from './own-folders.ts'
import { previousPages } from './previous-pages.ts'
import { choosePrevious, filesOf } from './previous-snapshots.ts'
import { type DocumentParts, documentOf } from './run-document.ts'
import { type DirectoryAnswer, WorkerLane } from './run-lanes.ts'
import { judgeRun } from './run-verdict.ts'
import { endStretch, type SharedStretch, type Turn, takeTurn } from './shared-file.ts'
import { ancestors, rootFacts, type SourceRoots } from './source-roots.ts'
import { TreeBuilder } from './tree-builder.ts'

const MIB = 1024 * 1024
const NEW_BLOBS_BEFORE_WORKER = 640
const FILES_READ_BEFORE_WORKER = 1000
/** An unchanged tree of fewer files is listed before a second thread has begun. */
const FILES_BEFORE_WORKER = 100_000
/** Waiting to be listed: with fewer there is nothing to share. */
const DIRECTORIES_BEFORE_WORKER = 8
const NEW_BLOBS_RESERVED = 6_000_000
const TURN_NS = 40_000_000n
const CHECKPOINT_MS = 10 * 60 * 1000
/** Pages of earlier snapshots that are fetched ahead from a store that is far away: of some 400,000 files. */
const PAGES_FETCHED_BYTES_MAX = 16 * MIB

/**
 * One run, used once. Throws REPOSITORY_LOCKED when data that it relied on was condemned meanwhile: another run stores
 * it anew.
 */
export class BackupRun {
  readonly #repository: Repository
  readonly #options: BackupOptions
  readonly #roots: SourceRoots
  readonly #writer: Buffer
  readonly #shipper: PackShipper
  readonly #startedNs = monotonicNs()
  readonly #startedAt = isoTime(nowMs())
  #history!: History
  #parent: SnapshotEntry | undefined
  /** What unchanged files are taken from: an interrupted run's checkpoint before the parent. */
  #previous: readonly SnapshotEntry[] = []
  #lane!: Lane
  #laneSetup!: LaneSetup
  #workSettings!: WorkSettings
  #metadata!: MetadataStore
  #tree!: BackupTree
  #builder!: TreeBuilder
  #worker: WorkerLane | undefined
  /** Shared with all lanes. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  /** Of the directory that the main lane is in. */
  #inFlight: DirectoryCounters | undefined
  #indexLoading: Promise<void> | undefined
  #checkpointAtMs: number
  #checkpoint: string | undefined

  constructor(repository: Repository, options: BackupOptions, parts: { roots: SourceRoots; writer: Buffer }) {
    this.#repository = repository
    this.#options = options
    this.#roots = parts.roots
    this.#writer = parts.writer
    this.#shipper = new PackShipper(repository)
    this.#checkpointAtMs = this.#nextCheckpointMs()
    invariant((options.checkpointMs ?? CHECKPOINT_MS) > 0, 'Checkpoints are some time apart.')
  }

  async run(): Promise<BackupResult> {
    const { signal } = this.#options
    const stop = () => Atomics.store(this.#stop, 0, 1)
    signal?.addEventListener('abort', stop)
    try {
      await using session = await beginWriterSession(this.#repository, this.#writer)
      return await this.#runInSession(session)
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Every path that was asked for. */
  get #named(): string[] {
    return [...this.#roots.roots, ...this.#roots.nested]
  }

  get #signer() {
    return this.#repository.keys.writer(this.#writer)
  }

  async #runInSession(session: WriterSession): Promise<BackupResult> {
    const { signal, state } = this.#options
    const seen = state.heads()
    this.#history = await readWriterHistory(this.#repository, { ...(signal && { signal }), ...(seen && { seen }) })
    await session.there
    if (this.#history.rollbacks[0]) throw this.#history.rollbacks[0]
    const { runId } = this.#options
    const committed = runId === undefined ? undefined : await committedRun(this.#repository, this.#history, runId)
    if (committed) return this.#result({ ...committed, isRepeat: true })
    const chosen = await choosePrevious(this.#repository, this.#history, this.#options)
    this.#parent = chosen.parent
    this.#previous = chosen.previous
    const meta = await openIndex(this.#repository, IndexClass.META, {
      ...this.#history.deleteLog.packs,
      reserveEntries: 2_000_000,
      listed: this.#history.indexListed,
      ...(signal && { signal }),
    })
    const { reader, segments } = openReader(this.#repository, meta)
    await using _segments = segments
    if (!this.#repository.store.local && this.#previous.length > 0)
      await segments.fetch(segmentsOf(meta.index), PAGES_FETCHED_BYTES_MAX, signal)
    this.#prepareLanes(this.#history.deleteLog.tombstoned.size === 0 ? meta.index.table : await this.#liveMetadata())
    try {
      const readBlob = (id: Uint8Array) => reader.readSync(id) ?? reader.read(id, signal)
      const tree = await this.#buildTree((id) => previousPages(id, readBlob))
      await judgeRun(this.#tree, {
        options: this.#options,
        reader,
        earlier: filesOf(this.#history, this.#options.source),
        roots: this.#roots,
      })
      return await this.#commit(tree, session)
    } catch (error) {
      await this.#abandon(error)
      throw error
    }
  }

  /** A writer never relies on condemned packs: metadata that stands only there is stored anew. */
  async #liveMetadata(): Promise<BlobTable> {
    const live = await openIndex(this.#repository, IndexClass.META, {
      ...this.#history.deleteLog.packs,
      omitTombstoned: true,
      reserveEntries: 2_000_000,
    })
    return live.index.table
  }

  #prepareLanes(metaTable: BlobTable): void {
    const { keys, workspace } = this.#repository
    const { tombstoned, lossGeneration } = this.#history.deleteLog
    const isWhole = this.#previous.every(({ document }) => document.deleteGeneration >= lossGeneration)
    const isTrusting = this.#options.type !== SnapshotType.FULL && tombstoned.size === 0 && isWhole
    this.#workSettings = {
      filters: this.#options.filters ?? {},
      roots: { roots: this.#named, aliases: this.#roots.aliases },
      passages: ancestors(this.#roots.nested),
      trustPrevious: isTrusting,
      leftOut: ownFolders(this.#repository, this.#named, {
        history: this.#history,
        state: this.#options.state,
      }),
      isDryRun: false,
      stop: this.#stop.buffer,
    }
    makeDirectories(workspace, { mode: 0o700 })
    this.#laneSetup = {
      scope: keys.scope(),
      workspace,
      chunkerSecret: keys.chunkerSecret,
      idKey: keys.idKey.key,
      segmentBytes: this.#options.segmentBytes ?? MIB,
      packBytes: this.#options.packBytes ?? 64 * MIB,
      compressionLevel: this.#options.compressionLevel ?? 3,
    }
    this.#lane = new Lane(this.#laneSetup, (pack) => this.#shipper.ship(pack))
    this.#metadata = new MetadataStore(metaTable, () => this.#lane.metadataWriter(), this.#lane.lookupIds)
    this.#builder = new TreeBuilder(this.#metadata)
  }

  async #buildTree(readPages: TreeParts['previousPages']): Promise<Buffer> {
    const work = createDirectoryWork(this.#lane, this.#workSettings)
    const facts = rootFacts(this.#named)
    this.#tree = new BackupTree({
      builder: this.#builder,
      storeBlob: (blob) => this.#metadata.store(blob),
      previousPages: readPages,
      process: (task) => this.#process(work, task),
      worker: (hint) => this.#workerFor(hint),
      runStretch: (stretch, take) => this.#runStretch(stretch, take),
      between: () => this.#between(),
      only: ancestors(this.#roots.roots),
      passages: this.#workSettings.passages,
      roots: this.#named,
      folders: facts.folders,
      oneFileSystem: this.#options.filters?.oneFileSystem === true,
      trustPrevious: this.#workSettings.trustPrevious,
      rootDevices: facts.devices,
      emptiedBefore: emptiedPaths(this.#parent?.document),
      signal: this.#options.signal,
    })
    appendAll(this.#tree.skipped, this.#roots.missing)
    return this.#tree.run(this.#previous.map(({ document }) => Buffer.from(document.tree, 'hex')))
  }

  async #process(work: DirectoryWork, task: DirectoryTask): Promise<DirectoryAnswer> {
    try {
      return await this.#inSlices(work.slices(task))
    } catch (error) {
      if (!(error instanceof IndexNeeded)) throw error
      await this.#loadIndex()
      return await this.#inSlices(work.slices(task))
    }
  }

  async #inSlices(slices: ReturnType<DirectoryWork['slices']>): Promise<DirectoryAnswer> {
    try {
      for (let slice = slices.next(); ; slice = slices.next()) {
        this.#inFlight = slice.done ? undefined : slice.value
        if (slice.done) return slice.value
        await turn()
        await this.#between()
        // A stopped run brings the directory in hand to its short end.
        if (this.#worker && !this.#options.signal?.aborted) await this.#tree.feed(this.#worker)
      }
    } finally {
      this.#inFlight = undefined
      slices.return(undefined as never)
    }
  }

  /** The data index is only loaded when the first new blob appears. */
  #loadIndex(): Promise<void> {
    this.#indexLoading ??= this.#loadIndexOnce()
    return this.#indexLoading
  }

  async #loadIndexOnce(): Promise<void> {
    const { index } = await openIndex(this.#repository, IndexClass.DATA, {
      ...this.#history.deleteLog.packs,
      omitTombstoned: true,
      reserveEntries: NEW_BLOBS_RESERVED,
    })
    this.#laneSetup = { ...this.#laneSetup, dataTable: index.table.memory }
    this.#lane.useTable(index.table.memory)
    this.#worker?.useTable(index.table.memory)
  }

  #workerFor(hint: { queued: number; bigFile: boolean }): WorkerLane | undefined | Promise<WorkerLane | undefined> {
    if (this.#worker || this.#options.workers === 0) return this.#worker
    const { filesNew, filesChanged } = this.#tree.counters
    const isBusy =
      this.#lane.counters.blobsAdded >= NEW_BLOBS_BEFORE_WORKER ||
      hint.bigFile ||
      filesNew + filesChanged >= FILES_READ_BEFORE_WORKER
    const isWide = hint.queued >= DIRECTORIES_BEFORE_WORKER
    // Everything in a first backup is new.
    if (isBusy || (isWide && this.#previous.length === 0)) return this.#loadIndex().then(() => this.#startWorker())
    return isWide && (this.#filesExpected ?? 0) >= (this.#options.filesBeforeWorker ?? FILES_BEFORE_WORKER)
      ? this.#startWorker()
      : undefined
  }

  /** What the parent had. */
  get #filesExpected(): number | undefined {
    const summary = this.#parent?.document.summary
    return summary && summary.filesNew + summary.filesChanged + summary.filesUnmodified
  }

  /** Without the data index when nothing new has appeared yet. */
  #startWorker(): WorkerLane {
    this.#worker = new WorkerLane(
      { lane: this.#laneSetup, work: this.#workSettings },
      {
        onDirectory: (result) => this.#tree.accept(result),
        onPack: (pack) => this.#shipper.ship(pack),
        onIndexNeeded: () => this.#loadIndex(),
      },
    )
    return this.#worker
  }

  async #runStretch(stretch: SharedStretch, take: (turn: Turn) => void): Promise<void> {
    await this.#loadIndex()
    // What waits at the worker waits no longer than the file.
    if (this.#worker) this.#tree.recall(this.#worker)
    const shared = this.#worker?.share(stretch, take)
    // Awaited at the end; a failure before that must not be an unhandled one.
    shared?.catch(() => {})
    let turnedNs = monotonicNs()
    for (let mine = takeTurn(this.#lane, stretch); mine; mine = takeTurn(this.#lane, stretch)) {
      take(mine)
      if (monotonicNs() - turnedNs > TURN_NS) {
        await turn()
        turnedNs = monotonicNs()
      }
      await this.#between()
      if (this.#options.signal?.aborted) endStretch(stretch)
    }
    await shared
    throwIfAborted(this.#options.signal)
  }

  async #between(): Promise<void> {
    await this.#shipper.room()
    this.#worker?.throwIfFailed()
    this.#report('scan')
    if (nowMs() > this.#checkpointAtMs) await this.#saveCheckpoint()
  }

  #report(phase: BackupProgress['phase']): void {
    const expected = this.#parent?.document.summary
    const parts = [this.#tree.counters, this.#inFlight, this.#worker?.inFlight].filter((each) => each !== undefined)
    this.#options.onProgress?.({
      phase,
      filesDone: parts.reduce(
        (sum, { filesNew, filesChanged, filesUnmodified }) => sum + filesNew + filesChanged + filesUnmodified,
        0,
      ),
      bytesDone: parts.reduce((sum, { bytesProcessed }) => sum + bytesProcessed, this.#tree.bytesInFlight),
      bytesAdded: this.#bytesAdded,
      filesExpected: this.#filesExpected,
      bytesExpected: expected?.bytesProcessed,
      currentPath: this.#tree.currentPath,
    })
  }

  get #bytesAdded(): number {
    return this.#lane.counters.bytesAdded + (this.#worker?.counters.bytesAdded ?? 0) + this.#metadata.bytesAdded
  }

  async #commit(tree: Buffer, session: WriterSession): Promise<BackupResult> {
    await this.#worker?.finish()
    this.#lane.finish()
    this.#metadata.finish()
    await this.#shipper.settle(this.#repository.keys.idKey.version)
    this.#report('finish')
    const document = documentOf(this.#documentParts(), tree, true)
    const committed = await commitSnapshot(this.#repository, {
      document,
      signer: this.#signer,
      writing: { session, log: this.#history.deleteLog, records: recordsOf(this.#history) },
    })
    await this.#dropCheckpoints()
    const heads = headsOf(this.#history, this.#repository.keys.generation)
    const { writer, sequence = 0 } = committed.isRepeat ? document : committed.document
    this.#options.state.remember({ ...heads, writers: { ...heads.writers, [writer]: sequence } })
    return this.#result(committed)
  }

  #result({ name, document, isRepeat }: Committed): BackupResult {
    return { snapshot: name, document, isRepeat, durationMs: Number(monotonicNs() - this.#startedNs) / 1e6 }
  }

  #documentParts(): DocumentParts {
    const blobsAdded =
      this.#lane.counters.blobsAdded + (this.#worker?.counters.blobsAdded ?? 0) + this.#metadata.blobsAdded
    return {
      repository: this.#repository,
      options: this.#options,
      roots: this.#roots,
      writer: this.#writer,
      startedAt: this.#startedAt,
      history: this.#history,
      parent: this.#parent,
      tree: this.#tree,
      stored: { bytesAdded: this.#bytesAdded, bytesStored: this.#shipper.bytesStored, blobsAdded },
    }
  }

  /**
   * After a failure: what is stored stays useful as a checkpoint when the run was stopped; otherwise open packs are
   * thrown away.
   */
  async #abandon(error: unknown): Promise<void> {
    if (isBackupError(error, 'ABORTED')) {
      try {
        // What the worker had in hand comes back short, and is kept.
        if (this.#worker) this.#tree?.recall(this.#worker)
        await this.#worker?.finish()
        this.#worker = undefined
        this.#tree?.close()
        await this.#saveCheckpoint(true)
        return
      } catch {
        // The checkpoint is a help, not a promise: the run has failed either way.
      }
    }
    this.#tree?.close()
    await this.#worker?.discard()
    this.#lane.discard()
    this.#metadata.discard()
  }

  #nextCheckpointMs(): number {
    return nowMs() + (this.#options.checkpointMs ?? CHECKPOINT_MS)
  }

  async #saveCheckpoint(isLast = false): Promise<void> {
    this.#checkpointAtMs = this.#nextCheckpointMs()
    if (this.#worker && !isLast) {
      this.#tree.recall(this.#worker)
      await this.#worker.flush()
    }
    const tree = this.#builder.sealPartial(this.#tree.root)
    if (!tree) return
    this.#lane.finish()
    this.#metadata.finish()
    await this.#shipper.settle(this.#repository.keys.idKey.version)
    const name = await this.#repository.writeDocument(documentOf(this.#documentParts(), tree, false), {
      type: ObjectType.CHECKPOINT,
      folder: 'checkpoints',
      signer: this.#signer,
    })
    if (this.#checkpoint) await this.#repository.store.delete(`checkpoints/${this.#checkpoint}`)
    this.#checkpoint = name
  }

  /** A finished run makes the source's earlier checkpoints needless. */
  async #dropCheckpoints(): Promise<void> {
    const mine = this.#history.checkpoints
      .filter(({ document }) => document.source === this.#options.source && document.host === hostName())
      .map(({ name }) => name)
    for (const name of this.#checkpoint ? [...mine, this.#checkpoint] : mine)
      await this.#repository.store.delete(`checkpoints/${name}`)
  }
}

function* segmentsOf({ packs }: RepositoryIndex): Iterable<number> {
  for (const { segmentFrom, segmentCount } of packs) for (let i = 0; i < segmentCount; i += 1) yield segmentFrom + i
}
