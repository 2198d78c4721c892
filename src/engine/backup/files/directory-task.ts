/** What a lane is asked of one directory. */
import type { FileFilters, FilterRoots, IgnoreRules, OpenDirectory } from '../../../sources/index.ts'
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts'
import type { LeftOut } from './own-folders.ts'

/** Settings of a run that every lane needs; plain data. */
export interface WorkSettings {
  readonly filters: FileFilters
  /** The paths that were asked for. */
  readonly roots: FilterRoots
  /** Ways to those of them that lie below others: by folder, the names to take whatever leaves it out. */
  readonly passages: ReadonlyMap<string, ReadonlySet<string>>
  /** FULL re-reads everything and trusts no earlier metadata. */
  readonly trustPrevious: boolean
  readonly leftOut: LeftOut
  /** Nothing is read nor stored: what would be is listed. */
  readonly isDryRun: boolean
  /** Its one word is not 0 when the run is to stop: files that are not done yet are then left open in every lane. */
  readonly stop: SharedArrayBuffer
}

export interface DirectoryTask extends OpenDirectory {
  readonly node: number
  /** Pages of the same directory in each earlier tree, the one to be preferred first. */
  readonly previous: ReadonlyArray<readonly Uint8Array[]>
  /** Parents of the backup's paths: only these names. */
  readonly only: ReadonlySet<string> | undefined
  readonly rules: IgnoreRules
}

export interface DirectoryWork {
  /**
   * Works in slices of about SLICE_NS, so that a folder of many files lets progress, signals and checkpoints through;
   * gives what has been counted so far.
   */
  slices(task: DirectoryTask): Generator<DirectoryCounters, DirectoryResult & { rules: IgnoreRules }>
}
