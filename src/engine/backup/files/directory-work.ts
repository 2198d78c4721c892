/**
 * One directory, done by any lane: list it, compare it with the same directory of the parent snapshot, store what is
 * new. What it cannot finish alone (sub-directories, big files) it names, and the run fills it in before the pages are
 * sealed.
 */
import fs from 'node:fs'
import { Column, EntryColumns, FileType } from '../../../contracts/index.ts'
import { isBackupError, systemCode } from '../../../kernel/backup-error.ts'
import { monotonicNs } from '../../../kernel/clock.ts'
import {
  createDirectoryScanner,
  createEntryAccess,
  createFileFilter,
  type DirectoryFilter,
  type DirectoryScanner,
  type EntryAccess,
  type FileFilter,
  type IgnoreRules,
  type ScanSkip,
} from '../../../sources/index.ts'
import { ContentKind, type DirectoryPage, decodePage, ExtraType, type FileContent } from '../../snapshot/index.ts'
import { ARENA_BYTES, IndexNeeded, type Lane } from '../session/lane.ts'
import { PageCollector } from '../session/page-collector.ts'
import { CONTENT_OPEN } from '../session/page-draft.ts'
import { BackupWarningCode, type FoundWarning } from './backup-warning.ts'
import {
  type DirectoryCounters,
  type DirectoryResult,
  emptyCounters,
  type OpenEntry,
  type PlannedFile,
  type SkippedEntry,
} from './directory-result.ts'
import type { DirectoryTask, DirectoryWork, WorkSettings } from './directory-task.ts'
import { join } from './entry-path.ts'
import { FileWork } from './file-work.ts'
import { FolderMarks } from './folder-marks.ts'
import { isLeftOut } from './own-folders.ts'
import { notKeptOf, PreviousDirectories, type PreviousEntry } from './previous-directory.ts'
import { ReadAhead } from './read-ahead.ts'
import { skipReason } from './skip-reason.ts'

/** Files above this are cut by all lanes together: what fits the arena is read at once. */
export const BIG_FILE_BYTES = ARENA_BYTES
const SLICE_NS = 40_000_000n
/** Of entries, or of 16 KiB of content. */
const CREDIT = 256
const PREVIOUS_COLUMNS_KEPT = 4
const SPARSE_BYTES_MIN = 256 * 1024
const NOTHING = new Uint8Array(0)
const NO_NAMES: ReadonlySet<string> = new Set()

export function createDirectoryWork(lane: Lane, settings: WorkSettings): DirectoryWork {
  return new Work(lane, settings)
}

interface State {
  readonly task: DirectoryTask
  readonly previous: PreviousDirectories
  readonly skipped: SkippedEntry[]
  readonly changedWhileRead: string[]
  readonly metadataNotKept: Array<{ path: string; what: string }>
  readonly counters: ReturnType<typeof emptyCounters>
  readonly rules: IgnoreRules
  /** Undefined where everything is kept. */
  readonly filter: DirectoryFilter | undefined
  readonly warnings: FoundWarning[]
  /** Parents of the backup's paths: only these names. */
  only: ReadonlySet<string> | undefined
  hasFiles: boolean
  readonly planned: PlannedFile[]
}

class Work implements DirectoryWork {
  readonly #settings: WorkSettings
  readonly #scanner: DirectoryScanner = createDirectoryScanner()
  readonly #access: EntryAccess = createEntryAccess()
  readonly #filter: FileFilter
  readonly #marks: FolderMarks
  readonly #roots: ReadonlySet<string>
  readonly #files: FileWork
  readonly #columns = new EntryColumns()
  readonly #previousColumns: EntryColumns[] = []
  readonly #ahead: ReadAhead
  readonly #collector = new PageCollector<Omit<OpenEntry, 'page'>>()
  readonly #hasFilters: boolean
  readonly #stop: Int32Array
  #credit = CREDIT

  constructor(lane: Lane, settings: WorkSettings) {
    this.#settings = settings
    this.#stop = new Int32Array(settings.stop)
    this.#filter = createFileFilter(settings.filters, settings.roots)
    this.#marks = new FolderMarks(this.#access, settings.filters)
    this.#roots = new Set(settings.roots.roots)
    this.#files = new FileWork(lane, this.#access)
    this.#ahead = new ReadAhead(this.#access, BIG_FILE_BYTES)
    this.#hasFilters = Object.keys(settings.filters).length > 0
  }

  *slices(task: DirectoryTask): Generator<DirectoryCounters, DirectoryResult & { rules: IgnoreRules }> {
    const columns = this.#columns
    const scanSkips = this.#scan(task)
    const warnings: FoundWarning[] = []
    const rules = task.only ? task.rules : this.#marks.rules(task, columns, warnings)
    const isFiltered = !task.only && (this.#hasFilters || rules.length > 0)
    const state: State = {
      task,
      previous: new PreviousDirectories(this.#decode(task.previous)),
      skipped: scanSkips.map(({ name, reason }) => ({ path: name === '' ? task.path : join(task.path, name), reason })),
      changedWhileRead: [],
      metadataNotKept: [],
      counters: emptyCounters(),
      rules,
      filter: isFiltered ? this.#filter.inside(task.path, rules) : undefined,
      warnings,
      only: this.#isLeftOut(task) ? (this.#settings.passages.get(task.path) ?? NO_NAMES) : task.only,
      hasFiles: false,
      planned: [],
    }
    this.#collector.clear()
    try {
      yield* this.#entries(columns.count, state)
    } catch (error) {
      // It is done again from its start.
      if (error instanceof IndexNeeded && !task.only) this.#scanner.rewind(task)
      throw error
    } finally {
      this.#ahead.close()
    }
    return this.#result(state)
  }

  #result(state: State): DirectoryResult & { rules: IgnoreRules } {
    const { pages, open } = this.#collector.pages(this.#columns)
    const { uids, gids } = owners(this.#columns)
    const unreachable = this.#filter
      .takeUnreachable()
      .map(({ pattern, folder }) => ({ code: BackupWarningCode.NOT_TAKEN_BACK, subject: pattern, why: folder }))
    return {
      node: state.task.node,
      pages,
      open,
      skipped: state.skipped,
      changedWhileRead: state.changedWhileRead,
      metadataNotKept: state.metadataNotKept,
      uids,
      gids,
      hasFiles: state.hasFiles,
      met: this.#filter.takeMet(),
      warnings: [...state.warnings, ...unreachable],
      counters: state.counters,
      planned: state.planned,
      rules: state.rules,
    }
  }

  /** Into columns that are used again: they hold until the next directory. */
  #decode(trees: ReadonlyArray<readonly Uint8Array[]>): DirectoryPage[][] {
    let used = 0
    const columns = (): EntryColumns => {
      const kept = this.#previousColumns[used] ?? new EntryColumns()
      if (used < PREVIOUS_COLUMNS_KEPT) this.#previousColumns[used] = kept
      used += 1
      return kept
    }
    return trees.map((pages) => pages.flatMap((page) => knownPage(page, columns())))
  }

  *#entries(count: number, state: State): Generator<DirectoryCounters, void> {
    for (let entry = 0, sliceNs = monotonicNs(); entry < count; entry += 1) {
      this.#entry(entry, state)
      if (!this.#mayHaveWorkedLong(entry)) continue
      const now = monotonicNs()
      if (now - sliceNs < SLICE_NS) continue
      yield state.counters
      sliceNs = monotonicNs()
    }
  }

  /**
   * The clock is asked after some entries or some bytes, not after each: an unchanged folder has a hundred thousand
   * entries and nothing to do.
   */
  #mayHaveWorkedLong(entry: number): boolean {
    this.#credit -= 1 + (this.#columns.size(entry) >>> 14)
    if (this.#credit > 0) return false
    this.#credit = CREDIT
    return true
  }

  /** A directory that can't be listed stays, empty, and is named as skipped. */
  #scan(task: DirectoryTask): ScanSkip[] {
    try {
      return this.#scanner.scan(task, this.#columns, task.only)
    } catch (error) {
      this.#columns.clear()
      return [{ name: '', reason: systemCode(error) ?? 'unknown' }]
    }
  }

  #entry(entry: number, state: State): void {
    const columns = this.#columns
    const name = columns.names[entry]!
    if (state.only && !state.only.has(name)) return
    const type = columns.type(entry)
    const isFiltered = this.#isFiltered(entry, type, state)
    const isPassage = this.#isPassage(entry, type, { state, isFiltered })
    if (isFiltered && !isPassage) {
      state.counters.filesFiltered += 1
      return
    }
    const before = state.previous.find(name)
    if (type !== FileType.DIRECTORY) state.hasFiles = true
    if (type === FileType.DIRECTORY) this.#directory(entry, before, { state, isPassage })
    else if (type === FileType.FILE) this.#file(entry, before, state)
    else this.#special(entry, before, state)
  }

  /** Left out, or in what is left out, and on the way to a path that was asked for. */
  #isPassage(entry: number, type: number, seen: { readonly state: State; readonly isFiltered: boolean }): boolean {
    if (this.#settings.passages.size === 0 || type !== FileType.DIRECTORY) return false
    if (!seen.isFiltered && !seen.state.only) return false
    const path = join(seen.state.task.path, this.#columns.names[entry]!)
    return this.#settings.passages.has(path) && !this.#roots.has(path)
  }

  #directory(
    entry: number,
    earlier: readonly PreviousEntry[],
    { state, isPassage }: { readonly state: State; readonly isPassage: boolean },
  ): void {
    const same = earlier.filter((before) => before.page.columns.type(before.entry) === FileType.DIRECTORY)
    // A directory with a new name keeps its inode: what is in it is compared with what was in it, file by file, as
    // under the old name.
    const known = same.length > 0 ? same : state.previous.directoriesOf(this.#columns.identity(entry))
    const previous = known
      .filter((before) => before.page.kinds[before.entry] === ContentKind.ONE)
      .map((before) => Uint8Array.from(before.page.contentOf(before.entry)))
    const unchanged = same.find((before) => this.#isUnchanged(entry, before))
    if (unchanged) this.#copyExtras(entry, unchanged, state)
    else this.#readAttributes(entry, state)
    this.#open(entry, { kind: 'directory', previous, before: undefined, isPassage })
  }

  #file(entry: number, earlier: readonly PreviousEntry[], state: State): void {
    const bytes = this.#columns.size(entry)
    const before = this.#unchangedIn(earlier, entry, bytes)
    if (before) {
      this.#copyExtras(entry, before, state)
      this.#collector.keepAsBefore(entry, before)
      state.counters.filesUnmodified += 1
      state.counters.bytesProcessed += bytes
      return
    }
    if (Atomics.load(this.#stop, 0) !== 0) return this.#open(entry, { kind: 'file', previous: [], before: undefined })
    try {
      if (this.#settings.isDryRun) return this.#plan(entry, storedBefore(earlier) !== undefined, state)
      const stored = this.#storeFile(entry, earlier, state)
      if (!stored) return
      this.#count(stored, storedBefore(earlier), state)
      state.counters.bytesProcessed += this.#columns.size(entry)
    } catch (error) {
      const reason = skipReason(error)
      this.#dropExtras()
      state.skipped.push({ path: join(state.task.path, this.#columns.names[entry]!), reason })
    }
  }

  /** Whether it can be read is tried. */
  #plan(entry: number, isKnown: boolean, { task, counters, planned }: State): void {
    const name = this.#columns.names[entry]!
    const bytes = this.#columns.size(entry)
    fs.closeSync(this.#access.openFile(task, name))
    if (isKnown) counters.filesChanged += 1
    else counters.filesNew += 1
    counters.bytesProcessed += bytes
    planned.push({ path: join(task.path, name), change: isKnown ? 'changed' : 'new', bytes })
    this.#collector.keep(entry, ContentKind.NONE, NOTHING)
  }

  /** Stores a file or leaves it open for all lanes; undefined then. */
  #storeFile(entry: number, earlier: readonly PreviousEntry[], state: State): FileContent | undefined {
    const columns = this.#columns
    const name = columns.names[entry]!
    const linked = this.#files.linkedContent(columns, entry)
    this.#ahead.advance(entry, { directory: state.task, columns, isWanted: (each) => this.#isToBeRead(each, state) })
    const asked = this.#ahead.take(entry, columns)
    const descriptor = asked ?? this.#access.openFile(state.task, name)
    try {
      this.#access.checkIdentity(descriptor, columns, entry)
      this.#attributes(this.#access.attributesOfFile(descriptor), entry, state)
      const bytes = columns.size(entry)
      if (linked) {
        this.#collector.keep(entry, linked.kind, linked.bytes)
        return linked
      }
      if (bytes > BIG_FILE_BYTES || isSparse(columns, entry)) {
        this.#open(entry, { kind: 'file', previous: [], before: storedBefore(earlier) })
        return undefined
      }
      const { content, isAsListed } = this.#files.store(descriptor, { columns, entry }, (read) =>
        this.#ahead.timed(asked !== undefined, read),
      )
      if (!isAsListed) {
        this.#collector.extra(ExtraType.CHANGED, NOTHING)
        state.changedWhileRead.push(join(state.task.path, name))
      }
      this.#collector.keep(entry, content.kind, content.bytes)
      return content
    } finally {
      fs.closeSync(descriptor)
    }
  }

  /** Only in folders that are new to the repository: in others most files are unchanged, and not read. */
  #isToBeRead(entry: number, state: State): boolean {
    if (state.task.previous.length > 0 || (state.only && !state.only.has(this.#columns.names[entry]!))) return false
    return !this.#isFiltered(entry, FileType.FILE, state)
  }

  #special(entry: number, earlier: readonly PreviousEntry[], state: State): void {
    const before = earlier.find((each) => this.#isUnchanged(entry, each))
    if (before) {
      this.#copyExtras(entry, before, state)
      this.#collector.keep(entry, ContentKind.NONE, NOTHING)
      return
    }
    try {
      this.#specialExtras(entry, state)
      this.#collector.keep(entry, ContentKind.NONE, NOTHING)
    } catch (error) {
      const reason = skipReason(error)
      this.#dropExtras()
      state.skipped.push({ path: join(state.task.path, this.#columns.names[entry]!), reason })
    }
  }

  #specialExtras(entry: number, state: State): void {
    const type = this.#columns.type(entry)
    if (type === FileType.LINK)
      this.#collector.extra(ExtraType.LINK_TARGET, this.#access.readLink(state.task, this.#columns.names[entry]!))
    this.#readAttributes(entry, state)
    if (type === FileType.BLOCK || type === FileType.CHARACTER) {
      const device = Buffer.alloc(8)
      device.writeUInt32LE(this.#columns.rdevMajors[entry]!, 0)
      device.writeUInt32LE(this.#columns.rdevMinors[entry]!, 4)
      this.#collector.extra(ExtraType.DEVICE_NUMBER, device)
    }
  }

  #open(
    entry: number,
    {
      kind,
      previous,
      before,
      isPassage = false,
    }: {
      kind: 'directory' | 'file'
      previous: readonly Uint8Array[]
      before: PreviousEntry | undefined
      isPassage?: boolean
    },
  ): void {
    const columns = this.#columns
    this.#collector.open.push({
      entry: this.#collector.next,
      name: columns.names[entry]!,
      kind,
      bytes: columns.size(entry),
      previous,
      device: columns.device(entry),
      isSparse: isSparse(columns, entry),
      isPassage,
      ...(before && {
        before: { kind: before.page.kinds[before.entry]!, bytes: Uint8Array.from(before.page.contentOf(before.entry)) },
      }),
    })
    this.#collector.keep(entry, CONTENT_OPEN, NOTHING)
  }

  #readAttributes(entry: number, state: State): void {
    this.#attributes(this.#access.attributesOfEntry(state.task, this.#columns.names[entry]!), entry, state)
  }

  #attributes(found: ReturnType<EntryAccess['attributesOfFile']>, entry: number, state: State): void {
    for (const { name, value } of found.attributes)
      this.#collector.extra(
        ExtraType.ATTRIBUTE,
        Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), value]),
      )
    const failed = this.#access.missing === '' ? found.failed : [this.#access.missing]
    if (failed.length === 0) return
    this.#collector.extra(ExtraType.NOT_KEPT, Buffer.from(failed.join(', ')))
    state.metadataNotKept.push({ path: join(state.task.path, this.#columns.names[entry]!), what: failed.join(', ') })
  }

  #copyExtras(entry: number, before: PreviousEntry, state: State): void {
    if (before.page.extras.length === 0) return
    for (const { type, bytes } of before.page.extrasOf(before.entry))
      this.#collector.extra(type, Uint8Array.from(bytes))
    const what = notKeptOf(before)
    if (what !== undefined)
      state.metadataNotKept.push({ path: join(state.task.path, this.#columns.names[entry]!), what })
  }

  #dropExtras(): void {
    const next = this.#collector.next
    const extras = this.#collector.extras
    while (extras.length > 0 && extras[extras.length - 1]!.entry >= next) extras.pop()
  }

  #unchangedIn(earlier: readonly PreviousEntry[], entry: number, bytes: number): PreviousEntry | undefined {
    for (let i = 0; i < earlier.length; i += 1)
      if (this.#isUnchanged(entry, earlier[i]!) && isComplete(earlier[i]!, bytes)) return earlier[i]
    return undefined
  }

  #isUnchanged(entry: number, before: PreviousEntry): boolean {
    return this.#settings.trustPrevious && this.#columns.isUnchanged(entry, before.page.columns, before.entry)
  }

  #count(stored: FileContent, before: PreviousEntry | undefined, state: State): void {
    if (!before) state.counters.filesNew += 1
    else if (
      before.page.kinds[before.entry] === stored.kind &&
      Buffer.compare(before.page.contentOf(before.entry), stored.bytes) === 0 &&
      !this.#settings.trustPrevious
    )
      state.counters.filesUnmodified += 1
    else state.counters.filesChanged += 1
  }

  #isFiltered(entry: number, type: number, state: State): boolean {
    const columns = this.#columns
    const name = columns.names[entry]!
    const isDirectory = type === FileType.DIRECTORY
    if (isDirectory && isLeftOut(this.#settings.leftOut, name, state)) return true
    if (!state.filter) return false
    const isFile = type === FileType.FILE
    const isOut = state.filter.leavesOut({
      name,
      isDirectory,
      bytes: isFile ? columns.size(entry) : 0,
      modifiedMs: isFile ? columns.mtimeSeconds(entry) * 1000 : Number.POSITIVE_INFINITY,
    })
    return isOut && !this.#roots.has(join(state.task.path, name))
  }

  /** Marked as a cache, or by a name that excludes: the folder stays, its inside is left out. */
  #isLeftOut(task: DirectoryTask): boolean {
    return !task.only && !this.#roots.has(task.path) && this.#marks.leavesOut(task, this.#columns)
  }
}

/** What counts as the file's last state: an interrupted run that had not come to it has none. */
function storedBefore(earlier: readonly PreviousEntry[]): PreviousEntry | undefined {
  return earlier.findLast((each) => isComplete(each, each.page.columns.size(each.entry)))
}

/** False for what a checkpoint did not reach. */
function isComplete(before: PreviousEntry, bytes: number): boolean {
  return before.page.kinds[before.entry] !== ContentKind.NONE || bytes === 0
}

function isSparse(columns: EntryColumns, entry: number): boolean {
  const bytes = columns.size(entry)
  return bytes >= SPARSE_BYTES_MIN && columns.type(entry) === FileType.FILE && columns.blocks[entry]! * 512 < bytes
}

function owners(columns: EntryColumns): { uids: number[]; gids: number[] } {
  return {
    uids: distinct(columns.values[Column.UID]!, columns.count),
    gids: distinct(columns.values[Column.GID]!, columns.count),
  }
}

/** Nearly always one. */
function distinct(values: Uint32Array, count: number): number[] {
  const found: number[] = []
  for (let i = 0; i < count; i += 1)
    if ((i === 0 || values[i] !== values[i - 1]) && !found.includes(values[i]!)) found.push(values[i]!)
  return found
}

/** None for a page that only a later version can read: what is in it is read from the source again. */
function knownPage(page: Uint8Array, columns: EntryColumns): DirectoryPage[] {
  try {
    return [decodePage(page, columns)]
  } catch (error) {
    if (isBackupError(error, 'FEATURE_UNSUPPORTED')) return []
    throw error
  }
}
