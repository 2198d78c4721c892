/**
 * Brings what is no directory into the target: leaves what is right, corrects its metadata, links names of one file
 * together, and replaces the rest. A dry run takes the same decisions and makes the same remarks.
 */
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { BlobReader } from '../repository/index.ts'
import { ContentKind, chunksOf, type DirectoryPage } from '../snapshot/index.ts'
import type { ContentLanes } from './content-lanes.ts'
import {
  applyMetadata,
  correctMetadata,
  differsInMetadata,
  foreseeOwner,
  type MetadataOptions,
} from './entry-metadata.ts'
import { type EntryStatus, statusOf } from './entry-status.ts'
import { hasNoTime, holdsChunks, isSame, judge, Verdict } from './existing-entry.ts'
import { FileRestorer, type FileToRestore } from './file-restorer.ts'
import { HardLinks } from './hard-links.ts'
import type { HeldDirectory } from './held-directory.ts'
import type { Removal } from './removal.ts'
import { Overwrite, type RestoreOptions } from './restore-options.ts'
import type { RestoreReport } from './restore-report.ts'
import { NEEDED_REASON, type SparedEntries } from './spared-entries.ts'
import { whyRefused } from './target-access.ts'
import { namesIn, type TargetDirectory } from './target-directory.ts'
import { makeSpecial, temporaryName } from './temporary-entry.ts'

export interface EntryParts {
  readonly calls: SystemCalls
  readonly options: RestoreOptions
  readonly metadata: BlobReader
  readonly lanes: ContentLanes
  readonly metadataOptions: MetadataOptions
  readonly report: RestoreReport
  readonly spared: SparedEntries
  readonly removal: Removal
  readonly root: TargetDirectory
  /** Lets other work have its turn, and stops when asked to. */
  readonly breathe: (source: string) => Promise<void>
}

interface Entry {
  readonly page: DirectoryPage
  readonly entry: number
  readonly source: string
  readonly held: HeldDirectory
  readonly existing: EntryStatus | undefined
}

export class EntryRestorer implements AsyncDisposable {
  readonly #parts: EntryParts
  readonly #links: HardLinks
  readonly #files: FileRestorer
  readonly #overwrite: Overwrite
  readonly #isDry: boolean

  constructor(parts: EntryParts) {
    const { calls, lanes, metadata, metadataOptions, options, report, root } = parts
    this.#parts = parts
    this.#links = new HardLinks(calls, root)
    this.#overwrite = options.overwrite ?? Overwrite.IF_CHANGED
    this.#isDry = options.dryRun === true
    this.#files = new FileRestorer({
      calls,
      lanes,
      metadata,
      metadataOptions,
      isVerified: options.verify === true,
      signal: options.signal,
      makeRoom: (file) =>
        this.#makeRoom(file.held.target.descriptor(), file.page.columns.names[file.entry]!, file.source),
      onRestored: (file) => this.#restored(file),
      onFailed: (error, source) => report.failed(error, source),
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#files[Symbol.asyncDispose]()
  }

  /** Waits for what is being written. */
  finish(): Promise<void> {
    return this.#files.finish()
  }

  /** Throws what is wrong with this entry alone, and what ends the restore. */
  async restore(page: DirectoryPage, entry: number, at: { source: string; held: HeldDirectory }): Promise<void> {
    const { calls, report } = this.#parts
    const { target } = at.held
    const { columns } = page
    if (columns.type(entry) === FileType.FILE && page.kinds[entry] === ContentKind.NONE && columns.size(entry) > 0)
      return report.issue(at.source, 'NOT_REACHED')
    const directory = target.isNew ? undefined : target.existing()
    const existing = directory === undefined ? undefined : statusOf(calls, directory, columns.names[entry]!)
    const item = { page, entry, existing, ...at }
    if (existing && (await this.#stays(item, existing, directory!))) return
    const obstacle = this.#obstacle(item)
    if (obstacle !== undefined) return report.issue(at.source, obstacle)
    if (this.#links.has(page, entry) && this.#link(item)) return
    if (this.#isDry) return this.#wouldRestore(item)
    if (columns.type(entry) !== FileType.FILE) return this.#special(item)
    const isNow = columns.links(entry) > 1
    await this.#files.add({ page, entry, source: at.source, held: at.held, isReplacing: existing !== undefined, isNow })
  }

  /** True when what stands there is left, or needs no more than other metadata. */
  async #stays(item: Entry, status: EntryStatus, directory: number): Promise<boolean> {
    const { calls, metadataOptions, report } = this.#parts
    const { isStreamed } = metadataOptions
    const { page, entry, held } = item
    const verdict = judge({ status, directory, calls, isStreamed, overwrite: this.#overwrite }, page, entry)
    if (verdict === Verdict.REPLACED) return false
    // Equal by size and time, but another file than the first name: they belong together.
    if (verdict === Verdict.UNCHANGED && this.#links.has(page, entry) && !this.#links.isFirst(page, entry, status))
      return false
    if (!(await this.#isProven(item, status, directory)) && verdict === Verdict.UNCHANGED) return false
    report.bytesInPlace += page.columns.size(entry)
    report.decided(item.source, verdict === Verdict.KEPT ? 'kept' : 'unchanged')
    if (verdict === Verdict.KEPT) report.counts.filesKept += 1
    else {
      report.counts.filesUnchanged += 1
      this.#correct(item, status, directory)
      this.#links.note(page, entry, { target: held.target, existing: status })
    }
    return true
  }

  /** With `verify`, and where nothing is known of its time, by reading it. One that is kept by wish is only told. */
  async #isProven(item: Entry, status: EntryStatus, directory: number): Promise<boolean> {
    const { calls, metadata, metadataOptions, options, report, breathe } = this.#parts
    const { isStreamed } = metadataOptions
    const { page, entry, source } = item
    const existing = { status, directory, calls, isStreamed, name: page.columns.names[entry]! }
    const isUndated = this.#overwrite === Overwrite.IF_CHANGED && hasNoTime(page, entry)
    if ((options.verify !== true && !isUndated) || page.columns.type(entry) !== FileType.FILE) return true
    if (!isSame(existing, page, entry)) return true
    const content = { kind: page.kinds[entry]!, bytes: page.contentOf(entry) }
    const chunks = chunksOf(content, page.columns.size(entry), async (id) =>
      Uint8Array.from(await metadata.read(id, options.signal)),
    )
    const isRight = await holdsChunks(existing, chunks, () => breathe(source))
    if (isRight) report.counts.filesVerified += 1
    else if (this.#overwrite !== Overwrite.IF_CHANGED) report.issue(source, 'RESTORE_MISMATCH')
    return isRight
  }

  #correct({ page, entry, source, held }: Entry, status: EntryStatus, directory: number): void {
    const { metadataOptions, report } = this.#parts
    const place = { directory, name: page.columns.names[entry]! }
    const restored = { page, entry, path: source }
    if (this.#links.isFirst(page, entry, status)) return
    if (!differsInMetadata(restored, place, { ...metadataOptions, status })) return
    report.counts.metadataRestored += 1
    report.decided(source, 'metadata')
    if (status.isUnchangeable) return metadataOptions.onIssue(source, 'metadata: IMMUTABLE')
    if (this.#isDry) return foreseeOwner(restored, metadataOptions)
    correctMetadata(restored, { directory: held.target.descriptor(), name: place.name }, metadataOptions)
  }

  /** What would keep an entry from being written, as far as it can be seen before. */
  #obstacle({ existing, page, entry, source, held }: Entry): string | undefined {
    const { spared, options } = this.#parts
    if (existing && spared.fromReplacement(existing)) return NEEDED_REASON
    if (!this.#isDry) return undefined
    const obstacle = held.target.obstacle()
    if (obstacle !== undefined || !existing) return obstacle
    if (existing.isUnchangeable) return 'IMMUTABLE'
    if (fileTypeOf(existing.mode) !== FileType.DIRECTORY) return undefined
    const name = page.columns.names[entry]!
    if (options.delete !== true) return this.#isEmpty(held.target.existing()!, name) ? undefined : 'ENOTEMPTY'
    return this.#makeRoom(held.target.existing()!, name, source) ? undefined : 'ENOTEMPTY'
  }

  #isEmpty(directory: number, name: string): boolean {
    const { calls } = this.#parts
    return namesIn(calls, directory, name).length === 0
  }

  /**
   * A directory in the way of something else goes when it is empty, and with `delete` whole. True when nothing is in
   * the way any more; what could not be removed has been told.
   */
  #makeRoom(directory: number, name: string, source: string): boolean {
    const { calls, options, removal, report } = this.#parts
    const status = statusOf(calls, directory, name)
    if (!status || fileTypeOf(status.mode) !== FileType.DIRECTORY) return true
    if (options.delete !== true) {
      if (!this.#isDry) calls.unlinkat(directory, name, { isDirectory: true })
      return true
    }
    const isGone = removal.remove({ directory, name, source })
    if (isGone) {
      report.counts.deleted += 1
      report.decided(source, 'deleted')
    }
    return isGone
  }

  #link(item: Entry): boolean {
    const { report } = this.#parts
    const { page, entry, source, held, existing } = item
    const isReplacing = existing !== undefined
    if (this.#isDry) {
      report.counts.filesRestored += 1
      report.decided(source, 'restored', { isReplacing })
      return true
    }
    if (existing && this.#links.isFirst(page, entry, existing)) {
      report.counts.filesUnchanged += 1
      report.decided(source, 'unchanged')
      return true
    }
    const directory = held.target.writable()
    const temporary = temporaryName()
    const refused = this.#links.link(page, entry, { directory, name: temporary })
    if (refused !== undefined) {
      // A file of its own is better than none.
      report.issue(source, `hard link: ${refused}`)
      return false
    }
    this.#putInPlace(item, directory, temporary)
    report.counts.filesRestored += 1
    report.decided(source, 'restored', { isReplacing })
    return true
  }

  #special(item: Entry): void {
    const { calls, metadataOptions, report } = this.#parts
    const { page, entry, source, held } = item
    const directory = held.target.writable()
    const temporary = temporaryName()
    makeSpecial(calls, { page, entry }, { directory, name: temporary })
    applyMetadata(
      { page, entry, path: source },
      { directory, name: temporary },
      { ...metadataOptions, mayInherit: held.target.handsDown },
    )
    this.#putInPlace(item, directory, temporary)
    report.counts.filesRestored += 1
    report.decided(source, 'restored', { isReplacing: item.existing !== undefined })
    this.#links.note(page, entry, { target: held.target })
  }

  /** Removes the temporary entry again where that fails. */
  #putInPlace({ page, entry, source, existing }: Entry, directory: number, temporary: string): void {
    const { calls } = this.#parts
    const name = page.columns.names[entry]!
    try {
      if (existing && !this.#makeRoom(directory, name, source))
        throw Object.assign(new Error('A folder that could not be emptied stands there.'), { code: 'ENOTEMPTY' })
      calls.rename(directory, temporary, { name, noReplace: existing === undefined })
    } catch (error) {
      calls.unlinkat(directory, temporary, { isDirectory: false })
      throw whyRefused(error, calls, { directory, name })
    }
  }

  #restored({ page, entry, source, held, isReplacing }: FileToRestore): void {
    const { options, report } = this.#parts
    this.#links.note(page, entry, { target: held.target })
    report.counts.filesRestored += 1
    report.decided(source, 'restored', { isReplacing })
    report.counts.bytesRestored += page.columns.size(entry)
    if (options.verify) report.counts.filesVerified += 1
  }

  #wouldRestore({ page, entry, source, held, existing }: Entry): void {
    const { metadataOptions, options, report } = this.#parts
    this.#links.note(page, entry, { target: held.target, existing })
    foreseeOwner({ page, entry, path: source }, metadataOptions)
    report.counts.filesRestored += 1
    report.decided(source, 'restored', { isReplacing: existing !== undefined })
    if (page.columns.type(entry) !== FileType.FILE) return
    report.counts.bytesRestored += page.columns.size(entry)
    if (options.verify) report.counts.filesVerified += 1
  }
}
