/**
 * Joins directories bottom-up: a directory's pages are sealed when all its sub-directories and big files are known.
 * What is still open when a run is cut short can be sealed as a partial tree.
 */
import { appendAll } from '../../../kernel/collect.ts'
import { ContentKind } from '../../snapshot/index.ts'
import { type BlobKeeper, DirectorySealer, type Filled } from '../session/directory-sealer.ts'
import type { EntryExtra } from '../session/page-draft.ts'
import type { DirectoryResult, OpenEntry } from './directory-result.ts'

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
  readonly #sealer: DirectorySealer

  constructor(store: BlobKeeper) {
    this.#sealer = new DirectorySealer(store)
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

  #seal(node: TreeNode, { pages }: DirectoryResult): Buffer {
    return this.#sealer.seal(pages, (page, entry) => node.filled.get(page * PAGE_SHIFT + entry))
  }
}

function key(entry: OpenEntry): number {
  return entry.page * PAGE_SHIFT + entry.entry
}
