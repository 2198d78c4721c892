/** Loads index segments and gives readers of blobs. */
import { ObjectType } from '../crypto/index.ts'
import { LookupIds } from '../crypto/index.ts'
import { createSegmentCodec } from '../compression/index.ts'
import { buildIndex, type IndexLoad, type IndexLoadOptions } from '../index/index.ts'
import { BlobReader, type ObjectProblem, type Repository, SegmentReader } from '../repository/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'

export const IndexClass = { DATA: 'data', META: 'meta' } as const
export type IndexClass = (typeof IndexClass)[keyof typeof IndexClass]

export interface OpenedIndex extends IndexLoad {
  readonly problems: readonly ObjectProblem[]
}

const TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META } as const

/** Loads all index segments of a class. Damaged ones are returned as problems: what only they named can't be found. */
export async function openIndex(repository: Repository, indexClass: IndexClass, options: IndexLoadOptions & { signal?: AbortSignal } = {}): Promise<OpenedIndex> {
  const payloads: Array<{ name: string; payload: Uint8Array }> = []
  const problems: ObjectProblem[] = []
  for await (const { key } of repository.store.list(`index/${indexClass}/`, options.signal ? { signal: options.signal } : {})) {
    try {
      payloads.push({ name: key.slice(-64), payload: await repository.readPayload(key, TYPES[indexClass], options.signal) })
    } catch (error) {
      if (!(error instanceof BackupError) || error.code === 'ABORTED' || error.code === 'STORAGE_FAILED') throw error
      if (error.code !== 'NOT_FOUND') problems.push({ key, error })
    }
  }
  return { ...buildIndex(payloads, options), problems }
}

/** A reader over an index; dispose it to close its packs. */
export function openReader(repository: Repository, load: IndexLoad, options: { cacheSegments?: number } = {}): { reader: BlobReader; segments: SegmentReader } {
  const segments = new SegmentReader({
    store: repository.store, repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf, index: load.index, codec: createSegmentCodec({ level: 3 }),
    ...(options.cacheSegments !== undefined && { cacheSegments: options.cacheSegments }),
  })
  return { segments, reader: new BlobReader(load.index, segments, new LookupIds(repository.keys.idKey.key)) }
}
