/** Which paths of which snapshots can't be restored whole, after it is known which stored blobs are bad. */
import { FileType } from '../../contracts/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { LookupIds } from '../crypto/index.ts'
import type { BlobReader, Repository } from '../repository/index.ts'
import {
  ContentKind,
  childPath,
  chunkListsOf,
  chunksOf,
  type DirectoryPage,
  damageOf,
  isHole,
  judgeCheckpoints,
  type OpenedIndex,
  openReader,
  printablePath,
  type readHistory,
  visitClosure,
  walkTree,
} from '../snapshot/index.ts'

/**
 * Of all snapshots together: what memory holds where everything is lost. Each gets its least, however many there are.
 */
const PATHS_MAX = 100_000
const PATHS_LEAST = 100

export interface VerifyHit {
  readonly snapshot: string
  /** The first; of all snapshots together 100,000, and 100 of each at least. */
  readonly paths: readonly string[]
  /** Exact. */
  readonly pathCount: number
}

interface HitParts {
  readonly history: Awaited<ReturnType<typeof readHistory>>
  readonly meta: OpenedIndex
  readonly data: OpenedIndex
  readonly bad: { readonly meta: ReadonlySet<number>; readonly data: ReadonlySet<number> }
  readonly signal?: AbortSignal
}

/** Walks every snapshot and names the paths whose blobs are bad, missing, or only in directories that can't be read. */
export async function findHits(repository: Repository, parts: HitParts): Promise<VerifyHit[]> {
  const opened = openReader(repository, parts.meta, { cacheSegments: 8 })
  await using _segments = opened.segments
  const finder = new HitFinder(opened.reader, parts, new LookupIds(repository.keys.idKey.key))
  const hits: VerifyHit[] = []
  let room = PATHS_MAX
  const { whole } = await judgeCheckpoints(repository, parts.history)
  for (const { name, document } of [...parts.history.snapshots, ...whole]) {
    const paths = await finder.pathsOf(Buffer.from(document.tree, 'hex'))
    if (paths.length === 0) continue
    const named = paths.slice(0, Math.max(room, PATHS_LEAST))
    room -= named.length
    hits.push({ snapshot: name, paths: named, pathCount: paths.length })
  }
  return hits
}

class HitFinder {
  readonly #reader: BlobReader
  readonly #parts: HitParts
  readonly #lookupIds: LookupIds
  readonly #lookupId = new Uint32Array(4)
  readonly #signal: { readonly signal?: AbortSignal }
  /** Metadata blobs without a hit at or below them: they need no second look. */
  readonly #clean = new Set<string>()

  constructor(reader: BlobReader, parts: HitParts, lookupIds: LookupIds) {
    this.#reader = reader
    this.#parts = parts
    this.#lookupIds = lookupIds
    this.#signal = parts.signal ? { signal: parts.signal } : {}
  }

  async pathsOf(tree: Uint8Array): Promise<string[]> {
    return (await this.#isClean(tree)) ? [] : this.#hits(tree)
  }

  /** Looks at all that a tree needs without its paths, which nobody asks for while all is well. */
  async #isClean(tree: Uint8Array): Promise<boolean> {
    let isClean = true
    const seen = new Set<string>()
    const metadata = (id: Uint8Array): boolean => {
      const key = keyOf(id)
      if (!isClean || seen.has(key) || this.#clean.has(key)) return false
      seen.add(key)
      return true
    }
    const data = (id: Uint8Array): void => {
      if (!this.#hasData(id)) isClean = false
    }
    try {
      await visitClosure(this.#reader, tree, { metadata, data, ...this.#signal })
    } catch (error) {
      damageOf(error)
      return false
    }
    // Only a tree without any hit is known to be clean all through.
    if (isClean) for (const key of seen) this.#clean.add(key)
    return isClean
  }

  async #hits(tree: Uint8Array): Promise<string[]> {
    const paths: string[] = []
    const walk = walkTree(this.#reader, tree, {
      enter: (id) => !this.#clean.has(keyOf(id)),
      onDamage: (path) => paths.push(printablePath(childPath(path, ''))),
      ...this.#signal,
    })
    for await (const { path, page } of walk) {
      for (let entry = 0; entry < page.count; entry += 1) {
        if (page.columns.type(entry) === FileType.FILE && !(await this.#isWhole(page, entry)))
          paths.push(printablePath(childPath(path, page.columns.names[entry]!)))
      }
    }
    return paths
  }

  async #isWhole(page: DirectoryPage, entry: number): Promise<boolean> {
    const content = { kind: page.kinds[entry]!, bytes: page.contentOf(entry) }
    if (content.kind === ContentKind.NONE) return true
    if (content.kind === ContentKind.ONE) return this.#hasData(content.bytes)
    const readBlob = async (id: Uint8Array) => Uint8Array.from(await this.#reader.read(id))
    try {
      if (content.kind === ContentKind.CHUNKS) {
        for await (const { id } of chunksOf(content, 0, readBlob)) if (!isHole(id) && !this.#hasData(id)) return false
        return true
      }
      for await (const { chunks } of chunkListsOf(content, readBlob))
        for (const { id } of chunks) if (!isHole(id) && !this.#hasData(id)) return false
      return true
    } catch (error) {
      if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND')) return false
      throw error
    }
  }

  /** True when at least one copy is not known to be bad. */
  #hasData(id: Uint8Array): boolean {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId)
    const { table } = this.#parts.data.index
    const first = table.find(this.#lookupId)
    if (first < 0) return false
    const { bad } = this.#parts
    return !bad.data.has(first) || table.findAll(this.#lookupId).some((copy) => !bad.data.has(copy))
  }
}

function keyOf(id: Uint8Array): string {
  return Buffer.from(id).toString('latin1')
}
