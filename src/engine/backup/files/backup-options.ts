/** What a backup of files is asked for besides what every backup is. */
import type { FileFilters } from '../../../sources/index.ts'
import type { RunOptions } from '../session/run-options.ts'

export interface BackupOptions extends RunOptions {
  /** Absolute or relative paths; a byte that is no UTF-8 stands as textOfBytes gives it. */
  readonly paths: readonly string[]
  readonly filters?: FileFilters
  /**
   * A path, or a mount point below one, that had files and has none is taken as it is. Default false: it is named as
   * skipped (EMPTIED), since most likely something is not mounted.
   */
  readonly allowEmpty?: boolean
  /**
   * The worker begins at once when the last snapshot had so many files; default 100,000. Else when there is something
   * to store.
   */
  readonly filesBeforeWorker?: number
}
