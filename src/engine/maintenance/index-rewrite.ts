/**
 * Replaces index segments by ones without condemned packs, and joins small ones. A replacement names what it replaces
 * and is read back and compared before anything that it replaces goes.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { ObjectType } from '../crypto/index.ts'
import { decodeIndexSegment, encodeIndexSegment, type IndexedPack, type IndexSegment } from '../index/index.ts'
import { isForeign, type Repository } from '../repository/index.ts'
import type { IndexClass } from '../snapshot/index.ts'

const BLOBS_MAX = 65_536
const SMALL_BLOBS = 8_192
/** Small segments are joined only when there are this many: each join writes something. */
const SMALL_SEGMENTS_MIN = 16

interface Stored {
  readonly name: string
  readonly segment: IndexSegment
  readonly kept: readonly IndexedPack[]
}

const TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META } as const

/** Returns the names of the segments that were removed. */
export async function rewriteIndex(
  repository: Repository,
  indexClass: IndexClass,
  condemned: ReadonlySet<string>,
): Promise<string[]> {
  const stored = await readSegments(repository, indexClass, condemned)
  const replaced = new Set(stored.flatMap(({ segment }) => segment.supersedes))
  const inForce = stored.filter(({ name }) => !replaced.has(name))
  const touched = inForce.filter(({ segment, kept }) => kept.length < segment.packs.length)
  const small = inForce.filter((each) => !touched.includes(each) && blobs(each) < SMALL_BLOBS)
  const work = small.length >= SMALL_SEGMENTS_MIN ? [...touched, ...small] : touched
  for (const group of grouped(work)) await replace(repository, indexClass, group)
  const gone = [...stored.filter(({ name }) => replaced.has(name)), ...work].map(({ name }) => name)
  for (const name of gone) await repository.store.delete(`index/${indexClass}/${name}`)
  return gone
}

async function readSegments(
  repository: Repository,
  indexClass: IndexClass,
  condemned: ReadonlySet<string>,
): Promise<Stored[]> {
  const stored: Stored[] = []
  for await (const { key } of repository.objects(`index/${indexClass}/`)) {
    const payload = await repository.readPayload(key, TYPES[indexClass]).catch(orForeign)
    if (!payload) continue
    const segment = decodeIndexSegment(payload)
    stored.push({ name: key.slice(-64), segment, kept: segment.packs.filter(({ name }) => !condemned.has(name)) })
  }
  return stored
}

/** What this repository never sealed names nothing of it. */
function orForeign(error: unknown): undefined {
  if (!isBackupError(error, 'DAMAGED') || !isForeign({ error })) throw error
}

function blobs({ kept }: Stored): number {
  return kept.reduce((sum, pack) => sum + pack.blobBytes.length, 0)
}

function grouped(work: readonly Stored[]): Stored[][] {
  const result: Stored[][] = []
  let room = 0
  for (const each of work) {
    const need = blobs(each)
    if (result.length === 0 || need > room) {
      result.push([])
      room = BLOBS_MAX
    }
    result.at(-1)!.push(each)
    room -= need
  }
  return result
}

async function replace(repository: Repository, indexClass: IndexClass, group: readonly Stored[]): Promise<void> {
  const packs = uniquePacks(group.flatMap(({ kept }) => kept))
  if (packs.length === 0) return
  const idKeyVersion = group[0]!.segment.idKeyVersion
  const payload = encodeIndexSegment({ idKeyVersion, supersedes: group.map(({ name }) => name), packs })
  const name = await repository.writePayload(payload, { type: TYPES[indexClass], folder: `index/${indexClass}` })
  const readBack = await repository.readPayload(`index/${indexClass}/${name}`, TYPES[indexClass])
  if (!readBack.equals(payload))
    throw new BackupError('DAMAGED', 'An index segment does not read back as it was written.', {
      context: { object: `index/${indexClass}/${name}` },
    })
}

function uniquePacks(packs: readonly IndexedPack[]): IndexedPack[] {
  return [...new Map(packs.map((pack) => [pack.name, pack])).values()]
}
