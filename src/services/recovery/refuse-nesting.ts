/** A whole point holds absolute paths: below what it was taken of it would make all of that once more. */
import path from 'node:path'
import { isFiles, type StoredSettings, sourceOfStored } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isWithin } from '../../kernel/real-place.ts'
import type { SystemParts } from '../parts.ts'
import type { PointRow } from './points.ts'

/**
 * Whoever asks means to put it back in its place, and would fill the live data instead. By the real paths, of what the
 * configuration backs up now. Throws USAGE.
 */
export async function refuseNesting(
  { catalog }: Pick<SystemParts, 'catalog'>,
  point: PointRow,
  targetPath: string,
): Promise<void> {
  if (point.config_id === null) return
  const row = await catalog.db
    .selectFrom('configs')
    .select('settings')
    .where('id', '=', point.config_id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  const source = sourceOfStored((row?.settings ?? {}) as Partial<StoredSettings>)
  if (!isFiles(source)) return
  const target = path.resolve(targetPath)
  // Below "/" the whole path is its own place.
  const own = source.paths.map((each) => path.resolve(each)).find((each) => each !== '/' && isWithin(target, each))
  if (own === undefined) return
  throw new BackupError(
    'USAGE',
    `The whole path ${own} would be made once more below ${target}, in the live data. To put it back in its place: recover ${point.id}:${own} --target ${own} (in the library: subtree and targetPath ${own}).`,
  )
}
