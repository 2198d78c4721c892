/**
 * Stores directory blobs: hashes them, leaves out what is known, collects the rest in metadata packs. Main thread only.
 */
import { blobIdOf, type LookupIds } from '../../crypto/index.ts'
import type { BlobTable } from '../../index/index.ts'
import type { PackWriter } from '../../pack/index.ts'

export class MetadataStore {
  readonly #table: BlobTable
  readonly #openWriter: () => PackWriter
  #writer: PackWriter | undefined
  readonly #lookupIds: LookupIds
  readonly #lookupId = new Uint32Array(4)
  bytesAdded = 0
  blobsAdded = 0

  /**
   * The writer, with its buffers and its compressor, is opened at the first new blob: a run that finds nothing changed
   * has none.
   */
  constructor(table: BlobTable, openWriter: () => PackWriter, lookupIds: LookupIds) {
    this.#table = table
    this.#openWriter = openWriter
    this.#lookupIds = lookupIds
  }

  /** Returns the blob's id. The bytes are copied if they are kept. */
  store(bytes: Uint8Array): Buffer {
    const id = blobIdOf(bytes)
    this.#lookupIds.lookupInto(id, 0, this.#lookupId)
    if (this.#table.claim(this.#lookupId, bytes.length)) {
      this.#writer ??= this.#openWriter()
      this.#writer.add(bytes, this.#lookupId)
      this.bytesAdded += bytes.length
      this.blobsAdded += 1
    }
    return id
  }

  finish(): void {
    this.#writer?.finishPack()
  }

  discard(): void {
    this.#writer?.discard()
  }
}
