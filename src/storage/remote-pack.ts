/** A pack that a store gives by ranges. */
import { isBackupError } from '../kernel/backup-error.ts'
import type { PackReader, PackStore } from './pack-reader.ts'

interface Range {
  readonly offset: number
  readonly length: number
  readonly signal?: AbortSignal
}

export class RemotePack implements PackReader {
  readonly bytes: number
  readonly #key: string
  readonly #store: PackStore

  constructor({ key, bytes }: { readonly key: string; readonly bytes: number }, store: PackStore) {
    this.#key = key
    this.bytes = bytes
    this.#store = store
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const { buffer, byteOffset, byteLength } = await this.#get({ offset, length, ...(signal && { signal }) })
    return Buffer.from(buffer, byteOffset, byteLength)
  }

  readAhead(offset: number, length: number): Promise<Buffer> {
    return this.read(offset, length)
  }

  [Symbol.dispose](): void {
    // Nothing is held open.
  }

  /** Fewer bytes where the object ends before; none where it has no such place. */
  async #get(range: Range): Promise<Uint8Array> {
    try {
      return await this.#store.get(this.#key, range)
    } catch (error) {
      const bytes = isBackupError(error, 'STORAGE_FAILED') ? error.context['bytes'] : undefined
      if (typeof bytes !== 'number') throw error
      if (bytes <= range.offset) return Buffer.alloc(0)
      return this.#store.get(this.#key, { ...range, length: Math.min(range.length, bytes - range.offset) })
    }
  }
}
