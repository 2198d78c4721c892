import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { RunView } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'

/** What others want to do when a run begins or ends, in the transaction that says so. */
export interface RunHooks {
  readonly runStarted?: (
    parts: SystemParts,
    run: RunView,
    options: { readonly tx: DatabaseTransaction },
  ) => Promise<void>
  /**
   * For every end that scheduling writes itself: failed, cancelled, lost. The good ends are told by `finishRun`'s
   * `within`.
   */
  readonly runFinished?: (
    parts: SystemParts,
    run: RunView,
    options: { readonly tx: DatabaseTransaction },
  ) => Promise<void>
}

/**
 * Runs `write` with the hooks; should one of them have a bug, again without: no alarm may keep a run from beginning or
 * ending. What was not told is found in the rows later.
 */
export async function withHooks<T>(
  parts: SystemParts,
  hooks: RunHooks,
  write: (hooks: RunHooks) => Promise<T>,
): Promise<T> {
  try {
    return await write(hooks)
  } catch (error) {
    if (error instanceof BackupError) throw error
    parts.log.error("what goes with a run's beginning or end failed; the run goes on without", { error })
    return await write({})
  }
}
