/** The tree of a backup of files: the walk, the lanes that share it, and what is said of it. */
import { throwIfAborted } from '../../../kernel/abort.ts'
import { monotonicNs, turn } from '../../../kernel/clock.ts'
import { appendAll } from '../../../kernel/collect.ts'
import { FILES_KIND, SnapshotType } from '../../snapshot/index.ts'
import { IndexNeeded, type LaneCounters } from '../session/lane.ts'
import type { TreeDescription, TreeWriter, WritingSession } from '../session/tree-writer.ts'
import type { BackupOptions } from './backup-options.ts'
import { BackupTree } from './backup-tree.ts'
import type { DirectoryCounters } from './directory-result.ts'
import type { DirectoryTask, DirectoryWork, WorkSettings } from './directory-task.ts'
import { createDirectoryWork } from './directory-work.ts'
import { emptiedPaths } from './emptied.ts'
import { describeFiles } from './files-description.ts'
import { ownFolders } from './own-folders.ts'
import { filesOf, previousFiles } from './previous-files.ts'
import { previousPages } from './previous-pages.ts'
import { type DirectoryAnswer, WorkerLane } from './run-lanes.ts'
import { judgeRun } from './run-verdict.ts'
import { endStretch, type SharedStretch, type Turn, takeTurn } from './shared-file.ts'
import { ancestors, rootFacts, type SourceRoots } from './source-roots.ts'
import { TreeBuilder } from './tree-builder.ts'

const NEW_BLOBS_BEFORE_WORKER = 640
const FILES_READ_BEFORE_WORKER = 1000
/** An unchanged tree of fewer files is listed before a second thread has begun. */
const FILES_BEFORE_WORKER = 100_000
/** Waiting to be listed: with fewer there is nothing to share. */
const DIRECTORIES_BEFORE_WORKER = 8
const TURN_NS = 40_000_000n
const NOTHING_STORED: LaneCounters = { blobsAdded: 0, bytesAdded: 0 }

export class FilesWriter implements TreeWriter {
  readonly sourceKind = FILES_KIND
  readonly #options: BackupOptions
  readonly #roots: SourceRoots
  #session!: WritingSession
  #workSettings!: WorkSettings
  #tree!: BackupTree
  #builder!: TreeBuilder
  #worker: WorkerLane | undefined
  /** Of the directory that the main lane is in. */
  #inFlight: DirectoryCounters | undefined
  #indexLoading: Promise<void> | undefined

  constructor(options: BackupOptions, roots: SourceRoots) {
    this.#options = options
    this.#roots = roots
  }

  /** Every path that was asked for. */
  get #named(): string[] {
    return [...this.#roots.roots, ...this.#roots.nested]
  }

  async write(session: WritingSession): Promise<Buffer> {
    const { history, reader, parent } = session
    this.#session = session
    const previous = previousFiles(session, history, this.#options.source)
    this.#workSettings = this.#settings(previous.map(({ document }) => document.deleteGeneration))
    this.#builder = new TreeBuilder(session.metadata)
    const { signal } = this.#options
    const readBlob = (id: Uint8Array) => reader.readSync(id) ?? reader.read(id, signal)
    this.#tree = this.#startTree((id) => previousPages(id, readBlob), emptiedPaths(parent?.document))
    const tree = await this.#tree.run(previous.map(({ document }) => Buffer.from(document.tree, 'hex')))
    await judgeRun(this.#tree, {
      options: this.#options,
      reader,
      earlier: filesOf(history, this.#options.source),
      roots: this.#roots,
    })
    return tree
  }

  #settings(previousGenerations: readonly number[]): WorkSettings {
    const { repository, history, stop } = this.#session
    const { tombstoned, lossGeneration } = history.deleteLog
    const isWhole = previousGenerations.every((generation) => generation >= lossGeneration)
    return {
      filters: this.#options.filters ?? {},
      roots: { roots: this.#named, aliases: this.#roots.aliases },
      passages: ancestors(this.#roots.nested),
      trustPrevious: this.#options.type !== SnapshotType.FULL && tombstoned.size === 0 && isWhole,
      leftOut: ownFolders(repository, this.#named, { history, state: this.#options.state }),
      isDryRun: false,
      stop,
    }
  }

  #startTree(
    readPages: (id: Uint8Array) => ReturnType<typeof previousPages>,
    emptiedBefore: ReadonlySet<string>,
  ): BackupTree {
    const { lane, metadata } = this.#session
    const work = createDirectoryWork(lane, this.#workSettings)
    const facts = rootFacts(this.#named)
    const tree = new BackupTree({
      builder: this.#builder,
      storeBlob: (blob) => metadata.store(blob),
      previousPages: readPages,
      process: (task) => this.#process(work, task),
      worker: (hint) => this.#workerFor(hint),
      runStretch: (stretch, take) => this.#runStretch(stretch, take),
      between: () => this.#session.between(),
      only: ancestors(this.#roots.roots),
      passages: this.#workSettings.passages,
      roots: this.#named,
      folders: facts.folders,
      oneFileSystem: this.#options.filters?.oneFileSystem === true,
      trustPrevious: this.#workSettings.trustPrevious,
      rootDevices: facts.devices,
      emptiedBefore,
      signal: this.#options.signal,
    })
    appendAll(tree.skipped, this.#roots.missing)
    return tree
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
        await this.#session.between()
        // A stopped run brings the directory in hand to its short end.
        if (this.#worker && !this.#options.signal?.aborted) await this.#tree.feed(this.#worker)
      }
    } finally {
      this.#inFlight = undefined
      slices.return(undefined as never)
    }
  }

  /** For every lane. */
  #loadIndex(): Promise<void> {
    this.#indexLoading ??= this.#session.loadIndex().then(() => {
      this.#worker?.useTable(this.#session.laneSetup.dataTable!)
    })
    return this.#indexLoading
  }

  #workerFor(hint: { queued: number; bigFile: boolean }): WorkerLane | undefined | Promise<WorkerLane | undefined> {
    if (this.#worker || this.#options.workers === 0) return this.#worker
    const { lane, previous } = this.#session
    const { filesNew, filesChanged } = this.#tree.counters
    const isBusy =
      lane.counters.blobsAdded >= NEW_BLOBS_BEFORE_WORKER ||
      hint.bigFile ||
      filesNew + filesChanged >= FILES_READ_BEFORE_WORKER
    const isWide = hint.queued >= DIRECTORIES_BEFORE_WORKER
    // Everything in a first backup is new.
    if (isBusy || (isWide && previous.length === 0)) return this.#loadIndex().then(() => this.#startWorker())
    return isWide && this.#filesExpected >= (this.#options.filesBeforeWorker ?? FILES_BEFORE_WORKER)
      ? this.#startWorker()
      : undefined
  }

  /** What the parent had. */
  get #filesExpected(): number {
    const summary = this.#session.parent?.document.summary
    return summary ? summary.filesNew + summary.filesChanged + summary.filesUnmodified : 0
  }

  /** Without the data index when nothing new has appeared yet. */
  #startWorker(): WorkerLane {
    this.#worker = new WorkerLane(
      { lane: this.#session.laneSetup, work: this.#workSettings },
      {
        onDirectory: (result) => this.#tree.accept(result),
        onPack: (pack) => this.#session.ship(pack),
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
    const { lane } = this.#session
    for (let mine = takeTurn(lane, stretch); mine; mine = takeTurn(lane, stretch)) {
      take(mine)
      if (monotonicNs() - turnedNs > TURN_NS) {
        await turn()
        turnedNs = monotonicNs()
      }
      await this.#session.between()
      if (this.#options.signal?.aborted) endStretch(stretch)
    }
    await shared
    throwIfAborted(this.#options.signal)
  }

  throwIfFailed(): void {
    this.#worker?.throwIfFailed()
  }

  get progress(): TreeWriter['progress'] {
    const parts = [this.#tree.counters, this.#inFlight, this.#worker?.inFlight].filter((each) => each !== undefined)
    return {
      filesDone: parts.reduce(
        (sum, { filesNew, filesChanged, filesUnmodified }) => sum + filesNew + filesChanged + filesUnmodified,
        0,
      ),
      bytesDone: parts.reduce((sum, { bytesProcessed }) => sum + bytesProcessed, this.#tree.bytesInFlight),
      currentPath: this.#tree.currentPath,
    }
  }

  get stored(): LaneCounters {
    return this.#worker?.counters ?? NOTHING_STORED
  }

  describe(): TreeDescription {
    return describeFiles(this.#tree, { options: this.#options, roots: this.#roots })
  }

  async partial(): Promise<Buffer | undefined> {
    if (this.#worker) {
      this.#tree.recall(this.#worker)
      await this.#worker.flush()
    }
    return this.#tree && this.#builder.sealPartial(this.#tree.root)
  }

  async finish(): Promise<void> {
    await this.#worker?.finish()
  }

  async cutShort(): Promise<void> {
    // What the worker had in hand comes back short, and is kept.
    if (this.#worker) this.#tree?.recall(this.#worker)
    await this.#worker?.finish()
    this.#worker = undefined
    this.#tree?.close()
  }

  async discard(): Promise<void> {
    this.#tree?.close()
    await this.#worker?.discard()
  }
}
