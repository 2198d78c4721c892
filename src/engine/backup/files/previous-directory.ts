import { FileType } from '../../../contracts/index.ts'
import { ContentKind, type DirectoryPage, ExtraType } from '../../snapshot/index.ts'

export interface PreviousEntry {
  readonly page: DirectoryPage
  readonly entry: number
}

/** A directory of one earlier tree, asked for names in ascending order. */
class PreviousDirectory {
  readonly pages: readonly DirectoryPage[]
  #page = 0
  #entry = 0

  constructor(pages: readonly DirectoryPage[]) {
    this.pages = pages
  }

  find(name: string): PreviousEntry | undefined {
    for (; this.#page < this.pages.length; this.#page += 1, this.#entry = 0) {
      const page = this.pages[this.#page]!
      const names = page.columns.names
      while (this.#entry < page.count && names[this.#entry]! < name) this.#entry += 1
      if (this.#entry < page.count) return names[this.#entry] === name ? { page, entry: this.#entry } : undefined
    }
    return undefined
  }
}

const NONE: readonly PreviousEntry[] = []

/** The same directory in each earlier tree. */
export class PreviousDirectories {
  readonly #directories: readonly PreviousDirectory[]
  #byIdentity: Map<string, PreviousEntry[]> | undefined

  constructor(trees: ReadonlyArray<readonly DirectoryPage[]>) {
    this.#directories = trees.map((pages) => new PreviousDirectory(pages))
  }

  /** The entries of that name, the tree to be preferred first. Names come in ascending order. */
  find(name: string): readonly PreviousEntry[] {
    let found: PreviousEntry[] | undefined
    for (let i = 0; i < this.#directories.length; i += 1) {
      const entry = this.#directories[i]!.find(name)
      if (entry && found) found.push(entry)
      else if (entry) found = [entry]
    }
    return found ?? NONE
  }

  /** The sub-directories of that device and inode, whatever their names: one that was renamed. */
  directoriesOf(identity: string): readonly PreviousEntry[] {
    this.#byIdentity ??= byIdentity(this.#directories)
    return this.#byIdentity.get(identity) ?? NONE
  }
}

function byIdentity(directories: readonly PreviousDirectory[]): Map<string, PreviousEntry[]> {
  const found = new Map<string, PreviousEntry[]>()
  for (const page of directories.flatMap(({ pages }) => pages)) {
    for (let entry = 0; entry < page.count; entry += 1) {
      if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE) continue
      const identity = page.columns.identity(entry)
      found.set(identity, [...(found.get(identity) ?? NONE), { page, entry }])
    }
  }
  return found
}

/** Text of what could not be kept of an entry when it was stored. */
export function notKeptOf(previous: PreviousEntry): string | undefined {
  const bytes = previous.page.extra(previous.entry, ExtraType.NOT_KEPT)
  return bytes && Buffer.from(bytes).toString('utf8')
}
