/** Looking inside snapshots: list, find, compare, read one file. */
import { Column, FileType, fileTypeOf } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { BlobReader, Repository } from '../repository/index.ts'
import {
  childPath,
  chunksOf,
  type DirectoryPage,
  ExtraType,
  IndexClass,
  isHole,
  openIndex,
  openReader,
  pagesOfDirectory,
  printablePath,
  readDeleteLog,
  realPatternOf,
  type SnapshotEntry,
  walkTree,
} from '../snapshot/index.ts'
import { attributesOf } from './entry-metadata.ts'
import { directoryOf, resolvePath } from './locate.ts'
import { Wish } from './selection.ts'

export type EntryType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'block' | 'character'

const TYPE_NAMES: Readonly<Record<number, EntryType>> = {
  [FileType.FILE]: 'file',
  [FileType.DIRECTORY]: 'directory',
  [FileType.LINK]: 'link',
  [FileType.FIFO]: 'fifo',
  [FileType.SOCKET]: 'socket',
  [FileType.BLOCK]: 'block',
  [FileType.CHARACTER]: 'character',
}

export interface ListedEntry {
  readonly path: string
  readonly type: EntryType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly bytes: number
  /** ISO 8601. */
  readonly modifiedAt: string
  readonly linkTarget?: string
}

function describe(page: DirectoryPage, entry: number, path: string): ListedEntry {
  const { columns } = page
  const mode = columns.mode(entry)
  const link = page.extra(entry, ExtraType.LINK_TARGET)
  const ms = columns.mtimeSeconds(entry) * 1000 + Math.floor(columns.mtimeNanoseconds(entry) / 1e6)
  return {
    path: printablePath(path),
    type: TYPE_NAMES[fileTypeOf(mode)] ?? 'file',
    mode: mode & 0o7777,
    uid: columns.values[Column.UID]![entry]!,
    gid: columns.values[Column.GID]![entry]!,
    bytes: columns.size(entry),
    modifiedAt: Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `@${columns.mtimeSeconds(entry)}`,
    ...(link && { linkTarget: printablePath(Buffer.from(link).toString('latin1')) }),
  }
}

/** What inspects one repository; dispose it to close its packs. */
/** Without case and accents, whichever way they are written. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC')
}

export class Inspector implements AsyncDisposable {
  readonly #meta: ReturnType<typeof openReader>
  readonly #repository: Repository
  #data: ReturnType<typeof openReader> | undefined

  private constructor(repository: Repository, meta: ReturnType<typeof openReader>) {
    this.#repository = repository
    this.#meta = meta
  }

  static async open(repository: Repository): Promise<Inspector> {
    return new Inspector(
      repository,
      openReader(repository, await openIndex(repository, IndexClass.META, (await readDeleteLog(repository)).packs), {
        cacheSegments: 8,
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#meta.segments[Symbol.asyncDispose]()
    await this.#data?.segments[Symbol.asyncDispose]()
  }

  /**
   * The entries of a directory, or the one entry that is no directory. A relative path is resolved as locate.ts says.
   * Throws NOT_FOUND.
   */
  async *list(
    snapshot: SnapshotEntry,
    path: string,
    options: { readonly recursive: boolean },
  ): AsyncGenerator<ListedEntry> {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path)
    const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, 'hex')
    if (!id) {
      yield describe(found!.page, found!.entry, at)
      return
    }
    const pages = options.recursive
      ? walkTree(this.#meta.reader, id, { path: at })
      : withPath(pagesOfDirectory(this.#meta.reader, id), at)
    for await (const { path: folder, page } of pages)
      for (let entry = 0; entry < page.count; entry += 1)
        yield describe(page, entry, childPath(folder, page.columns.names[entry]!))
  }

  /** The entries of the directory with this id (hexadecimal), by their names. Throws NOT_FOUND, DAMAGED. */
  async *directory(id: string): AsyncGenerator<ListedEntry & { readonly tree?: string }> {
    for await (const page of pagesOfDirectory(this.#meta.reader, Buffer.from(id, 'hex'))) {
      for (let entry = 0; entry < page.count; entry += 1) {
        const inside = directoryOf({ page, entry })
        const { path: name, ...facts } = describe(page, entry, page.columns.names[entry]!)
        yield { path: name, ...facts, ...(inside && { tree: Buffer.from(inside).toString('hex') }) }
      }
    }
  }

  /** One blob by its id (hexadecimal), proven by it. Throws NOT_FOUND, DAMAGED. */
  async blob(id: string): Promise<{ readonly bytes: Uint8Array; readonly holds: 'data' | 'metadata' }> {
    const name = Buffer.from(id, 'hex')
    if (this.#meta.reader.has(name))
      return { bytes: Uint8Array.from(await this.#meta.reader.read(name)), holds: 'metadata' }
    const { reader } = await this.#openData()
    return { bytes: Uint8Array.from(await reader.read(name)), holds: 'data' }
  }

  async #openData(): Promise<ReturnType<typeof openReader>> {
    this.#data ??= openReader(
      this.#repository,
      await openIndex(this.#repository, IndexClass.DATA, (await readDeleteLog(this.#repository)).packs),
      { cacheSegments: 8 },
    )
    return this.#data
  }

  /** What stands at a path. Throws NOT_FOUND. */
  async typeOf(snapshot: SnapshotEntry, path: string): Promise<EntryType> {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path)
    return found ? describe(found.page, found.entry, at).type : 'directory'
  }

  /**
   * Entries whose path or name is the pattern, or matches it as a glob, in every given snapshot. Case and accents do
   * not matter, whichever way they are written; with `isExact` they do.
   */
  async *find(
    snapshots: readonly SnapshotEntry[],
    pattern: string,
    { isExact = false }: { readonly isExact?: boolean } = {},
  ): AsyncGenerator<ListedEntry & { readonly snapshot: string }> {
    const as = (text: string) => (isExact ? text : folded(text))
    for (const snapshot of snapshots) {
      // A path by the name with links in it that was given to the backup, as restore takes it.
      const meaning = as(realPatternOf(snapshot.document, pattern))
      const wish = new Wish(as(pattern), { isLiteral: false, meaning })
      for await (const { path, page } of walkTree(this.#meta.reader, Buffer.from(snapshot.document.tree, 'hex'))) {
        for (let entry = 0; entry < page.count; entry += 1) {
          const at = childPath(path, page.columns.names[entry]!)
          const text = isExact ? at : Buffer.from(folded(Buffer.from(at, 'latin1').toString('utf8'))).toString('latin1')
          if (wish.meets(text)) yield { snapshot: snapshot.name, ...describe(page, entry, at) }
        }
      }
    }
  }

  /** Differences from `a` to `b`, in path order. */
  async *diff(a: SnapshotEntry, b: SnapshotEntry): AsyncGenerator<Difference> {
    yield* diffDirectories(this.#meta.reader, {
      path: '/',
      a: Buffer.from(a.document.tree, 'hex'),
      b: Buffer.from(b.document.tree, 'hex'),
    })
  }

  /**
   * Everything of `b` beside `a`, or beside nothing, and what is in `a` alone, in path order: what differs and what
   * does not. One directory of each depth is in memory.
   */
  async *compare(a: SnapshotEntry | undefined, b: SnapshotEntry): AsyncGenerator<Compared> {
    const trees = { a: a && Buffer.from(a.document.tree, 'hex'), b: Buffer.from(b.document.tree, 'hex') }
    yield* compareDirectories(this.#meta.reader, { path: '/', ...trees })
  }

  /** The bytes of one file, each chunk proven by its id. Throws NOT_FOUND, DAMAGED. */
  async *content(snapshot: SnapshotEntry, path: string): AsyncGenerator<Uint8Array> {
    const { found } = await resolvePath(this.#meta.reader, snapshot.document, path)
    if (found?.page.columns.type(found.entry) !== FileType.FILE)
      throw new BackupError('NOT_FOUND', 'The snapshot has no such file.', { context: { object: path } })
    yield* this.#contentOf(found.page, found.entry)
  }

  /** A directory's entries with all below, or one entry, each with a way to its bytes. Throws NOT_FOUND. */
  async *entries(snapshot: SnapshotEntry, path: string): AsyncGenerator<InspectedEntry> {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path)
    const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, 'hex')
    if (found) yield this.#inspected(found.page, found.entry, at)
    if (id) yield* this.#below(id, at)
  }

  /** Each directory is followed by what is in it, as tar needs it to set its times last. */
  async *#below(id: Uint8Array, path: string): AsyncGenerator<InspectedEntry> {
    for await (const page of pagesOfDirectory(this.#meta.reader, id)) {
      for (let entry = 0; entry < page.count; entry += 1) {
        const at = childPath(path, page.columns.names[entry]!)
        yield this.#inspected(page, entry, at)
        const inside = directoryOf({ page, entry })
        if (inside) yield* this.#below(inside, at)
      }
    }
  }

  #inspected(page: DirectoryPage, entry: number, path: string): InspectedEntry {
    return {
      ...describe(page, entry, path),
      bytePath: path,
      identity: page.columns.identity(entry),
      links: page.columns.links(entry),
      mtimeSeconds: page.columns.mtimeSeconds(entry),
      mtimeNanoseconds: page.columns.mtimeNanoseconds(entry),
      linkBytes: page.extra(entry, ExtraType.LINK_TARGET),
      device: deviceOf(page, entry),
      attributes: attributesOf(page, entry),
      content: () => this.#contentOf(page, entry),
    }
  }

  async *#contentOf(page: DirectoryPage, entry: number): AsyncGenerator<Uint8Array> {
    const { reader } = await this.#openData()
    const content = { kind: page.kinds[entry]!, bytes: page.contentOf(entry) }
    for await (const { id, bytes } of chunksOf(content, page.columns.size(entry), async (list) =>
      Uint8Array.from(await this.#meta.reader.read(list)),
    )) {
      yield* isHole(id) ? zeros(bytes) : [Uint8Array.from(await reader.read(id))]
    }
  }
}

/** An entry for an archive. `content` gives a file's bytes. */
export interface InspectedEntry extends ListedEntry {
  /** One character a byte. */
  readonly bytePath: string
  /** Equal for the hard links of one file. */
  readonly identity: string
  readonly links: number
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  /** Where a symbolic link leads, as it is. */
  readonly linkBytes: Uint8Array | undefined
  readonly device: { readonly major: number; readonly minor: number } | undefined
  /** Extended attributes; names are one character a byte. */
  readonly attributes: ReadonlyArray<{ readonly name: string; readonly value: Uint8Array }>
  readonly content: () => AsyncGenerator<Uint8Array>
}

function deviceOf(page: DirectoryPage, entry: number): InspectedEntry['device'] {
  const number = page.extra(entry, ExtraType.DEVICE_NUMBER)
  const bytes = number && Buffer.from(number)
  return bytes && { major: bytes.readUInt32LE(0), minor: bytes.readUInt32LE(4) }
}

async function* withPath(
  pages: AsyncGenerator<DirectoryPage>,
  path: string,
): AsyncGenerator<{ path: string; page: DirectoryPage }> {
  for await (const page of pages) yield { path, page }
}

function* zeros(bytes: number): Generator<Uint8Array> {
  const piece = new Uint8Array(Math.min(bytes, 1024 * 1024))
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length))
}

export interface Difference {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed' | 'metadata'
  /** The content changed although size, mtime, ctime and inode did not: the disk may be failing. */
  readonly isBitRotSuspected: boolean
  readonly bytesBefore: number
  readonly bytesAfter: number
}

interface Side {
  readonly page: DirectoryPage
  readonly entry: number
}

interface DirectoryPair {
  readonly path: string
  readonly a: Uint8Array | undefined
  readonly b: Uint8Array | undefined
}

export interface Compared {
  readonly path: string
  readonly change: Difference['change'] | 'same'
  readonly isDirectory: boolean
}

async function* compareDirectories(reader: BlobReader, pair: DirectoryPair): AsyncGenerator<Compared> {
  const isSame = pair.a !== undefined && pair.b !== undefined && Buffer.compare(pair.a, pair.b) === 0
  const after = await entriesOf(reader, pair.b)
  const before = isSame ? after : await entriesOf(reader, pair.a)
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [a, b] = [before.get(name), after.get(name)]
    const path = childPath(pair.path, name)
    const inside = { path, a: a && directoryOf(a), b: b && directoryOf(b) }
    const change = compare(path, a, b)?.change ?? 'same'
    yield { path: printablePath(path), change, isDirectory: (b ? inside.b : inside.a) !== undefined }
    if (inside.a || inside.b) yield* compareDirectories(reader, inside)
  }
}

async function* diffDirectories(reader: BlobReader, pair: DirectoryPair): AsyncGenerator<Difference> {
  if (pair.a && pair.b && Buffer.compare(pair.a, pair.b) === 0) return
  const before = await entriesOf(reader, pair.a)
  const after = await entriesOf(reader, pair.b)
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const a = before.get(name)
    const b = after.get(name)
    const path = childPath(pair.path, name)
    const difference = compare(path, a, b)
    if (difference) yield difference
    const inside = { path, a: a && directoryOf(a), b: b && directoryOf(b) }
    if (inside.a || inside.b) yield* diffDirectories(reader, inside)
  }
}

async function entriesOf(reader: BlobReader, id: Uint8Array | undefined): Promise<Map<string, Side>> {
  const entries = new Map<string, Side>()
  if (id)
    for await (const page of pagesOfDirectory(reader, id))
      for (let entry = 0; entry < page.count; entry += 1) entries.set(page.columns.names[entry]!, { page, entry })
  return entries
}

function compare(path: string, a: Side | undefined, b: Side | undefined): Difference | undefined {
  const bytesBefore = a ? a.page.columns.size(a.entry) : 0
  const bytesAfter = b ? b.page.columns.size(b.entry) : 0
  const facts = { path: printablePath(path), bytesBefore, bytesAfter, isBitRotSuspected: false }
  if (!a || !b) return { ...facts, change: a ? 'removed' : 'added' }
  const types = [a, b].map(({ page, entry }) => page.columns.type(entry))
  if (types[0] !== types[1]) return { ...facts, change: 'changed' }
  if (types[0] === FileType.FILE && !isSameContent(a, b))
    return {
      ...facts,
      change: 'changed',
      isBitRotSuspected: hasInode(a) && a.page.columns.isUnchanged(a.entry, b.page.columns, b.entry),
    }
  return isSameMetadata(a, b) ? undefined : { ...facts, change: 'metadata' }
}

/** A stream has none, and no times that tell of a change. */
function hasInode({ page: { columns }, entry }: Side): boolean {
  return columns.values[Column.INODE_LOW]![entry] !== 0 || columns.values[Column.INODE_HIGH]![entry] !== 0
}

function isSameContent(a: Side, b: Side): boolean {
  return (
    a.page.kinds[a.entry] === b.page.kinds[b.entry] &&
    Buffer.compare(a.page.contentOf(a.entry), b.page.contentOf(b.entry)) === 0
  )
}

const COMPARED = [Column.MODE, Column.UID, Column.GID, Column.MTIME_LOW, Column.MTIME_HIGH, Column.MTIME_NANOSECONDS]

function isSameMetadata(a: Side, b: Side): boolean {
  if (COMPARED.some((column) => a.page.columns.values[column]![a.entry] !== b.page.columns.values[column]![b.entry]))
    return false
  const extras = ({ page, entry }: Side) =>
    page
      .extrasOf(entry)
      .map(({ type, bytes }) => `${type}:${Buffer.from(bytes).toString('hex')}`)
      .join()
  return extras(a) === extras(b)
}
