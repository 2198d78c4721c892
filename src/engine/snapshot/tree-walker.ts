/** Walks the directories of a snapshot, parents before children, in name order. */
import { FileType } from '../../contracts/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { type BlobReader, isUnreadableHere } from '../repository/index.ts'
import { damageOf } from './chunk-list.ts'
import { BlobKind, ContentKind, type DirectoryPage, decodePage } from './directory-page.ts'
import { decodeSplit } from './directory-split.ts'

const DEPTH_MAX = 20_000
const FRAMES_MAX = 1_000_000

export interface WalkedPage {
  /** Of the directory, one character a byte; "/" for the root. */
  readonly path: string
  readonly page: DirectoryPage
}

export interface WalkOptions {
  readonly signal?: AbortSignal
  /** Asked for each metadata blob before it is read; false leaves it and all below it out. */
  readonly enter?: (id: Uint8Array) => boolean
  /** Asked for each sub-directory by path; false leaves it out. */
  readonly into?: (path: string) => boolean
  /** Told of a directory that can't be read; without it the walk throws. */
  readonly onDamage?: (path: string, error: BackupError) => void
}

export function childPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`
}

/** The pages of one directory. A page of a wide one that can't be read is an error at the end, after all that can. */
export async function* pagesOfDirectory(
  reader: BlobReader,
  id: Uint8Array,
  options: WalkOptions = {},
): AsyncGenerator<DirectoryPage> {
  if (options.enter?.(id) === false) return
  const blob = Uint8Array.from(reader.readSync(id) ?? (await reader.read(id, options.signal)))
  if (blob[0] !== BlobKind.SPLIT) {
    yield decodePage(blob)
    return
  }
  let failure: BackupError | undefined
  for (const { id: pageId } of decodeSplit(blob)) {
    if (options.enter?.(pageId) === false) continue
    const page = await readPage(reader, pageId, options.signal).catch((error: unknown) => {
      failure ??= damageOf(error)
    })
    if (page) yield page
  }
  if (failure) throw failure
}

async function readPage(reader: BlobReader, id: Uint8Array, signal: AbortSignal | undefined): Promise<DirectoryPage> {
  return decodePage(Uint8Array.from(reader.readSync(id) ?? (await reader.read(id, signal))))
}

interface Frame {
  readonly path: string
  readonly id: Uint8Array
}

/** Every page of every directory below `root` (a directory blob), depth first. */
export async function* walkTree(
  reader: BlobReader,
  root: Uint8Array,
  options: WalkOptions & { readonly path?: string } = {},
): AsyncGenerator<WalkedPage> {
  const stack: Frame[] = [{ path: options.path ?? '/', id: root }]
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    throwIfAborted(options.signal)
    const children: Frame[] = []
    try {
      for await (const page of pagesOfDirectory(reader, frame.id, options)) {
        yield { path: frame.path, page }
        collectChildren(frame.path, page, { into: options.into, children })
      }
    } catch (error) {
      if (!options.onDamage || !isUnreadableHere(error)) throw error
      options.onDamage(frame.path, error)
    }
    if (stack.length + children.length > FRAMES_MAX || frame.path.split('/').length > DEPTH_MAX) throw tooDeep()
    for (const child of children.reverse()) stack.push(child)
  }
}

interface PageVisitor extends Pick<WalkOptions, 'signal' | 'enter'> {
  /** The page is valid until the call is over. Gives a promise only when it has to wait. */
  readonly visit: (page: DirectoryPage) => Promise<void> | undefined
}

/**
 * The same pages for a visitor that asks for no paths. No promise is made where none is needed: thousands of pages
 * would make garbage faster than it is collected.
 */
export async function visitPages(
  reader: BlobReader,
  root: Uint8Array,
  { signal, enter, visit }: PageVisitor,
): Promise<void> {
  const stack = [{ id: root, depth: 0, isPart: false }]
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    throwIfAborted(signal)
    if (enter?.(frame.id) === false) continue
    const blob = Uint8Array.from(reader.readSync(frame.id) ?? (await reader.read(frame.id, signal)))
    // What a split directory consists of are pages.
    const page = blob[0] === BlobKind.SPLIT && !frame.isPart ? undefined : decodePage(blob)
    const below = page
      ? { ids: directoriesOf(page), depth: frame.depth + 1 }
      : { ids: decodeSplit(blob).map(({ id }) => id), depth: frame.depth }
    const waits = page && visit(page)
    if (waits) await waits
    if (stack.length + below.ids.length > FRAMES_MAX || below.depth > DEPTH_MAX) throw tooDeep()
    for (const id of below.ids.reverse()) stack.push({ id, depth: below.depth, isPart: page === undefined })
  }
}

function directoriesOf(page: DirectoryPage): Uint8Array[] {
  const ids: Uint8Array[] = []
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE)
      ids.push(Uint8Array.from(page.contentOf(entry)))
  }
  return ids
}

function tooDeep(): BackupError {
  return new BackupError('DAMAGED', 'A tree is deeper than any file system.', { context: { object: 'tree' } })
}

function collectChildren(
  path: string,
  page: DirectoryPage,
  parts: { into: ((path: string) => boolean) | undefined; children: Frame[] },
): void {
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE) continue
    const below = childPath(path, page.columns.names[entry]!)
    if (parts.into?.(below) !== false) parts.children.push({ path: below, id: Uint8Array.from(page.contentOf(entry)) })
  }
}
