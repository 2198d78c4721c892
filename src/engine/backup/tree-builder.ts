/**
 * Joins directories bottom-up: a directory's pages are sealed when all its sub-directories and big files are known.
 * What is still open when a run is cut short can be sealed as a partial tree.
 */
import { appendAll } from '../../kernel/collect.ts'
import { ByteWriter } from '../pack/index.ts'
import { ContentKind, encodeExtras, encodeSplit, type SplitPage } from '../snapshot/index.ts'
import {
  CONTENT_OPEN,
  type DirectoryResult,
  type EntryExtra,
  type OpenEntry,
  type PageDraft,
} from './directory-result.ts'
import type { MetadataStore } from './metadata-store.ts'

/** Gives each directory blob its id, and keeps it. */
export type BlobKeeper = Pick<MetadataStore, 'store'>

interface Filled {
  readonly kind: number
  readonly bytes: Uint8Array
}

export class TreeNode {
  readonly path: string
  readonly parent: TreeNode | undefined
  /** What this node is in its parent. */
  readonly entry: OpenEntry | undefined
  result: DirectoryResult | undefined
  /** Open entries that are not filled yet. */
  waiting = 0
  readonly filled = new Map<number, Filled>()
  readonly children = new Set<TreeNode>()

  constructor(path: string, parent?: TreeNode, entry?: OpenEntry) {
    this.path = path
    this.parent = parent
    this.entry = entry
    parent?.children.add(this)
  }
}

const PAGE_SHIFT = 2 ** 24

export class TreeBuilder {
  readonly #store: BlobKeeper
  readonly #scratch = new ByteWriter(64 * 1024)

  constructor(store: BlobKeeper) {
    this.#store = store
  }

  /** Takes the result of a directory. Returns the id of the root when the whole tree is done. */
  accept(node: TreeNode, result: DirectoryResult): Buffer | undefined {
    node.result = result
    node.waiting = result.open.length
    return node.waiting === 0 ? this.#close(node) : undefined
  }

  /** Fills in a big file; `extras` are added to its entry. */
  fillFile(
    node: TreeNode,
    entry: OpenEntry,
    content: { kind: number; bytes: Uint8Array; extras?: readonly EntryExtra[] },
  ): Buffer | undefined {
    if (content.extras) appendAll(node.result!.pages[entry.page]!.extras, content.extras)
    return this.#fill(node, entry, { kind: content.kind, bytes: content.bytes })
  }

  /** Fills in a directory whose inside was left out (another file system, unreadable). */
  leaveOut(node: TreeNode, entry: OpenEntry): Buffer | undefined {
    return this.#fill(node, entry, { kind: ContentKind.NONE, bytes: new Uint8Array(0) })
  }

  /** Seals what is known of an unfinished tree. What was not reached has no content (docs/format/v1.md section 11). */
  sealPartial(root: TreeNode): Buffer | undefined {
    for (const child of root.children) {
      const id = this.sealPartial(child)
      if (id && child.entry) root.filled.set(key(child.entry), { kind: ContentKind.ONE, bytes: id })
    }
    return root.result ? this.#seal(root, root.result) : undefined
  }

  #fill(node: TreeNode, entry: OpenEntry, filled: Filled): Buffer | undefined {
    node.filled.set(key(entry), filled)
    node.waiting -= 1
    return node.waiting === 0 ? this.#close(node) : undefined
  }

  #close(node: TreeNode): Buffer | undefined {
    const id = this.#seal(node, node.result!)
    node.result = undefined
    const parent = node.parent
    if (!parent || !node.entry) return id
    parent.children.delete(node)
    return this.#fill(parent, node.entry, { kind: ContentKind.ONE, bytes: id })
  }

  #seal(node: TreeNode, result: DirectoryResult): Buffer {
    const ids = result.pages.map((page, number) => this.#store.store(this.#assemble(page, number, node)))
    if (ids.length === 1) return ids[0]!
    const pages: SplitPage[] = result.pages.map((page, i) => ({
      entries: page.count,
      firstName: firstName(page),
      id: ids[i]!,
    }))
    return this.#store.store(encodeSplit(pages))
  }

  #assemble(page: PageDraft, number: number, node: TreeNode): Buffer {
    const out = this.#scratch
    out.clear()
    out.bytes(page.statSection)
    const kindsAt = out.advance(page.count)
    out.buffer.set(page.kinds, kindsAt)
    // Open entries have no content yet: what lies between two of them is taken in one piece.
    let from = 0
    for (let i = 0; i < page.count; i += 1) {
      if (page.kinds[i] !== CONTENT_OPEN) continue
      const filled = node.filled.get(number * PAGE_SHIFT + i)
      const to = page.contentEnds[i]!
      if (to > from) out.bytes(page.contents.subarray(from, to))
      from = to
      out.buffer[kindsAt + i] = filled?.kind ?? ContentKind.NONE
      if (filled) out.bytes(filled.bytes)
    }
    if (from < page.contents.length) out.bytes(page.contents.subarray(from))
    encodeExtras(page.extras, out)
    return out.view()
  }
}

function key(entry: OpenEntry): number {
  return entry.page * PAGE_SHIFT + entry.entry
}

function firstName(page: PageDraft): string {
  // The first name's bytes follow the kind byte, the count and one length byte per entry.
  return firstNameOf(page.statSection)
}

function firstNameOf(section: Uint8Array): string {
  let at = 1
  let count = 0
  for (let scale = 1; ; scale *= 0x80) {
    const byte = section[at++]!
    count += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  const length = section[at]!
  return Buffer.from(section.buffer, section.byteOffset + at + count, length).toString('latin1')
}
