/** Stores the pages of a directory, and their split where it is wide (docs/format/v1.md section 10). */
import { ByteWriter } from '../../pack/index.ts'
import { ContentKind, encodeExtras, encodeSplit, type SplitPage } from '../../snapshot/index.ts'
import type { MetadataStore } from './metadata-store.ts'
import { CONTENT_OPEN, type PageDraft } from './page-draft.ts'

/** Gives each directory blob its id, and keeps it. */
export type BlobKeeper = Pick<MetadataStore, 'store'>

export interface Filled {
  readonly kind: number
  readonly bytes: Uint8Array
}

export class DirectorySealer {
  readonly #store: BlobKeeper
  readonly #scratch = new ByteWriter(64 * 1024)

  constructor(store: BlobKeeper) {
    this.#store = store
  }

  /** The directory's id. `filledOf`: the content of an open entry; undefined where it has none yet. */
  seal(pages: readonly PageDraft[], filledOf: (page: number, entry: number) => Filled | undefined): Buffer {
    const ids = pages.map((page, number) => this.#store.store(this.#assemble(page, (entry) => filledOf(number, entry))))
    if (ids.length === 1) return ids[0]!
    const split: SplitPage[] = pages.map((page, i) => ({
      entries: page.count,
      firstName: firstNameOf(page.statSection),
      id: ids[i]!,
    }))
    return this.#store.store(encodeSplit(split))
  }

  #assemble(page: PageDraft, filledOf: (entry: number) => Filled | undefined): Buffer {
    const out = this.#scratch
    out.clear()
    out.bytes(page.statSection)
    const kindsAt = out.advance(page.count)
    out.buffer.set(page.kinds, kindsAt)
    // Open entries have no content yet: what lies between two of them is taken in one piece.
    let from = 0
    for (let i = 0; i < page.count; i += 1) {
      if (page.kinds[i] !== CONTENT_OPEN) continue
      const filled = filledOf(i)
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

/** Its bytes follow the kind byte, the count and one length byte per entry. */
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
