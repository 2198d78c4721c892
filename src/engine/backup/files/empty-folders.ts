/**
 * Folders below a backup's paths from which something may have been unmounted: nothing is in them, they lie on the file
 * system of the folder above, and there was something in them.
 */
import { decodePage } from '../../snapshot/index.ts'
import { rootFacts } from './source-roots.ts'
import type { TreeNode } from './tree-builder.ts'

export class EmptyFolders {
  readonly #emptiedBefore: ReadonlySet<string>
  readonly #paths = new Set<string>()
  #rootDevice: string | undefined

  /** `emptiedBefore`: paths that the parent snapshot calls emptied. They stay in question until files are back. */
  constructor(emptiedBefore: ReadonlySet<string>) {
    this.#emptiedBefore = emptiedBefore
  }

  /** One character a byte. */
  get paths(): ReadonlySet<string> {
    return this.#paths
  }

  /** Takes a folder in which nothing is; `previous` are its pages in earlier trees. */
  note(node: TreeNode, previous: ReadonlyArray<readonly Uint8Array[]>): void {
    const hadEntries = previous.some((pages) => pages.some((page) => decodePage(page).count > 0))
    if (!hadEntries && !this.#emptiedBefore.has(node.path)) return
    if (node.parent && node.entry?.device === this.#deviceOf(node.parent)) this.#paths.add(node.path)
  }

  #deviceOf({ entry }: TreeNode): string {
    if (entry) return entry.device
    this.#rootDevice ??= [...rootFacts(['/']).devices][0]!
    return this.#rootDevice
  }
}
