/** Stores files that fit the lane's arena: read at once, cut, hashed, stored. */
import type { EntryColumns } from '../../../contracts/index.ts'
import type { EntryAccess } from '../../../sources/index.ts'
import { ByteWriter } from '../../pack/index.ts'
import { ContentKind, type FileContent } from '../../snapshot/index.ts'
import type { Lane } from '../session/lane.ts'

const LINKED_MAX = 100_000
const NONE: FileContent = { kind: ContentKind.NONE, bytes: new Uint8Array(0) }

export class FileWork {
  readonly #lane: Lane
  readonly #access: EntryAccess
  readonly #linked = new Map<string, FileContent>()
  readonly #entries = new ByteWriter(4096)

  constructor(lane: Lane, access: EntryAccess) {
    this.#lane = lane
    this.#access = access
  }

  /** The content of a hard link whose file this lane has stored already. */
  linkedContent(columns: EntryColumns, entry: number): FileContent | undefined {
    return columns.links(entry) > 1 ? this.#linked.get(columns.identity(entry)) : undefined
  }

  /**
   * Stores an open file. When it is not as it was listed, its size column becomes what was read. `timed` calls what it
   * is given, once.
   */
  store(
    descriptor: number,
    { columns, entry }: { readonly columns: EntryColumns; readonly entry: number },
    timed: (read: () => number) => number,
  ): { content: FileContent; isAsListed: boolean } {
    const bytes = columns.size(entry)
    const length = bytes === 0 ? 0 : timed(() => this.#lane.read(descriptor, 0, { bytes }))
    const content = length === 0 ? NONE : this.#chunks(length)
    const isAsListed = this.#access.isAsListed(descriptor, columns, entry)
    if (length !== bytes) columns.setSize(entry, length)
    if (isAsListed && columns.links(entry) > 1 && this.#linked.size < LINKED_MAX)
      this.#linked.set(columns.identity(entry), content)
    return { content, isAsListed }
  }

  #chunks(length: number): FileContent {
    let count = 0
    let first: Buffer | undefined
    this.#entries.clear()
    this.#lane.chunk(length, true, (id, bytes) => {
      if (count === 0) first = id
      count += 1
      this.#entries.varint(bytes)
      this.#entries.bytes(id)
    })
    if (count === 1 && first) return { kind: ContentKind.ONE, bytes: first }
    const out = new ByteWriter(this.#entries.length + 8)
    out.varint(count)
    out.bytes(this.#entries.view())
    return { kind: ContentKind.CHUNKS, bytes: out.copy() }
  }
}
