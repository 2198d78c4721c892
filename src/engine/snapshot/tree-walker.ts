/** Walks the directories of a snapshot, parents before children, in name order. */
import { FileType } from '../../contracts/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { BlobReader } from '../repository/index.ts'
import { BlobKind, ContentKind, decodePage, type DirectoryPage } from './directory-page.ts'
import { decodeSplit } from './directory-split.ts'

const DEPTH_MAX = 20_000

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

/** The pages of one directory. */
export async function* pagesOfDirectory(reader: BlobReader, id: Uint8Array, options: WalkOptions = {}): AsyncGenerator<DirectoryPage> {
  if (options.enter?.(id) === false) return
  const blob = Uint8Array.from(reader.readSync(id) ?? (await reader.read(id, options.signal)))
  if (blob[0] !== BlobKind.SPLIT) {
    yield decodePage(blob)
    return
  }
  for (const page of decodeSplit(blob)) {
    if (options.enter?.(page.id) === false) continue
    yield decodePage(Uint8Array.from(reader.readSync(page.id) ?? (await reader.read(page.id, options.signal))))
  }
}

interface Frame {
  readonly path: string
  readonly id: Uint8Array
}

/** Every page of every directory below `root` (a directory blob), depth first. */
export async function* walkTree(reader: BlobReader, root: Uint8Array, options: WalkOptions & { readonly path?: string } = {}): AsyncGenerator<WalkedPage> {
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
      if (!options.onDamage || !isBackupError(error) || (error.code !== 'DAMAGED' && error.code !== 'NOT_FOUND')) throw error
      options.onDamage(frame.path, error)
    }
    if (stack.length + children.length > 1_000_000 || frame.path.split('/').length > DEPTH_MAX) throw new BackupError('DAMAGED', 'A tree is deeper than any file system.', { context: { object: 'tree' } })
    for (const child of children.reverse()) stack.push(child)
  }
}

function collectChildren(path: string, page: DirectoryPage, parts: { into: ((path: string) => boolean) | undefined; children: Frame[] }): void {
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE) continue
    const below = childPath(path, page.columns.names[entry]!)
    if (parts.into?.(below) !== false) parts.children.push({ path: below, id: Uint8Array.from(page.contentOf(entry)) })
  }
}
