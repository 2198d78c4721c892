/** How much is stored, for what: counted in the store and the index, nothing of the data is read. */
import { ObjectType } from '../crypto/index.ts'
import { decodeIndexSegment, type IndexedPack } from '../index/index.ts'
import type { Repository } from '../repository/index.ts'

export interface Statistics {
  /** Objects and their bytes by the first part of their name: `packs`, `index`, `snapshots`, … */
  readonly objects: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>
  /** All objects. */
  readonly bytesStored: number
  /** Distinct pieces of content that the index knows. */
  readonly blobs: number
  /** Their bytes before compression. */
  readonly bytesUnique: number
  /** Bytes of the packs that hold them. */
  readonly bytesPacked: number
}

export async function repositoryStatistics(repository: Repository, signal?: AbortSignal): Promise<Statistics> {
  const objects: Record<string, { count: number; bytes: number }> = {}
  let bytesStored = 0
  for await (const { key, bytes } of repository.objects('', signal ? { signal } : {})) {
    const kind = key.split('/')[0]!
    objects[kind] ??= { count: 0, bytes: 0 }
    objects[kind].count += 1
    objects[kind].bytes += bytes
    bytesStored += bytes
  }
  const packs = await indexedPacks(repository, signal)
  const total = { blobs: 0, bytesUnique: 0, bytesPacked: 0 }
  for (const { blobBytes, bytes } of packs) {
    total.blobs += blobBytes.length
    for (const each of blobBytes) total.bytesUnique += each
    total.bytesPacked += bytes
  }
  return { objects, bytesStored, ...total }
}

/** Each data pack once, from the segments that nothing supersedes. */
async function indexedPacks(repository: Repository, signal: AbortSignal | undefined): Promise<IndexedPack[]> {
  const segments = new Map<string, ReturnType<typeof decodeIndexSegment>>()
  for await (const { key } of repository.objects('index/data/', signal ? { signal } : {}))
    segments.set(key.slice(-64), decodeIndexSegment(await repository.readPayload(key, ObjectType.INDEX_DATA, signal)))
  const superseded = new Set([...segments.values()].flatMap(({ supersedes }) => supersedes))
  const inForce = [...segments].filter(([name]) => !superseded.has(name))
  return [...new Map(inForce.flatMap(([, { packs }]) => packs).map((pack) => [pack.name, pack])).values()]
}
