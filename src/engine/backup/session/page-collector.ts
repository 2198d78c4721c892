/** Collects what the entries of one directory hold, entry by entry, and cuts it into pages at the end. */
import type { EntryColumns } from '../../../contracts/index.ts'
import { ByteWriter } from '../../pack/index.ts'
import { type DirectoryPage, encodeStatSection, pageEnds } from '../../snapshot/index.ts'
import type { EntryExtra, OpenPlace, PageDraft } from './page-draft.ts'

/** `Opened`: what is told of an entry whose content the run supplies; `entry` is its number among the kept ones. */
export class PageCollector<Opened extends Pick<OpenPlace, 'entry'>> {
  readonly #contents = new ByteWriter(16 * 1024)
  readonly #section = new ByteWriter(16 * 1024)
  readonly #kinds: number[] = []
  readonly #ends: number[] = []
  readonly #kept: number[] = []
  readonly extras: EntryExtra[] = []
  readonly open: Opened[] = []

  clear(): void {
    this.#contents.clear()
    this.#kinds.length = 0
    this.#ends.length = 0
    this.#kept.length = 0
    this.extras.length = 0
    this.open.length = 0
  }

  /** The number that the next kept entry will have. */
  get next(): number {
    return this.#kept.length
  }

  /** Keeps the listed entry `entry` with its content. */
  keep(entry: number, kind: number, content: Uint8Array): void {
    this.#kept.push(entry)
    this.#kinds.push(kind)
    if (content.length > 0) this.#contents.bytes(content)
    this.#ends.push(this.#contents.length)
  }

  /** Keeps the listed entry with the content that an earlier one has. */
  keepAsBefore(entry: number, before: { readonly page: DirectoryPage; readonly entry: number }): void {
    this.#kept.push(entry)
    this.#kinds.push(before.page.kinds[before.entry]!)
    before.page.copyContentOf(before.entry, this.#contents)
    this.#ends.push(this.#contents.length)
  }

  extra(type: number, bytes: Uint8Array): void {
    this.extras.push({ entry: this.next, type, bytes })
  }

  /** The pages, and the open entries by page. Leaves `columns` with the kept entries only. */
  pages(columns: EntryColumns): { pages: PageDraft[]; open: Array<Opened & OpenPlace> } {
    columns.keep(this.#kept)
    const ends = pageEnds(columns.names)
    let from = 0
    const pages = ends.map((to) => {
      const page = this.#page(columns, from, to)
      from = to
      return page
    })
    return { pages, open: this.open.map((opened) => locate(opened, ends)) }
  }

  #page(columns: EntryColumns, from: number, to: number): PageDraft {
    this.#section.clear()
    encodeStatSection(columns, { from, to }, this.#section)
    const contentFrom = from === 0 ? 0 : this.#ends[from - 1]!
    const contentTo = to === 0 ? 0 : this.#ends[to - 1]!
    return {
      count: to - from,
      statSection: new Uint8Array(this.#section.view()),
      kinds: Uint8Array.from(this.#kinds.slice(from, to)),
      contentEnds: Uint32Array.from(this.#ends.slice(from, to), (end) => end - contentFrom),
      contents: new Uint8Array(this.#contents.view().subarray(contentFrom, contentTo)),
      extras: this.extras
        .filter(({ entry }) => entry >= from && entry < to)
        .map((extra) => ({ ...extra, entry: extra.entry - from })),
    }
  }
}

function locate<Opened extends Pick<OpenPlace, 'entry'>>(opened: Opened, ends: readonly number[]): Opened & OpenPlace {
  const page = ends.findIndex((end) => opened.entry < end)
  return { ...opened, page, entry: opened.entry - (page === 0 ? 0 : ends[page - 1]!) }
}
