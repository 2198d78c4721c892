import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { collect } from '../../kernel/collect.ts'
import type { Repository } from '../repository/index.ts'

const ATTEMPTS_MAX = 10

export interface StableOptions {
  /** Default 10. */
  readonly attemptsMax?: number
  /**
   * The last failure is thrown as it is, for work that changes the listing itself. Default: REPOSITORY_LOCKED, which
   * says nothing of the data.
   */
  readonly rethrow?: boolean
}

/**
 * Runs `attempt` again for as long as it fails over something missing or damaged while the listing of `prefixes`
 * changes. A pruner replaces index segments before it deletes packs, and a reader beside it may have read the old ones:
 * what is missing while nothing changed is really missing. Throws what `attempt` throws; REPOSITORY_LOCKED when the
 * listing never stays.
 */
export async function onStableListing<T>(
  repository: Repository,
  prefixes: readonly string[],
  attempt: () => Promise<T>,
  options: StableOptions = {},
): Promise<T> {
  const attemptsMax = options.attemptsMax ?? ATTEMPTS_MAX
  let before = await namesBelow(repository, prefixes)
  for (let number = 1; number <= attemptsMax; number += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBackupError(error, 'NOT_FOUND') && !isBackupError(error, 'DAMAGED')) throw error
      const after = await namesBelow(repository, prefixes)
      if (after === before || (options.rethrow && number === attemptsMax)) throw error
      before = after
    }
  }
  throw new BackupError('REPOSITORY_LOCKED', 'The repository changes faster than it can be read. Run it again.')
}

/** One text for all keys below the prefixes: equal texts, equal listings. */
export async function namesBelow(repository: Repository, prefixes: readonly string[]): Promise<string> {
  const listed = await Promise.all(prefixes.map((prefix) => collect(repository.objects(prefix))))
  return listed
    .flat()
    .map(({ key }) => key)
    .sort()
    .join()
}
