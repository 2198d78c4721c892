/** What there is to verify: the stored packs of an index, the longest unread first. */
import { placeOfPack } from '../../storage/index.ts'
import type { RepositoryIndex } from '../index/index.ts'
import { packKey, type Repository } from '../repository/index.ts'
import type { PackTask, VerifierSetup } from './pack-verifier.ts'

/** Stored bytes by pack name. */
export async function storedPacks(repository: Repository): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for await (const { key, bytes } of repository.objects('packs/')) sizes.set(key.slice(-64), bytes)
  return sizes
}

export function tasksOf(
  repository: Repository,
  index: RepositoryIndex,
  facts: { sizes: ReadonlyMap<string, number>; lastVerified: ReadonlyMap<string, number> },
): PackTask[] {
  const age = (name: string) => facts.lastVerified.get(name) ?? 0
  const present = index.packs
    .filter(({ name }) => facts.sizes.has(name))
    .sort((a, b) => age(a.name) - age(b.name) || b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
  return present.map(({ name, bytes, entryFrom, blobCount, segmentFrom, segmentCount }) => ({
    place: placeOfPack(repository.store, packKey(name), bytes),
    name,
    bytes,
    entryFrom,
    blobCount,
    sealedBytes: Uint32Array.from(
      { length: segmentCount },
      (_, i) => index.placeOfSegment(segmentFrom + i).sealedBytes,
    ),
  }))
}

/**
 * What a number of bytes is spent on: the longest unread first, whatever it holds. Of packs that were never read those
 * of `first` come before those of `second`.
 */
export function tasksWithin(
  tasks: { readonly first: readonly PackTask[]; readonly second: readonly PackTask[] },
  bytes: number,
  lastVerified: ReadonlyMap<string, number>,
): ReadonlySet<PackTask> {
  const age = ({ name }: PackTask) => lastVerified.get(name) ?? 0
  let left = bytes
  const taken = [...tasks.first, ...tasks.second]
    .sort((a, b) => age(a) - age(b))
    .filter((task) => {
      const isTaken = left > 0
      left -= task.bytes
      return isTaken
    })
  return new Set(taken)
}

export function setupOf({ keys }: Repository, index: RepositoryIndex): VerifierSetup {
  return {
    repositoryId: keys.repositoryId,
    masters: keys.bundle.masters,
    idKey: keys.idKey.key,
    table: index.table.memory,
  }
}
