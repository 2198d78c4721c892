/** Loads index segments and gives readers of blobs. */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { release } from '../../kernel/release.ts'
import { type ObjectStat, placeOfPack } from '../../storage/index.ts'
import { createSegmentDecoder } from '../compression/index.ts'
import { LookupIds, ObjectType } from '../crypto/index.ts'
import { buildIndex, type IndexLoad, type IndexLoadOptions, idKeyVersionOf } from '../index/index.ts'
import {
  apart,
  BlobReader,
  isUnbelieved,
  type ObjectProblem,
  packKey,
  type Repository,
  SegmentReader,
} from '../repository/index.ts'
import type { Listed } from './listings.ts'

export const IndexClass = { DATA: 'data', META: 'meta' } as const
export type IndexClass = (typeof IndexClass)[keyof typeof IndexClass]

export interface OpenedIndex extends IndexLoad {
  readonly problems: readonly ObjectProblem[]
  readonly strangers: readonly ObjectProblem[]
}

const TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META } as const

const LISTINGS_MAX = 8
/** Most of the reading is waiting, where a store is far away. */
const SEGMENTS_AT_ONCE = 16
const FAR_SEGMENTS_AT_ONCE = 64

/**
 * Loads all index segments of a class. Damaged ones are returned as problems: what only they named can't be found. A
 * segment that goes away between listing and reading was replaced by a prune: the folder is listed again, so that its
 * replacement is seen. Throws REPOSITORY_LOCKED when that never ends.
 */
export async function openIndex(
  repository: Repository,
  indexClass: IndexClass,
  options: IndexLoadOptions & { readonly listed?: Listed | undefined; signal?: AbortSignal } = {},
): Promise<OpenedIndex> {
  const payloads = new Map<string, Uint8Array>()
  const problems = new Map<string, ObjectProblem>()
  for (let listing = 1; ; listing += 1) {
    const seen = listing === 1 && options.listed ? repository.seenAs(options.listed) : repository
    const listed = await readListed(seen, indexClass, { payloads, problems, signal: options.signal })
    if (listed.vanished > 0 && listing === LISTINGS_MAX)
      throw new BackupError('REPOSITORY_LOCKED', 'The index changes faster than it can be read. Run it again.')
    if (listed.vanished === 0) {
      const current = [...payloads]
        .filter(([key]) => listed.keys.has(key))
        .map(([key, payload]) => ({ name: key.slice(-64), payload }))
      const load = buildIndex(current, options)
      // The index has copied what it keeps of them.
      release(...payloads.values())
      return { ...load, ...apart([...problems.values()]) }
    }
  }
}

interface ReadSegments {
  readonly payloads: Map<string, Uint8Array>
  readonly problems: Map<string, ObjectProblem>
  readonly signal: AbortSignal | undefined
}

async function readListed(
  repository: Repository,
  indexClass: IndexClass,
  { payloads, problems, signal }: ReadSegments,
): Promise<{ keys: Set<string>; vanished: number }> {
  const keys = new Set<string>()
  let vanished = 0
  const read = async ({ key }: ObjectStat) => {
    keys.add(key)
    if (payloads.has(key) || problems.has(key)) return undefined
    try {
      const payload = await repository.readPayload(key, TYPES[indexClass], signal)
      requireOwnIds(repository, payload)
      return { key, payload }
    } catch (error) {
      const isOfLater = isBackupError(error, 'FEATURE_UNSUPPORTED')
      if (isOfLater || !(isBackupError(error, 'NOT_FOUND') || isUnbelieved(error))) throw error
      return { key, error }
    }
  }
  const listed = repository.objects(`index/${indexClass}/`, signal ? { signal } : {})
  for await (const found of inOrder(
    listed,
    { widthMax: repository.store.local ? SEGMENTS_AT_ONCE : FAR_SEGMENTS_AT_ONCE },
    read,
  )) {
    if (found?.payload) payloads.set(found.key, found.payload)
    else if (found?.error?.code === 'NOT_FOUND') vanished += 1
    else if (found?.error) problems.set(found.key, { key: found.key, error: found.error })
  }
  return { keys, vanished }
}

/** Ids under another key would be found nowhere, and what they stand for be taken for lost. */
function requireOwnIds({ keys }: Repository, payload: Uint8Array): void {
  const version = idKeyVersionOf(payload)
  if (version === undefined || version === keys.idKey.version) return
  const feature = `id key ${version}`
  throw new BackupError('FEATURE_UNSUPPORTED', `An index segment has ids of version ${version}.`, {
    context: { feature },
  })
}

/** A reader over an index; dispose it to close its packs. */
export function openReader(
  repository: Repository,
  load: IndexLoad,
  options: { readonly cacheSegments?: number; readonly isBulk?: boolean } = {},
): { reader: BlobReader; segments: SegmentReader } {
  const segments = new SegmentReader({
    store: repository.store,
    placeOf: (name, bytes) => placeOfPack(repository.store, packKey(name), bytes),
    repositoryId: repository.keys.repositoryId,
    masterOf: repository.keys.masterOf,
    index: load.index,
    codec: createSegmentDecoder(),
    ...options,
  })
  return { segments, reader: new BlobReader(load.index, segments, new LookupIds(repository.keys.idKey.key)) }
}
