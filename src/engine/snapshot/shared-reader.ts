/** A reader of blobs in another thread: the index is shared memory, the rest plain data. */
import { type PackPlace, type PackStore, placeOfPack, type StoreAddress } from '../../storage/index.ts'
import { createSegmentDecoder } from '../compression/index.ts'
import { LookupIds, type MasterKey, masterLookup } from '../crypto/index.ts'
import { type RepositoryIndex, SharedIndex, type SharedIndexMemory } from '../index/index.ts'
import { BlobReader, packKey, type Repository, SegmentReader } from '../repository/index.ts'

export interface SharedReaderSetup {
  readonly repositoryId: Uint8Array
  readonly masters: readonly MasterKey[]
  readonly idKey: Uint8Array
  readonly index: SharedIndexMemory
  readonly packs: ReadonlyArray<{ readonly name: string; readonly bytes: number; readonly place: PackPlace }>
  readonly cacheSegments: number
  /** Of the store whose packs are no files. */
  readonly address?: StoreAddress
}

/** Undefined where no other thread can read the packs. */
export function shareReader(
  { keys, store }: Repository,
  index: RepositoryIndex,
  cacheSegments: number,
): SharedReaderSetup | undefined {
  const { address, local } = store
  if (!local && !address) return undefined
  const packs = index.packs.map(({ name, bytes }) => ({ name, bytes, place: placeOfPack(store, packKey(name), bytes) }))
  return {
    repositoryId: keys.repositoryId,
    masters: keys.bundle.masters,
    idKey: keys.idKey.key,
    index: index.share(),
    packs,
    cacheSegments,
    ...(address && { address }),
  }
}

/**
 * For the thread that was given the setup; its packs stay open as long as the thread lives, which must track what it
 * opens. `store`: where the setup has an address.
 */
export function openSharedReader(setup: SharedReaderSetup, store?: PackStore): BlobReader {
  const index = new SharedIndex(setup.index, setup.packs)
  const places = new Map(setup.packs.map(({ name, place }) => [name, place]))
  const segments = new SegmentReader({
    placeOf: (name) => places.get(name)!,
    ...(store && { store }),
    repositoryId: Buffer.from(setup.repositoryId),
    masterOf: masterLookup(setup.masters),
    index,
    codec: createSegmentDecoder(),
    cacheSegments: setup.cacheSegments,
    isBulk: true,
  })
  return new BlobReader(index, segments, new LookupIds(Buffer.from(setup.idKey)))
}
