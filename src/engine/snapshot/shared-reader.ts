/** A reader of blobs in another thread, over local packs: the index is shared memory, the rest plain data. */
import { type PackPlace, placeOfPack } from '../../storage/index.ts'
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
}

/** Undefined where packs are no local files. */
export function shareReader(
  { keys, store }: Repository,
  index: RepositoryIndex,
  cacheSegments: number,
): SharedReaderSetup | undefined {
  if (!store.local) return undefined
  const packs = index.packs.map(({ name, bytes }) => ({ name, bytes, place: placeOfPack(store, packKey(name), bytes) }))
  return {
    repositoryId: keys.repositoryId,
    masters: keys.bundle.masters,
    idKey: keys.idKey.key,
    index: index.share(),
    packs,
    cacheSegments,
  }
}

/**
 * For the thread that was given the setup; its packs stay open as long as the thread lives, which must track what it
 * opens.
 */
export function openSharedReader(setup: SharedReaderSetup): BlobReader {
  const index = new SharedIndex(setup.index, setup.packs)
  const places = new Map(setup.packs.map(({ name, place }) => [name, place]))
  const segments = new SegmentReader({
    placeOf: (name) => places.get(name)!,
    repositoryId: Buffer.from(setup.repositoryId),
    masterOf: masterLookup(setup.masters),
    index,
    codec: createSegmentDecoder(),
    cacheSegments: setup.cacheSegments,
    isBulk: true,
  })
  return new BlobReader(index, segments, new LookupIds(Buffer.from(setup.idKey)))
}
