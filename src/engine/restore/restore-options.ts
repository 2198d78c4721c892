/** What can be asked of a restore, and what it says. */
import type { NeededPlace } from './needed-places.ts'

export const Overwrite = { ALWAYS: 'always', IF_CHANGED: 'if-changed', IF_NEWER: 'if-newer', NEVER: 'never' } as const
export type Overwrite = (typeof Overwrite)[keyof typeof Overwrite]

export interface RestoreProgress {
  readonly filesDone: number
  readonly bytesDone: number
  /** Undefined for a part of a snapshot: nobody has counted it. */
  readonly filesExpected: number | undefined
  readonly bytesExpected: number | undefined
  readonly currentPath: string
}

export interface RestoreOptions {
  readonly target: string
  /**
   * Paths or globs inside the snapshot, relative ones at any depth (selection.ts); none means all. One that nothing
   * meets is an issue. What names something as it stands is no glob.
   */
  readonly include?: readonly string[]
  /** Patterns as a backup's excludes: what they meet is not restored. */
  readonly exclude?: readonly string[]
  /** A directory of the snapshot whose inside goes straight into the target. */
  readonly subtree?: string
  /**
   * Default if-changed: files whose size and mtime agree stay, and get owner, mode and attributes of the snapshot where
   * these differ.
   */
  readonly overwrite?: Overwrite
  /**
   * Removes what the snapshot does not have from directories at and below the backup's own paths. Refused for "/", with
   * `include`, and, without `deleteExcluded`, for a snapshot that left something out.
   */
  readonly delete?: boolean
  /** Also remove what the backup left out by its filters or could not read. */
  readonly deleteExcluded?: boolean
  /**
   * What must not be destroyed beside the repository, what the client remembers of it, and the running program: key
   * files, HOME. In the target they are left as they are and told (`issues`: NEEDED); with `delete` a target that holds
   * one of them is refused, and always one that lies in HOME.
   */
  readonly needed?: readonly NeededPlace[]
  readonly dryRun?: boolean
  /** Told once, before anything is done: nothing of what was asked for is refused. */
  readonly onAccepted?: () => void
  /**
   * Half-written files that restores of dead processes of this machine left are always removed from the directories
   * that are restored; with this also those of other machines. Only where no other restore is at work there.
   */
  readonly sweep?: boolean
  /**
   * Reads every restored file back and compares it; and of those that seem unchanged the content, so that another one
   * of equal size and time is restored.
   */
  readonly verify?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RestoreProgress) => void
  /** What was decided for each entry, as it is done; `reason` where it was skipped. */
  readonly onEntry?: (path: string, what: RestoreDecision, reason?: string) => void
  /** What is changed, or by a dry run would be, `at` the target; folders that are made among it. */
  readonly onChange?: (path: string, change: RestoreChange, at: string) => void
  /**
   * A folder above the backup's own paths, made only as the way to them, whose owner or mode could not be kept: nothing
   * of what was backed up is lost with it.
   */
  readonly onParentNotKept?: (path: string, what: string) => void
}

/** `metadata`: owner, mode or attributes of what stays. */
export type RestoreChange = 'created' | 'replaced' | 'metadata' | 'removed'

export type RestoreDecision = 'restored' | 'unchanged' | 'kept' | 'metadata' | 'deleted' | 'skipped'

export interface RestoreIssue {
  readonly path: string
  readonly reason: string
}

export interface RestoreResult {
  readonly filesRestored: number
  readonly filesUnchanged: number
  readonly filesKept: number
  readonly filesVerified: number
  readonly directories: number
  /** Files left unchanged, and folders, whose owner, mode or attributes were not the snapshot's. */
  readonly metadataRestored: number
  readonly bytesRestored: number
  readonly deleted: number
  readonly issues: readonly RestoreIssue[]
  readonly issueCount: number
  /** Of `include` and `exclude`, what nothing in the snapshot met. An exclude counts only when it begins with "/". */
  readonly unmatched: readonly string[]
  readonly durationMs: number
}
