/**
 * A run in this worker's hands. `fence` is the proof: whoever writes to the run names it, and a worker that was taken
 * over finds another one there.
 */
import type { BackupType, ConfigSettings, RunTrigger } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'

export interface RunClaim {
  readonly runId: string
  readonly configId: string
  readonly configName: string
  /** What the snapshot's source is called. */
  readonly source: string
  readonly type: BackupType
  readonly trigger: RunTrigger
  /** Null for a run asked for by hand. */
  readonly dueAtMs: number | null
  readonly requestedBy: string
  /** Of the row in `repositories`; null: the system's first. */
  readonly repositoryRowId: string | null
  readonly fence: number
  /** From 1. */
  readonly attempt: number
  /** The configuration's own, completed by the system's defaults. */
  readonly settings: ConfigSettings
  /** A database URL or the like. */
  readonly sourceSealed: Buffer | null
}

export function staleWorker({ runId, fence }: Pick<RunClaim, 'runId' | 'fence'>): BackupError {
  return new BackupError('STALE_WORKER', `Run ${runId} is not held by fence ${fence} any more.`, {
    context: { run: runId },
  })
}
