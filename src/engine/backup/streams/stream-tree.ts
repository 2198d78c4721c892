/**
 * The tree of a backup of streams: which paths there are, and what each consists of once it has been read to its end.
 */
import { Column, EntryColumns, FileType } from '../../../contracts/index.ts'
import { BackupError } from '../../../kernel/backup-error.ts'
import type { StreamEntry } from '../../../sources/index.ts'
import { type BlobReader, isUnreadableHere } from '../../repository/index.ts'
import {
  ContentKind,
  type FileContent,
  isNameAllowed,
  pagesOfDirectory,
  type SnapshotSummary,
} from '../../snapshot/index.ts'
import { type BlobKeeper, DirectorySealer } from '../session/directory-sealer.ts'
import { PageCollector } from '../session/page-collector.ts'

const PATH_BYTES_MAX = 4096
const FILE_MODE = 0o600
const FOLDER_MODE = FileType.DIRECTORY | 0o700
const PERMISSIONS = 0o7777
const NS_PER_SECOND = 1_000_000_000n

/** A path that was taken. */
export interface StreamFile {
  readonly mode: number
  readonly mtimeNs: bigint
  /** Once it has been read to its end. */
  stored?: { readonly content: FileContent; readonly bytes: number }
}

/** By name, one character a byte. */
interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: Map<string, StreamFile>
}

interface SealedEntry {
  readonly name: string
  /** Undefined of a folder. */
  readonly file: StreamFile | undefined
  readonly content: FileContent
}

export type StreamCounts = Pick<
  SnapshotSummary,
  'filesNew' | 'filesChanged' | 'filesUnmodified' | 'directories' | 'bytesProcessed'
>

export class StreamTree {
  readonly #sealer: DirectorySealer
  readonly #collector = new PageCollector<never>()
  readonly #columns = new EntryColumns()
  readonly #root: Folder = emptyFolder()

  constructor(store: BlobKeeper) {
    this.#sealer = new DirectorySealer(store)
  }

  /** Takes a path for an entry. Throws SOURCE_UNREADABLE where the tree can't have it. */
  claim({ path, mode = FILE_MODE, mtimeNs = 0n }: Pick<StreamEntry, 'path' | 'mode' | 'mtimeNs'>): StreamFile {
    const names = namesOf(path)
    if (!Number.isInteger(mode) || mode < 0 || mode > PERMISSIONS) throw refused(path, 'its mode is not 0 to 07777')
    if (BigInt.asIntN(64, mtimeNs) !== mtimeNs) throw refused(path, 'its time is out of range')
    const name = names.pop()!
    let folder = this.#root
    for (const each of names) {
      if (folder.files.has(each)) throw refused(path, 'a folder of it is given as a file')
      const inside = folder.folders.get(each) ?? emptyFolder()
      folder.folders.set(each, inside)
      folder = inside
    }
    if (folder.files.has(name)) throw refused(path, 'it is given twice')
    if (folder.folders.has(name)) throw refused(path, 'it is given as a folder, too')
    const file: StreamFile = { mode: FileType.FILE | mode, mtimeNs }
    folder.files.set(name, file)
    return file
  }

  /** Stores the pages of what has been read; gives the id of "/", also where that is empty. */
  seal(): Buffer {
    return this.#seal(this.#root) ?? this.#page([])
  }

  /** The same of a tree that is not whole; undefined where nothing has been read. */
  sealPartial(): Buffer | undefined {
    return this.#seal(this.#root)
  }

  /** Undefined where nothing of it has been read. */
  #seal({ folders, files }: Folder): Buffer | undefined {
    const entries: SealedEntry[] = []
    for (const [name, folder] of folders) {
      const id = this.#seal(folder)
      if (id) entries.push({ name, file: undefined, content: { kind: ContentKind.ONE, bytes: id } })
    }
    for (const [name, file] of files) if (file.stored) entries.push({ name, file, content: file.stored.content })
    return entries.length === 0 ? undefined : this.#page(entries.sort(byName))
  }

  #page(entries: readonly SealedEntry[]): Buffer {
    const columns = this.#columns
    columns.clear()
    columns.reserve(entries.length)
    columns.count = entries.length
    columns.names = entries.map(({ name }) => name)
    this.#collector.clear()
    for (const [entry, { file, content }] of entries.entries()) {
      setColumns(columns, entry, file)
      this.#collector.keep(entry, content.kind, content.bytes)
    }
    return this.#sealer.seal(this.#collector.pages(columns).pages, () => undefined)
  }

  /** What has been read, beside an earlier tree. */
  async count(reader: BlobReader, previous: Uint8Array | undefined): Promise<StreamCounts> {
    const counts = { filesNew: 0, filesChanged: 0, filesUnmodified: 0, directories: 0, bytesProcessed: 0 }
    await countFolder(this.#root, { reader, previous, counts })
    return counts
  }
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: new Map() }
}

/** Names have one character a byte. */
function byName(a: SealedEntry, b: SealedEntry): number {
  return a.name < b.name ? -1 : 1
}

function namesOf(path: string): string[] {
  const bytes = Buffer.from(path)
  if (!path.isWellFormed()) throw refused(path.toWellFormed(), 'its path is no UTF-8')
  if (bytes.length > PATH_BYTES_MAX) throw refused(path, `its path is longer than ${PATH_BYTES_MAX} bytes`)
  const [before, ...names] = bytes.toString('latin1').split('/')
  if (before !== '' || names.length === 0 || !names.every(isNameAllowed))
    throw refused(path, 'its path is not absolute, or has a name that no file can have')
  return names
}

export function refused(path: string, cause: string): BackupError {
  return new BackupError('SOURCE_UNREADABLE', `The entry can't be taken: ${cause}.`, { context: { path, cause } })
}

/** What a stream does not have is 0, so that equal contents make equal pages. */
function setColumns({ values }: EntryColumns, entry: number, file: StreamFile | undefined): void {
  for (const column of values) column[entry] = 0
  values[Column.LINKS]![entry] = 1
  values[Column.MODE]![entry] = file?.mode ?? FOLDER_MODE
  if (!file) return
  const { bytes } = file.stored!
  values[Column.SIZE_LOW]![entry] = bytes % 2 ** 32
  values[Column.SIZE_HIGH]![entry] = Math.floor(bytes / 2 ** 32)
  const nanoseconds = ((file.mtimeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND
  const seconds = (file.mtimeNs - nanoseconds) / NS_PER_SECOND
  values[Column.MTIME_NANOSECONDS]![entry] = Number(nanoseconds)
  values[Column.MTIME_LOW]![entry] = Number(BigInt.asUintN(32, seconds))
  values[Column.MTIME_HIGH]![entry] = Number(BigInt.asUintN(32, seconds >> 32n))
}

interface Counting {
  readonly reader: BlobReader
  readonly previous: Uint8Array | undefined
  readonly counts: { -readonly [Count in keyof StreamCounts]: number }
}

async function countFolder(folder: Folder, { reader, previous, counts }: Counting): Promise<void> {
  counts.directories += 1
  const before = await contentsOf(reader, previous)
  for (const [name, { stored }] of folder.files) {
    if (!stored) continue
    counts.bytesProcessed += stored.bytes
    const earlier = before.get(name)
    if (!earlier) counts.filesNew += 1
    else if (isSame(earlier, stored.content)) counts.filesUnmodified += 1
    else counts.filesChanged += 1
  }
  for (const [name, inside] of folder.folders) {
    const earlier = before.get(name)
    await countFolder(inside, { reader, previous: earlier?.isFolder ? earlier.bytes : undefined, counts })
  }
}

interface EarlierContent extends FileContent {
  readonly isFolder: boolean
}

function isSame(earlier: EarlierContent, { kind, bytes }: FileContent): boolean {
  return !earlier.isFolder && earlier.kind === kind && Buffer.compare(earlier.bytes, bytes) === 0
}

/** By name; nothing of a directory that can't be read, which only the counts would need. */
async function contentsOf(reader: BlobReader, id: Uint8Array | undefined): Promise<Map<string, EarlierContent>> {
  const found = new Map<string, EarlierContent>()
  if (!id) return found
  try {
    for await (const page of pagesOfDirectory(reader, id))
      for (let entry = 0; entry < page.count; entry += 1)
        found.set(page.columns.names[entry]!, {
          kind: page.kinds[entry]!,
          bytes: page.contentOf(entry),
          isFolder: page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE,
        })
  } catch (error) {
    if (!isUnreadableHere(error)) throw error
  }
  return found
}
