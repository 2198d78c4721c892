/** A reader of blobs in another thread, over local packs: the index is shared memory, the rest plain data. */
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { createSegmentDecoder } from '../compression/index.ts'
import { LookupIds, type MasterKey, masterLookup } from '../crypto/index.ts'
import { type RepositoryIndex, SharedIndex, type SharedIndexMemory } from '../index/index.ts'
import { LocalPack, ReadBuffer } from '../pack/index.ts'
import { BlobReader, packKey, type Repository, SegmentReader, type SegmentReaderParts } from '../repository/index.ts'

export interface SharedReaderSetup {
  readonly repositoryId: Uint8Array
  readonly masters: readonly MasterKey[]
  readonly idKey: Uint8Array
  readonly index: SharedIndexMemory
  readonly packs: ReadonlyArray<{ readonly name: string; readonly path: string }>
  readonly cacheSegments: number
}

/** Undefined where packs are no local files. */
export function shareReader(
  { keys, store }: Repository,
  index: RepositoryIndex,
  cacheSegments: number,
): SharedReaderSetup | undefined {
  const packs = index.packs.map(({ name }) => ({ name, path: store.localPath(packKey(name)) }))
  if (!packs.every((pack): pack is { name: string; path: string } => pack.path !== undefined)) return undefined
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
  const segments = new SegmentReader({
    store: localPacks(setup.packs),
    repositoryId: Buffer.from(setup.repositoryId),
    masterOf: masterLookup(setup.masters),
    index,
    codec: createSegmentDecoder(),
    cacheSegments: setup.cacheSegments,
    isBulk: true,
  })
  return new BlobReader(index, segments, new LookupIds(Buffer.from(setup.idKey)))
}

/** Headers of packs are got from here; their frames are read by whoever has the path. */
function localPacks(packs: SharedReaderSetup['packs']): SegmentReaderParts['store'] {
  const paths = new Map(packs.map(({ name, path }) => [packKey(name), path]))
  const buffer = new ReadBuffer()
  return {
    localPath: (key) => paths.get(key),
    get: async (key, { offset = 0, length = 0 } = {}) =>
      await Promise.resolve(readRange(paths.get(key) ?? '', { key, offset, length, buffer })),
  }
}

function readRange(
  path: string,
  {
    key,
    offset,
    length,
    buffer,
  }: { readonly key: string; readonly offset: number; readonly length: number; readonly buffer: ReadBuffer },
): Uint8Array {
  try {
    using pack = new LocalPack(path, buffer, { isCached: true })
    const bytes = Buffer.from(pack.read(offset, length))
    if (bytes.length < length)
      throw new BackupError('STORAGE_FAILED', 'An object is shorter than what is to be read of it.', {
        context: { object: key },
      })
    return bytes
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError(systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'STORAGE_FAILED', 'A pack can not be read.', {
      context: { object: key },
      cause: error,
    })
  }
}
