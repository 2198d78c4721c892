/**
 * Before a database is begun where there is none: a HOME that was lost, or a disk that is away, looks like a first
 * start. Nothing is made then that would stand in the way of the rebuild, or in the place of the true repository.
 */
import { DEFAULT_TENANT_ID } from '../catalog/index.ts'
import { listRecords, RecordKind, Repository } from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { openStore, storage } from './compose.ts'
import { isMetAt, missing, type RepositoryAccessOptions } from './repository-access.ts'

export interface NewDatabaseOptions extends RepositoryAccessOptions {
  /** Over a repository that keeps the records of another system; else REBUILD_NEEDED. Default true. */
  readonly mayBeginOver?: boolean
}

/** Throws REPOSITORY_MISSING, REBUILD_NEEDED and what opening the repository throws. */
export async function refuseNewDatabase(options: NewDatabaseOptions): Promise<void> {
  const { location, keks, signal, mayBeginOver = true } = options
  try {
    await using repository = await Repository.open(openStore(location), keks, { ...(signal && { signal }) })
    if (!mayBeginOver && (await hasControlKey(repository, signal)))
      throw new BackupError('REBUILD_NEEDED', 'The repository keeps the records of a system that is not here.', {
        context: { repository: storage.labelOf(location) },
      })
  } catch (error) {
    if (!isBackupError(error, 'REPOSITORY_NOT_FOUND')) throw error
    if (isMetAt(options)) throw missing(options, { cause: error })
  }
}

/** Each system leaves its control key with its first record. */
async function hasControlKey(repository: Repository, signal: AbortSignal | undefined): Promise<boolean> {
  const { records } = await listRecords(repository, {
    record: RecordKind.CONTROL_KEY,
    subject: DEFAULT_TENANT_ID,
    ...(signal && { signal }),
  })
  return records.length > 0
}
