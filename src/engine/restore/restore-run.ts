/**
 * One walk over a snapshot's tree that brings it into a folder: what is restored, what is left as it is, in which order
 * directories, files and metadata follow each other.
 */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { monotonicNs, turn } from '../../kernel/clock.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { BlobReader } from '../repository/index.ts'
import {
  bytesOfPathText,
  ContentKind,
  type DirectoryPage,
  pagesOfDirectory,
  printablePath,
  realPatternOf,
  type SnapshotDocument,
} from '../snapshot/index.ts'
import type { ContentLanes } from './content-lanes.ts'
import { applyMetadata, type MetadataOptions } from './entry-metadata.ts'
import { FileRestorer, type FileToRestore } from './file-restorer.ts'
import { HeldDirectory } from './held-directory.ts'
import { locateDirectory, type ResolvedPath } from './locate.ts'
import { Overwrite, type RestoreIssue, type RestoreOptions, type RestoreResult } from './restore-options.ts'
import { createSelection, type Selection } from './selection.ts'
import { namesIn, removeTree, statusOf, TargetDirectory } from './target-directory.ts'
import { isLeftover, makeSpecial, putInPlace, temporaryName } from './temporary-entry.ts'

const YIELD_NS = 40_000_000n
const ISSUES_MAX = 1000
/** What may be wrong with one entry while the others are restored; everything else ends the restore. */
const ISSUES: ReadonlySet<string> = new Set(['DAMAGED', 'NOT_FOUND', 'RESTORE_MISMATCH', 'TARGET_REFUSED'])

export interface RunParts {
  readonly calls: SystemCalls
  readonly document: SnapshotDocument
  readonly options: RestoreOptions
  /** Absolute. */
  readonly target: string
  readonly metadata: BlobReader
  readonly lanes: ContentLanes
}

export class RestoreRun implements AsyncDisposable {
  readonly #parts: RunParts
  readonly #calls: SystemCalls
  readonly #roots: readonly string[]
  readonly #selection: Selection
  readonly #overwrite: Overwrite
  readonly #files: FileRestorer
  readonly #metadataOptions: MetadataOptions
  readonly #linked = new Map<string, { readonly directory: string; readonly name: string }>()
  readonly #issues: RestoreIssue[] = []
  readonly #startedNs = monotonicNs()
  #yieldedAt = this.#startedNs
  #issueCount = 0
  /** Of files that are left as they are. */
  #bytesInPlace = 0
  readonly #root: TargetDirectory
  /** From now on directories are only closed. */
  #isEnding = false
  #counts = {
    filesRestored: 0,
    filesUnchanged: 0,
    filesKept: 0,
    filesVerified: 0,
    directories: 0,
    bytesRestored: 0,
    deleted: 0,
  }

  constructor(parts: RunParts) {
    this.#parts = parts
    this.#calls = parts.calls
    this.#roots = parts.document.paths.map(bytesOfPathText)
    this.#selection = createSelection((parts.options.include ?? []).map((each) => realPatternOf(parts.document, each)))
    this.#overwrite = parts.options.overwrite ?? Overwrite.IF_CHANGED
    this.#root = new TargetDirectory(Buffer.from(parts.target).toString('latin1'), {
      calls: parts.calls,
      mayReplace: this.#overwrite !== Overwrite.NEVER,
    })
    this.#metadataOptions = {
      calls: parts.calls,
      isRoot: process.getuid?.() === 0,
      onIssue: (name, what) => this.#issue(name, what),
    }
    this.#files = new FileRestorer({
      calls: parts.calls,
      lanes: parts.lanes,
      metadata: parts.metadata,
      metadataOptions: this.#metadataOptions,
      isVerified: parts.options.verify === true,
      signal: parts.options.signal,
      onRestored: (file) => this.#restored(file),
      onFailed: (error, source) => this.#failed(error, source),
    })
  }

  async run(): Promise<RestoreResult> {
    const { document, options, metadata } = this.#parts
    const from = await locateDirectory(metadata, document, options.subtree ?? '/')
    const root = new HeldDirectory(this.#root)
    const leave = await this.#directory(from.id, from.path, root)
    root.close(() => (this.#isEnding ? undefined : leave()))
    await this.#files.finish()
    // A folder with nothing in it comes back, too.
    if (!options.dryRun && (options.include ?? []).length === 0) this.#root.descriptor()
    if (this.#root.isNew && !options.dryRun) this.#rootMetadata(from)
    this.#nameUnmatched()
    return {
      ...this.#counts,
      issues: this.#issues,
      issueCount: this.#issueCount,
      durationMs: Number(monotonicNs() - this.#startedNs) / 1e6,
    }
  }

  /** Throws NOT_FOUND when nothing at all was asked for rightly. */
  #nameUnmatched(): void {
    const wanted = this.#parts.options.include ?? []
    const unmatched = this.#selection.unmatched()
    if (wanted.length > 0 && unmatched.length === wanted.length)
      throw new BackupError('NOT_FOUND', 'Nothing in the snapshot matches.', { context: { object: wanted.join(', ') } })
    for (const pattern of unmatched) this.#issue(Buffer.from(pattern).toString('latin1'), 'NO_MATCH')
  }

  /** A new target takes the metadata of the folder whose inside it received. */
  #rootMetadata({ path: source, found }: ResolvedPath): void {
    if (found) applyMetadata({ ...found, path: source }, { descriptor: this.#root.descriptor() }, this.#metadataOptions)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    await this.#files[Symbol.asyncDispose]()
    this.#root[Symbol.dispose]()
  }

  /** Gives what is left to do once the directory's last file is in its place. */
  async #directory(id: Uint8Array, source: string, held: HeldDirectory): Promise<() => void> {
    const { target } = held
    const names = new Set<string>()
    try {
      for await (const page of pagesOfDirectory(this.#parts.metadata, id)) {
        for (let entry = 0; entry < page.count; entry += 1) {
          names.add(page.columns.names[entry]!)
          await this.#entry(page, entry, { source, held })
        }
      }
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED') && !isBackupError(error, 'NOT_FOUND')) throw error
      this.#issue(source, error.code)
      return () => {}
    }
    return () => {
      if (!this.#parts.options.dryRun) this.#sweep(target, names)
      if (this.#parts.options.delete && this.#isOwn(source)) this.#deleteOthers(target, names)
    }
  }

  async #entry(page: DirectoryPage, entry: number, at: { source: string; held: HeldDirectory }): Promise<void> {
    const name = page.columns.names[entry]!
    const source = at.source === '/' ? `/${name}` : `${at.source}/${name}`
    const isTaken = this.#selection.takes(source)
    const type = page.columns.type(entry)
    if (type === FileType.DIRECTORY) {
      if (isTaken || this.#selection.mayHold(source))
        await this.#subdirectory(page, entry, { source, target: at.held.target.child(name), isTaken })
      return
    }
    if (!isTaken) return
    await this.#breathe(source)
    try {
      if (type === FileType.FILE) await this.#file(page, entry, { source, held: at.held })
      else this.#special(page, entry, at.held.target)
    } catch (error) {
      this.#failed(error, source)
    }
  }

  async #subdirectory(
    page: DirectoryPage,
    entry: number,
    at: { source: string; target: TargetDirectory; isTaken: boolean },
  ): Promise<void> {
    const { source, target } = at
    const held = new HeldDirectory(target)
    const { dryRun } = this.#parts.options
    try {
      if (at.isTaken) {
        this.#counts.directories += 1
        if (!dryRun) target.descriptor()
      }
      const leave =
        page.kinds[entry] === ContentKind.ONE
          ? await this.#directory(Uint8Array.from(page.contentOf(entry)), source, held)
          : undefined
      if (!leave && !this.#parts.document.complete) this.#issue(source, 'NOT_REACHED')
      held.close(() =>
        this.#leave(source, target, () => {
          leave?.()
          if (!dryRun && target.isOpen && (at.isTaken || target.isNew))
            applyMetadata({ page, entry, path: source }, { descriptor: target.descriptor() }, this.#metadataOptions)
        }),
      )
    } catch (error) {
      held.close(() => target[Symbol.dispose]())
      this.#failed(error, source)
    }
  }

  #leave(source: string, target: TargetDirectory, run: () => void): void {
    try {
      if (!this.#isEnding) run()
    } catch (error) {
      this.#failed(error, source)
    } finally {
      target[Symbol.dispose]()
    }
  }

  async #file(page: DirectoryPage, entry: number, at: { source: string; held: HeldDirectory }): Promise<void> {
    const { columns } = page
    const { target } = at.held
    const name = columns.names[entry]!
    const bytes = columns.size(entry)
    if (page.kinds[entry] === ContentKind.NONE && bytes > 0) return this.#issue(at.source, 'NOT_REACHED')
    const existing = target.isNew ? undefined : this.#existing(target, name)
    if (existing && this.#keeps(existing, page, entry)) return
    if (this.#parts.options.dryRun) {
      this.#counts.filesRestored += 1
      this.#counts.bytesRestored += bytes
      return
    }
    const isLinked = columns.links(entry) > 1
    if (isLinked && this.#link(page, entry, target)) return
    await this.#files.add({
      page,
      entry,
      source: at.source,
      held: at.held,
      isReplacing: existing !== undefined,
      isNow: isLinked,
    })
  }

  #restored({ page, entry, held }: FileToRestore): void {
    const { columns } = page
    if (columns.links(entry) > 1)
      this.#linked.set(columns.identity(entry), { directory: held.target.path, name: columns.names[entry]! })
    this.#counts.filesRestored += 1
    this.#counts.bytesRestored += columns.size(entry)
    if (this.#parts.options.verify) this.#counts.filesVerified += 1
  }

  #special(page: DirectoryPage, entry: number, target: TargetDirectory): void {
    const name = page.columns.names[entry]!
    const existing = target.isNew ? undefined : this.#existing(target, name)
    if (existing && this.#keeps(existing, page, entry)) return
    this.#counts.filesRestored += 1
    if (this.#parts.options.dryRun) return
    const directory = target.descriptor()
    const temporary = temporaryName()
    makeSpecial(this.#calls, { page, entry }, { directory, name: temporary })
    try {
      applyMetadata(
        { page, entry, path: `${target.path}/${name}` },
        { directory, name: temporary },
        this.#metadataOptions,
      )
      putInPlace(this.#calls, directory, { temporary, name, isReplacing: existing !== undefined })
    } catch (error) {
      this.#calls.unlinkat(directory, temporary, { isDirectory: false })
      throw error
    }
  }

  #link(page: DirectoryPage, entry: number, target: TargetDirectory): boolean {
    const first = this.#linked.get(page.columns.identity(entry))
    if (!first) return false
    const name = page.columns.names[entry]!
    const from = this.#openChain(first.directory)
    try {
      const directory = target.descriptor()
      if (!target.isNew && statusOf(this.#calls, directory, name))
        this.#calls.unlinkat(directory, name, { isDirectory: false })
      this.#calls.linkat({ directory: from, name: first.name }, directory, name)
    } finally {
      fs.closeSync(from)
    }
    this.#counts.filesRestored += 1
    return true
  }

  /** Opens a directory of the target again, step by step without following links. */
  #openChain(directory: string): number {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW
    let at = this.#calls.openat(this.#root.descriptor(), '.', flags)
    const rest = directory.slice(this.#root.path === '/' ? 0 : this.#root.path.length)
    for (const name of rest.split('/').filter((part) => part !== '')) {
      const next = this.#calls.openat(at, name, flags)
      fs.closeSync(at)
      at = next
    }
    return at
  }

  #existing(target: TargetDirectory, name: string) {
    const directory = target.existing()
    return directory === undefined ? undefined : statusOf(this.#calls, directory, name)
  }

  /** True when the overwrite mode leaves the existing file as it is. */
  #keeps(existing: NonNullable<ReturnType<typeof statusOf>>, page: DirectoryPage, entry: number): boolean {
    const { columns } = page
    const isSameTime =
      existing.mtimeSeconds === columns.mtimeSeconds(entry) &&
      existing.mtimeNanoseconds === columns.mtimeNanoseconds(entry)
    const isSame =
      fileTypeOf(existing.mode) === columns.type(entry) && existing.bytes === columns.size(entry) && isSameTime
    const isNewer =
      existing.mtimeSeconds > columns.mtimeSeconds(entry) ||
      (existing.mtimeSeconds === columns.mtimeSeconds(entry) &&
        existing.mtimeNanoseconds >= columns.mtimeNanoseconds(entry))
    if (this.#overwrite === Overwrite.IF_CHANGED && isSame) this.#counts.filesUnchanged += 1
    else if (this.#overwrite === Overwrite.NEVER || (this.#overwrite === Overwrite.IF_NEWER && isNewer))
      this.#counts.filesKept += 1
    else return false
    this.#bytesInPlace += columns.size(entry)
    return true
  }

  /** True at and below the backup's own paths; what stands beside them was never looked at. */
  #isOwn(source: string): boolean {
    return this.#roots.some((root) => root === '/' || source === root || source.startsWith(`${root}/`))
  }

  #sweep(target: TargetDirectory, names: ReadonlySet<string>): void {
    const directory = target.isNew ? undefined : target.existing()
    if (directory === undefined) return
    const ofAll = this.#parts.options.sweep === true
    for (const name of namesIn(this.#calls, directory))
      if (isLeftover(name, { ofAll }) && !names.has(name)) this.#calls.unlinkat(directory, name, { isDirectory: false })
  }

  #deleteOthers(target: TargetDirectory, names: ReadonlySet<string>): void {
    const directory = target.existing()
    if (directory === undefined) return
    for (const name of namesIn(this.#calls, directory)) {
      if (names.has(name)) continue
      if (!this.#parts.options.dryRun) removeTree(this.#calls, directory, name)
      this.#counts.deleted += 1
    }
  }

  #failed(error: unknown, source: string): void {
    const code = systemCode(error)
    if (code === undefined || (isBackupError(error) && !ISSUES.has(error.code))) throw error
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new BackupError('DISK_FULL', 'The target has no room left.', {
        context: { path: printablePath(source) },
        cause: error,
      })
    this.#issue(source, code)
  }

  #issue(source: string, reason: string): void {
    this.#issueCount += 1
    if (this.#issues.length < ISSUES_MAX) this.#issues.push({ path: printablePath(source), reason })
  }

  async #breathe(currentPath: string): Promise<void> {
    throwIfAborted(this.#parts.options.signal)
    if (monotonicNs() - this.#yieldedAt < YIELD_NS) return
    await turn()
    this.#yieldedAt = monotonicNs()
    const {
      document: { summary },
      options,
    } = this.#parts
    const isWhole = (options.include ?? []).length === 0 && options.subtree === undefined
    options.onProgress?.({
      filesDone: this.#counts.filesRestored + this.#counts.filesUnchanged + this.#counts.filesKept,
      bytesDone: this.#counts.bytesRestored + this.#bytesInPlace,
      filesExpected: isWhole ? summary.filesNew + summary.filesChanged + summary.filesUnmodified : undefined,
      bytesExpected: isWhole ? summary.bytesProcessed : undefined,
      currentPath: printablePath(currentPath),
    })
  }
}
