/**
 * One walk over a snapshot's tree that brings it into a folder: which directories are entered, in which order they,
 * their files and their metadata follow each other, and what is removed from them.
 */
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs, turn } from '../../kernel/clock.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { BlobReader } from '../repository/index.ts'
import {
  ContentKind,
  type DirectoryPage,
  FILES_KIND,
  pagesOfDirectory,
  printablePath,
  realPathOf,
  realPatternOf,
  rootsOf,
  type SnapshotDocument,
} from '../snapshot/index.ts'
import type { ContentLanes } from './content-lanes.ts'
import {
  applyMetadata,
  correctPlace,
  differsInMetadata,
  foreseeOwner,
  type MetadataOptions,
  type RestoredEntry,
  tellUnchangeable,
} from './entry-metadata.ts'
import { EntryRestorer } from './entry-restorer.ts'
import { type EntryStatus, statusOf, statusOfOpen } from './entry-status.ts'
import { createExclusion, type Exclusion } from './exclusion.ts'
import { HeldDirectory } from './held-directory.ts'
import { locateDirectory, type ResolvedPath } from './locate.ts'
import type { NeededPlace } from './needed-places.ts'
import { Removal } from './removal.ts'
import { Overwrite, type RestoreOptions, type RestoreResult } from './restore-options.ts'
import { isLost, RestoreReport } from './restore-report.ts'
import { createSelection, type Selection } from './selection.ts'
import { NEEDED_REASON, SparedEntries } from './spared-entries.ts'
import { whyRefused } from './target-access.ts'
import { namesIn, TargetDirectory } from './target-directory.ts'
import { isLeftover } from './temporary-entry.ts'

const YIELD_NS = 40_000_000n

export interface RunParts {
  readonly calls: SystemCalls
  readonly document: SnapshotDocument
  readonly options: RestoreOptions
  /** Absolute. */
  readonly target: string
  readonly metadata: BlobReader
  readonly lanes: ContentLanes
  /** Patterns of `include` that name something of the snapshot as they stand. */
  readonly literals: ReadonlySet<string>
  readonly needed: readonly NeededPlace[]
}

/** A directory of the snapshot on its way into the target. */
interface Visit {
  /** In the snapshot, one character a byte. */
  readonly source: string
  readonly held: HeldDirectory
  /** All below it is wanted. */
  readonly isTaken: boolean
}

interface Below {
  readonly target: TargetDirectory
  readonly parent: TargetDirectory
}

export class RestoreRun implements AsyncDisposable {
  readonly #parts: RunParts
  readonly #calls: SystemCalls
  readonly #options: RestoreOptions
  readonly #roots: readonly string[]
  readonly #selection: Selection
  readonly #exclusion: Exclusion
  readonly #report: RestoreReport
  readonly #spared: SparedEntries
  readonly #removal: Removal
  readonly #entries: EntryRestorer
  readonly #metadataOptions: MetadataOptions
  readonly #startedNs = monotonicNs()
  #yieldedAt = this.#startedNs
  readonly #root: TargetDirectory
  /** From now on directories are only closed. */
  #isEnding = false

  constructor(parts: RunParts) {
    const { calls, document, options, target, metadata, lanes } = parts
    this.#parts = parts
    this.#calls = calls
    this.#options = options
    this.#roots = rootsOf(document)
    this.#selection = createSelection(options.include ?? [], parts.literals, (each) =>
      parts.literals.has(each) ? realLiteralOf(document, each) : realPatternOf(document, each),
    )
    this.#exclusion = createExclusion(options.exclude ?? [], document)
    const report = new RestoreReport(target, options)
    this.#report = report
    this.#spared = new SparedEntries(calls, parts.needed)
    this.#removal = new Removal({
      calls,
      spared: this.#spared,
      dryRun: options.dryRun === true,
      onRefused: (source, reason) => report.issue(source, reason),
    })
    this.#root = new TargetDirectory(Buffer.from(target).toString('latin1'), {
      calls,
      dryRun: options.dryRun === true,
      onReplace: (status) => this.#mayReplace(status),
    })
    this.#metadataOptions = {
      calls,
      isStreamed: document.sourceKind !== FILES_KIND,
      onIssue: (path, what) => report.issue(path, what),
    }
    this.#entries = new EntryRestorer({
      calls,
      options,
      metadata,
      lanes,
      metadataOptions: this.#metadataOptions,
      report,
      spared: this.#spared,
      removal: this.#removal,
      root: this.#root,
      breathe: (source) => this.#breathe(source),
    })
  }

  async run(): Promise<RestoreResult> {
    const { document, metadata } = this.#parts
    const from = await locateDirectory(metadata, document, this.#options.subtree ?? '/')
    const isWhole = (this.#options.include ?? []).length === 0
    this.#report.base = from.path
    this.#options.onAccepted?.()
    // A folder with nothing in it comes back, too.
    if (!this.#options.dryRun && isWhole) this.#root.descriptor()
    const held = new HeldDirectory(this.#root)
    const differs = isWhole && from.found !== undefined && this.#differs({ ...from.found, path: from.path }, this.#root)
    const leave = await this.#directory(from.id, { source: from.path, held, isTaken: this.#selection.takes(from.path) })
    held.close(() => (this.#isEnding ? undefined : leave()))
    await this.#entries.finish()
    this.#rootMetadata(from, isWhole, differs)
    const unmatched = this.#nameUnmatched()
    const { counts, issueCount } = this.#report
    return {
      ...counts,
      issues: this.#report.sorted(),
      issueCount,
      unmatched,
      durationMs: Number(monotonicNs() - this.#startedNs) / 1e6,
    }
  }

  /** Throws NOT_FOUND when nothing at all was asked for rightly. */
  #nameUnmatched(): string[] {
    const wanted = this.#options.include ?? []
    const unmatched = this.#selection.unmatched()
    if (wanted.length > 0 && unmatched.length === wanted.length)
      throw new BackupError('NOT_FOUND', 'Nothing in the snapshot matches.', {
        context: { object: wanted.join(', '), ...searchOf(wanted[0]!) },
      })
    for (const pattern of unmatched) this.#report.issue(Buffer.from(pattern).toString('latin1'), 'NO_MATCH')
    const { filesRestored, filesUnchanged, filesKept, directories } = this.#report.counts
    const isFiltered = wanted.length + (this.#options.exclude ?? []).length > 0
    if (isFiltered && filesRestored + filesUnchanged + filesKept + directories === 0)
      this.#report.issue('/', 'NOTHING_LEFT')
    return [...unmatched, ...this.#exclusion.unmatched()]
  }

  /** The target takes the metadata of the folder whose inside it received. */
  #rootMetadata({ path: source, found }: ResolvedPath, isWhole: boolean, differs: boolean): void {
    if (!found || (!isWhole && !this.#root.isNew)) return this.#root.giveBack()
    const restored = { ...found, path: source }
    if (differs) this.#report.counts.metadataRestored += 1
    if (differs) this.#report.changed(source, 'metadata')
    this.#directoryMetadata(restored, this.#root, differs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    await this.#entries[Symbol.asyncDispose]()
    this.#root[Symbol.dispose]()
  }

  /** Gives what is left to do once the directory's last file is in its place. */
  async #directory(id: Uint8Array, visit: Visit): Promise<() => void> {
    const { source, held } = visit
    const names = new Set<string>()
    try {
      for await (const page of pagesOfDirectory(this.#parts.metadata, id)) {
        for (let entry = 0; entry < page.count; entry += 1) {
          names.add(page.columns.names[entry]!)
          await this.#entry(page, entry, visit)
        }
      }
    } catch (error) {
      if (!isLost(error)) throw error
      this.#report.failed(error, source)
      return () => {}
    }
    return () => {
      if (!this.#options.dryRun) this.#sweep(held.target, names)
      if (this.#options.delete && this.#isOwn(source)) this.#deleteOthers(visit, names)
    }
  }

  async #entry(page: DirectoryPage, entry: number, at: Visit): Promise<void> {
    const name = page.columns.names[entry]!
    const source = at.source === '/' ? `/${name}` : `${at.source}/${name}`
    const isMeant = this.#selection.meets(source)
    const isTaken = at.isTaken || isMeant
    if (page.columns.type(entry) === FileType.DIRECTORY) {
      if ((isTaken || this.#selection.mayHold(source)) && !this.#exclusion.leavesOut(at.source, page, entry))
        await this.#subdirectory(page, entry, {
          source,
          isTaken,
          target: at.held.target.child(name),
          parent: at.held.target,
        })
      return
    }
    if (!isTaken || this.#exclusion.leavesOut(at.source, page, entry)) return
    await this.#breathe(source)
    try {
      await this.#entries.restore(page, entry, { source, held: at.held })
    } catch (error) {
      this.#report.failed(error, source)
    }
  }

  async #subdirectory(
    page: DirectoryPage,
    entry: number,
    at: { readonly source: string; readonly isTaken: boolean } & Below,
  ): Promise<void> {
    const { source, target, parent, isTaken } = at
    const held = new HeldDirectory(target)
    const restored = { page, entry, path: source }
    try {
      const differs = this.#enter(restored, at)
      const leave =
        page.kinds[entry] === ContentKind.ONE
          ? await this.#directory(Uint8Array.from(page.contentOf(entry)), { source, held, isTaken })
          : undefined
      if (!leave && !this.#parts.document.complete) this.#report.issue(source, 'NOT_REACHED')
      held.close(() =>
        this.#leave(source, target, () => {
          leave?.()
          if (isTaken || target.isNew) this.#directoryMetadata(restored, target, differs)
        }),
      )
    } catch (error) {
      held.close(() => target[Symbol.dispose]())
      const existing = parent.existing()
      this.#report.failed(
        existing === undefined
          ? error
          : whyRefused(error, this.#calls, { directory: existing, name: page.columns.names[entry]! }),
        source,
      )
    }
  }

  /**
   * Makes or opens it where it is wanted itself. True when the metadata of the one that is there is not the snapshot's.
   */
  #enter(restored: RestoredEntry, { target, parent, isTaken }: { readonly isTaken: boolean } & Below): boolean {
    const name = restored.page.columns.names[restored.entry]!
    const above = parent.isNew ? undefined : parent.existing()
    const status = above === undefined ? undefined : statusOf(this.#calls, above, name)
    if (status && this.#spared.fromReplacement(status)) throw refusal(NEEDED_REASON)
    if (this.#options.dryRun) this.#foresee(status, parent)
    if (!isTaken) return false
    this.#report.counts.directories += 1
    if (!this.#options.dryRun) target.descriptor()
    const differs = this.#differs(restored, target)
    const isThere = status !== undefined && fileTypeOf(status.mode) === FileType.DIRECTORY
    if (!isThere) this.#report.changed(restored.path, status ? 'replaced' : 'created')
    if (differs) this.#report.counts.metadataRestored += 1
    if (differs) this.#report.changed(restored.path, 'metadata')
    return differs
  }

  /** What a real run would meet where it makes a directory. */
  #foresee(status: EntryStatus | undefined, parent: TargetDirectory): void {
    const isThere = status !== undefined && fileTypeOf(status.mode) === FileType.DIRECTORY
    if (isThere) return
    const obstacle = parent.obstacle()
    if (obstacle !== undefined) throw refusal(obstacle)
    if (!status) return
    this.#mayReplace(status)
    if (status.isUnchangeable) throw refusal('IMMUTABLE')
  }

  #mayReplace(status: EntryStatus): void {
    if (this.#spared.fromReplacement(status) || this.#spared.fromRemoval(status)) throw refusal(NEEDED_REASON)
    if (this.#options.overwrite === Overwrite.NEVER) throw refusal('TARGET_REFUSED')
  }

  /** Of a directory that is there already. */
  #differs(restored: RestoredEntry, target: TargetDirectory): boolean {
    if (this.#metadataOptions.isStreamed) return false
    const descriptor = target.isNew || this.#options.overwrite === Overwrite.NEVER ? undefined : target.existing()
    if (descriptor === undefined) return false
    const status = statusOfOpen(this.#calls, descriptor)
    return differsInMetadata(restored, target.place, { ...this.#metadataOptions, status })
  }

  /** What could not be kept of a folder that only leads to the backup's own paths is no loss. */
  #metadataOptionsOf({ path }: RestoredEntry): MetadataOptions {
    if (this.#isOwn(path)) return this.#metadataOptions
    return { ...this.#metadataOptions, onIssue: (at, what) => this.#report.parentNotKept(at, what) }
  }

  #directoryMetadata(restored: RestoredEntry, target: TargetDirectory, differs: boolean): void {
    const { overwrite, dryRun } = this.#options
    // Folders of streams are nobody's: they only lead to what their source gave.
    if (this.#metadataOptions.isStreamed) return dryRun ? undefined : target.giveBack()
    const options = this.#metadataOptionsOf(restored)
    if (dryRun) this.#foreseeMetadata(restored, target, differs)
    else if (target.isNew)
      applyMetadata(restored, { descriptor: target.descriptor() }, { ...options, mayInherit: true })
    else if (overwrite === Overwrite.NEVER) target.giveBack()
    else if (target.isOpen) correctPlace(restored, target.place, options)
  }

  #foreseeMetadata(restored: RestoredEntry, target: TargetDirectory, differs: boolean): void {
    const options = this.#metadataOptionsOf(restored)
    const descriptor = target.existing()
    const status = descriptor === undefined ? undefined : statusOfOpen(this.#calls, descriptor)
    if (descriptor !== undefined && status?.isUnchangeable) {
      if (this.#options.overwrite !== Overwrite.NEVER) tellUnchangeable(restored, target.place, { ...options, status })
    } else if (differs || !status) foreseeOwner(restored, options)
  }

  #leave(source: string, target: TargetDirectory, run: () => void): void {
    try {
      if (!this.#isEnding) run()
      target.giveBack()
    } catch (error) {
      this.#report.failed(error, source)
    } finally {
      target[Symbol.dispose]()
    }
  }

  /** True at and below the backup's own paths; what stands beside them was never looked at. */
  #isOwn(source: string): boolean {
    return this.#roots.some((root) => root === '/' || source === root || source.startsWith(`${root}/`))
  }

  #sweep(target: TargetDirectory, names: ReadonlySet<string>): void {
    const directory = target.isNew ? undefined : target.existing()
    if (directory === undefined || target.isPassage) return
    const ofAll = this.#options.sweep === true
    for (const name of namesIn(this.#calls, directory))
      if (isLeftover(name, { ofAll }) && !names.has(name))
        this.#calls.unlinkat(target.writable(), name, { isDirectory: false })
  }

  #deleteOthers({ source, held }: Visit, names: ReadonlySet<string>): void {
    const { target } = held
    const directory = target.isNew ? undefined : target.existing()
    if (directory === undefined) return
    const ofAll = this.#options.sweep === true
    for (const name of namesIn(this.#calls, directory)) {
      if (names.has(name) || isLeftover(name, { ofAll })) continue
      const path = source === '/' ? `/${name}` : `${source}/${name}`
      const from = this.#options.dryRun ? directory : target.writable()
      if (!this.#removal.remove({ directory: from, name, source: path })) continue
      this.#report.counts.deleted += 1
      this.#report.decided(path, 'deleted')
    }
  }

  async #breathe(currentPath: string): Promise<void> {
    throwIfAborted(this.#options.signal)
    if (monotonicNs() - this.#yieldedAt < YIELD_NS) return
    await turn()
    this.#yieldedAt = monotonicNs()
    const { summary } = this.#parts.document
    const { counts, bytesInPlace } = this.#report
    const isWhole =
      (this.#options.include ?? []).length + (this.#options.exclude ?? []).length === 0 &&
      this.#options.subtree === undefined
    this.#options.onProgress?.({
      filesDone: counts.filesRestored + counts.filesUnchanged + counts.filesKept,
      bytesDone: counts.bytesRestored + bytesInPlace,
      filesExpected: isWhole ? summary.filesNew + summary.filesChanged + summary.filesUnmodified : undefined,
      bytesExpected: isWhole ? summary.bytesProcessed : undefined,
      currentPath: printablePath(currentPath),
    })
  }
}

function realLiteralOf(document: SnapshotDocument, typed: string): string {
  const real = realPathOf(document, Buffer.from(typed).toString('latin1'))
  return real === undefined ? typed : Buffer.from(real, 'latin1').toString()
}

/** An entry that stays as it is, by one of the report's reasons. */
function refusal(code: string): Error {
  return Object.assign(new Error('An entry of the target stays as it is.'), { code })
}

/** Searching takes a name in whatever case and accents, which a restore does not. */
function searchOf(wanted: string): { readonly list?: string } {
  return wanted.includes("'") ? {} : { list: `find '${wanted}'` }
}
