/** What a backup of streams is asked for besides what every backup is. */
import type { StreamEntry } from '../../../sources/index.ts'
import type { DatabaseFacts } from '../../snapshot/index.ts'
import type { RunOptions } from '../session/run-options.ts'

export interface StreamBackupOptions extends RunOptions {
  /** 1 to 32 capitals, digits and underscores; not FILES, STREAM or GROUP. */
  readonly sourceKind: string
  /** Taken once. The next entry is asked for while contents of earlier ones are being read. */
  readonly entries: AsyncIterable<StreamEntry>
  /**
   * Asked when every content has been read to its end. A JSON object of at most 64 KiB; it is stored in the snapshot,
   * and shown.
   */
  readonly facts?: () => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
  /** Asked then, too. */
  readonly database?: () => DatabaseFacts | undefined | Promise<DatabaseFacts | undefined>
  /** Contents that are read at once, 1 to 16. Default 4. */
  readonly contentsAtOnce?: number
}
