/** Free room where it matters, and how much is asked for. */
import fs from 'node:fs/promises'
import type { Database, DatabaseTransaction } from '../../catalog/index.ts'
import type { SystemParts, WithRepository } from '../parts.ts'
import { thresholdsOf } from './thresholds.ts'

export interface Room {
  readonly bytesFree: number
  readonly bytesTotal: number
}

/**
 * Null of a store that has no end, or does not tell of it. Undefined where it can't be known now: looked at every few
 * seconds, so a disk that is away must not fill the log; the health report says it.
 */
export async function repositoryRoom(parts: WithRepository): Promise<Room | null | undefined> {
  try {
    await using store = parts.repository.openStore()
    return (await store.capacity()) ?? null
  } catch (error) {
    parts.log.debug('free space of the repository is not known', {
      repository: parts.repository.name,
      cause: String(error),
    })
    return undefined
  }
}

/**
 * Undefined where it can't be known now: looked at every few seconds, so a disk that is away must not fill the log; the
 * health report says it.
 */
export async function homeRoom(parts: SystemParts): Promise<Room | undefined> {
  try {
    const { bavail, blocks, bsize } = await fs.statfs(parts.home)
    return { bytesFree: bavail * bsize, bytesTotal: blocks * bsize }
  } catch (error) {
    parts.log.debug('free space of HOME is not known', { cause: String(error) })
    return undefined
  }
}

/** Bytes: the largest `minFreeSpace` that the system or an enabled configuration asks for. */
export async function freeSpaceLimit(parts: SystemParts, db: Database | DatabaseTransaction): Promise<number> {
  const rows = await db
    .selectFrom('configs')
    .select('settings')
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where('enabled', '=', true)
    .execute()
  return Math.max(
    thresholdsOf(parts).minFreeSpace,
    ...rows.map(({ settings }) => thresholdsOf(parts, settings).minFreeSpace),
  )
}
