/**
 * What a file consists of: no chunk, one, a few in its directory page, or a tree of chunk lists that is cut by content
 * (docs/format/v1.md section 10).
 */
import { type BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { ByteReader, ByteWriter } from '../pack/index.ts'
import { BlobKind, ContentKind, requireKind } from './directory-page.ts'

const ID_BYTES = 32
const INLINE_CHUNKS_MAX = 256
const LIST_ENTRIES_MIN = 64
const LIST_ENTRIES_MAX = 1024
const CUT_MASK = 0x7f
const LEVELS_MAX = 8
export const HOLE_ID: Uint8Array = new Uint8Array(ID_BYTES)

export interface Chunk {
  readonly bytes: number
  readonly id: Uint8Array
}

export interface FileContent {
  readonly kind: number
  /** As it stands in a page. */
  readonly bytes: Uint8Array
}

export function isHole(id: Uint8Array): boolean {
  return Buffer.compare(id, HOLE_ID) === 0
}

interface OpenList {
  readonly entries: ByteWriter
  count: number
  bytes: number
}

/** Takes a file's chunks in order and says what its content is. Holds one open list a level. */
export class ContentBuilder {
  readonly #storeBlob: (blob: Uint8Array) => Uint8Array
  readonly #inline = new ByteWriter(256)
  readonly #levels: OpenList[] = []
  #count = 0
  #first: Chunk | undefined
  #bytes = 0

  /** `storeBlob` stores a chunk list and returns its id. */
  constructor(storeBlob: (blob: Uint8Array) => Uint8Array) {
    this.#storeBlob = storeBlob
  }

  get bytes(): number {
    return this.#bytes
  }

  add(bytes: number, id: Uint8Array): void {
    this.#count += 1
    this.#bytes += bytes
    if (this.#count === 1) this.#first = { bytes, id: Buffer.from(id) }
    if (this.#count <= INLINE_CHUNKS_MAX) writeEntry(this.#inline, bytes, id)
    if (this.#count === INLINE_CHUNKS_MAX + 1) this.#moveInline()
    if (this.#count > INLINE_CHUNKS_MAX) this.#append(0, bytes, id)
  }

  finish(): FileContent {
    if (this.#count === 0) return { kind: ContentKind.NONE, bytes: new Uint8Array(0) }
    if (this.#count === 1 && this.#first && !isHole(this.#first.id))
      return { kind: ContentKind.ONE, bytes: this.#first.id }
    if (this.#count > INLINE_CHUNKS_MAX) return { kind: ContentKind.LIST, bytes: this.#finishLists() }
    const out = new ByteWriter(this.#inline.length + 8)
    out.varint(this.#count)
    out.bytes(this.#inline.view())
    return { kind: ContentKind.CHUNKS, bytes: out.copy() }
  }

  #moveInline(): void {
    const reader = new ByteReader(this.#inline.view(), 'chunks')
    while (reader.left > 0) this.#append(0, reader.varint(), reader.bytes(ID_BYTES))
  }

  #append(level: number, bytes: number, id: Uint8Array): void {
    this.#levels[level] ??= { entries: new ByteWriter(4096), count: 0, bytes: 0 }
    const list = this.#levels[level]
    writeEntry(list.entries, bytes, id)
    list.count += 1
    list.bytes += bytes
    if (list.count >= LIST_ENTRIES_MAX || (list.count >= LIST_ENTRIES_MIN && (id[ID_BYTES - 1]! & CUT_MASK) === 0))
      this.#close(level)
  }

  #close(level: number): void {
    const list = this.#levels[level]!
    const id = this.#store(level, list)
    const bytes = list.bytes
    list.entries.clear()
    list.count = 0
    list.bytes = 0
    this.#append(level + 1, bytes, id)
  }

  #store(level: number, list: OpenList): Uint8Array {
    const out = new ByteWriter(list.entries.length + 16)
    out.u8(BlobKind.CHUNK_LIST)
    out.u8(level)
    out.varint(list.count)
    out.bytes(list.entries.view())
    return Buffer.from(this.#storeBlob(out.view()))
  }

  #finishLists(): Uint8Array {
    for (let level = 0; level < this.#levels.length; level += 1) {
      const list = this.#levels[level]!
      const isTop = level === this.#levels.length - 1
      if (isTop && list.count === 1 && level > 0) return Buffer.from(list.entries.view().subarray(-ID_BYTES))
      if (isTop) return this.#store(level, list)
      if (list.count > 0) this.#close(level)
    }
    return HOLE_ID
  }
}

function writeEntry(out: ByteWriter, bytes: number, id: Uint8Array): void {
  out.varint(bytes)
  out.bytes(id)
}

/** Decodes an authenticated chunk list. Throws DAMAGED, FEATURE_UNSUPPORTED. */
export function decodeChunkList(blob: Uint8Array): { level: number; entries: Chunk[] } {
  const reader = new ByteReader(blob, 'chunk list')
  requireKind(reader, BlobKind.CHUNK_LIST)
  const level = reader.u8()
  if (level > LEVELS_MAX) throw reader.damaged('is nested too deeply')
  const entries = decodeEntries(reader)
  reader.end()
  return { level, entries }
}

function decodeEntries(reader: ByteReader): Chunk[] {
  const count = reader.count(ID_BYTES + 1)
  const entries: Chunk[] = []
  for (let i = 0; i < count; i += 1) entries.push({ bytes: reader.varint(), id: Buffer.from(reader.bytes(ID_BYTES)) })
  return entries
}

/**
 * The chunks of a file in order. `readBlob` gives chunk lists by id; `size` is the length of a one-chunk file. Throws
 * DAMAGED.
 */
export async function* chunksOf(
  content: FileContent,
  size: number,
  readBlob: (id: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Chunk> {
  const reader = new ByteReader(content.bytes, 'file content')
  switch (content.kind) {
    case ContentKind.NONE:
      return
    case ContentKind.ONE:
      yield { bytes: size, id: content.bytes }
      return
    case ContentKind.CHUNKS:
      yield* decodeEntries(reader)
      return
    case ContentKind.LIST:
      yield* listChunks(content.bytes, LEVELS_MAX + 1, readBlob)
      return
    default:
      throw reader.unknown(`content kind ${content.kind}`)
  }
}

async function* listChunks(
  id: Uint8Array,
  levelBelow: number,
  readBlob: (id: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Chunk> {
  const { level, entries } = decodeChunkList(await readBlob(id))
  if (level >= levelBelow) throw new ByteReader(new Uint8Array(0), 'chunk list').damaged('does not lead downwards')
  if (level === 0) yield* entries
  else for (const entry of entries) yield* listChunks(entry.id, level, readBlob)
}

/**
 * Ids of the chunk lists that a content needs, parents before children, each with its own bytes read through
 * `readBlob`. One that can't be read is an error at the end, after all that can; one that `isLost` is left out with all
 * below it.
 */
export async function* chunkListsOf(
  content: FileContent,
  readBlob: (id: Uint8Array) => Promise<Uint8Array>,
  isLost?: (id: Uint8Array) => boolean,
): AsyncGenerator<{ id: Uint8Array; chunks: readonly Chunk[] }> {
  if (content.kind !== ContentKind.LIST) return
  const open: Uint8Array[] = [content.bytes]
  let failure: BackupError | undefined
  for (let id = open.pop(); id; id = open.pop()) {
    if (isLost?.(id)) continue
    const list = await readBlob(id)
      .then(decodeChunkList)
      .catch((error: unknown) => {
        failure ??= damageOf(error)
      })
    if (!list) continue
    yield { id, chunks: list.level === 0 ? list.entries : [] }
    if (list.level > 0) appendAll(open, list.entries.map((entry) => entry.id).reverse())
  }
  if (failure) throw failure
}

/** The error, when it says that something is damaged or missing; others are thrown. */
export function damageOf(error: unknown): BackupError {
  if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'NOT_FOUND')) return error
  throw error
}
