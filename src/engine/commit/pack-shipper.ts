/**
 * Brings finished packs into the store and, after them, the index segments that name them. At most a few packs are on
 * the way; an index segment is put only when every pack that it names is durable.
 */
import { publishFile } from '../../storage/index.ts'
import { ObjectType } from '../crypto/index.ts'
import { encodeIndexSegment, type IndexedPack } from '../index/index.ts'
import type { FinishedPack } from '../pack/index.ts'
import { packKey, type Repository } from '../repository/index.ts'

const PACKS_IN_FLIGHT_MAX = 3
const INDEX_BLOBS = 65_536

export class PackShipper {
  readonly #repository: Repository
  readonly #signal: AbortSignal | undefined
  readonly #inFlight = new Set<Promise<void>>()
  readonly #unindexed = { data: [] as IndexedPack[], meta: [] as IndexedPack[] }
  #failure: unknown
  bytesStored = 0

  constructor(repository: Repository, signal?: AbortSignal) {
    this.#repository = repository
    this.#signal = signal
  }

  get isFull(): boolean {
    return this.#inFlight.size >= PACKS_IN_FLIGHT_MAX
  }

  /** Starts publishing; failures surface at the next `settle` or `throwIfFailed`. */
  ship(pack: FinishedPack): void {
    const shipment = this.#publish(pack)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#inFlight.delete(shipment))
    this.#inFlight.add(shipment)
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  /** Waits until there is room for another pack. */
  async room(): Promise<void> {
    while (this.isFull) await Promise.race(this.#inFlight)
    this.throwIfFailed()
  }

  /** Waits for all packs and writes what the index still lacks. */
  async settle(idKeyVersion: number): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
    this.throwIfFailed()
    for (const indexClass of ['meta', 'data'] as const) await this.#writeIndex(indexClass, idKeyVersion)
  }

  async #publish(pack: FinishedPack): Promise<void> {
    await publishFile(this.#repository.store, pack.path, { key: packKey(pack.name) })
    this.bytesStored += pack.bytes
    this.#unindexed[pack.type === ObjectType.PACK_DATA ? 'data' : 'meta'].push(pack)
  }

  async #writeIndex(indexClass: 'data' | 'meta', idKeyVersion: number): Promise<void> {
    const packs = this.#unindexed[indexClass].splice(0)
    const type = indexClass === 'data' ? ObjectType.INDEX_DATA : ObjectType.INDEX_META
    for (const group of groups(packs)) {
      const payload = encodeIndexSegment({ idKeyVersion, supersedes: [], packs: group })
      await this.#repository.writePayload(payload, {
        type,
        folder: `index/${indexClass}`,
        ...(this.#signal && { signal: this.#signal }),
      })
      this.bytesStored += payload.length
    }
  }
}

/** Packs in groups of about INDEX_BLOBS blobs: one index segment each. */
export function groups(packs: readonly IndexedPack[]): IndexedPack[][] {
  const result: IndexedPack[][] = []
  let blobs = Number.POSITIVE_INFINITY
  for (const pack of packs) {
    if (blobs + pack.blobBytes.length > INDEX_BLOBS) {
      result.push([])
      blobs = 0
    }
    result.at(-1)!.push(pack)
    blobs += pack.blobBytes.length
  }
  return result
}
