/** What every backup is asked for, whatever its source, and what it answers. */
import type { ClientState } from '../../repository/index.ts'
import type { SnapshotDocument, SnapshotType } from '../../snapshot/index.ts'

export interface BackupProgress {
  readonly phase: 'scan' | 'finish'
  readonly filesDone: number
  readonly bytesDone: number
  readonly bytesAdded: number
  /** From the parent snapshot; undefined on a first backup. */
  readonly filesExpected: number | undefined
  readonly bytesExpected: number | undefined
  /** One character a byte. */
  readonly currentPath: string
}

export interface RunOptions {
  readonly source: string
  readonly type?: SnapshotType
  readonly tags?: readonly string[]
  /**
   * Of one scheduled run one snapshot counts, however often it is run, by whichever processes, killed or frozen
   * wherever. 1 to 128 of `a-z 0-9 . _ -`; never used twice for different runs of the same repository.
   */
  readonly runId?: string
  /** 1–9, default 3. */
  readonly compressionLevel?: number
  /** Segment target in bytes, default 1 MiB. Not the dedup boundary. */
  readonly segmentBytes?: number
  /** Default 64 MiB. */
  readonly packBytes?: number
  /** Worker threads besides the main one: 0 or 1 (default). */
  readonly workers?: 0 | 1
  /** What is stored is kept as a checkpoint so often; default 10 minutes. */
  readonly checkpointMs?: number
  readonly state: ClientState
  readonly program: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BackupProgress) => void
}

export interface BackupResult {
  readonly snapshot: string
  readonly document: SnapshotDocument
  /** True when the `runId` had been committed by another backup: `snapshot` is that one, and this backup left none. */
  readonly isRepeat: boolean
  readonly durationMs: number
}
