import { type DirectoryPage, ExtraType } from '../snapshot/index.ts'

export interface PreviousEntry {
  readonly page: DirectoryPage
  readonly entry: number
}

/** The same directory in the parent snapshot, asked for names in ascending order. */
export class PreviousDirectory {
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

/** Text of what could not be kept of an entry when it was stored. */
export function notKeptOf(previous: PreviousEntry): string | undefined {
  const bytes = previous.page.extra(previous.entry, ExtraType.NOT_KEPT)
  return bytes && Buffer.from(bytes).toString('utf8')
}
