/** Brings what lanes answer, in whatever order, back into the order of the content. */
import type { ContentBuilder } from '../../snapshot/index.ts'
import { ID_BYTES } from './blob-protocol.ts'

export class BlobOrder {
  readonly #builder: ContentBuilder
  #last: Promise<void> = Promise.resolve()

  constructor(builder: ContentBuilder) {
    this.#builder = builder
  }

  /** Blobs that end there, one after the other from 0, and their ids as they will be. */
  add(ends: readonly number[], ids: Promise<Uint8Array>): void {
    const before = this.#last
    this.#last = ids.then(async (all) => {
      await before
      let from = 0
      for (const [i, end] of ends.entries()) {
        this.#builder.add(end - from, all.subarray(i * ID_BYTES, (i + 1) * ID_BYTES))
        from = end
      }
    })
    // Heard of by who waits for all of them.
    this.#last.catch(() => {})
  }

  /** When everything that was added stands in the content. */
  settled(): Promise<void> {
    return this.#last
  }
}
