/** What a lane says of one directory. Plain data: it crosses from a worker by structured clone. */
import type { OpenPlace, PageDraft } from '../session/page-draft.ts'
import type { FoundWarning } from './backup-warning.ts'

/** An entry whose content the run supplies: a sub-directory or a big file. */
export interface OpenEntry extends OpenPlace {
  readonly name: string
  readonly kind: 'directory' | 'file'
  readonly bytes: number
  /** Id of the same directory in the parent snapshot. */
  readonly previous: readonly Uint8Array[]
  /** Content of the same big file in the parent snapshot. */
  readonly before?: { readonly kind: number; readonly bytes: Uint8Array }
  readonly device: string
  /** Big files with holes: their blocks do not cover their length. */
  readonly isSparse: boolean
  /** Left out but for the way to a path that was asked for by name. */
  readonly isPassage: boolean
}

export interface SkippedEntry {
  readonly path: string
  readonly reason: string
}

export interface DirectoryCounters {
  filesNew: number
  filesChanged: number
  filesUnmodified: number
  filesFiltered: number
  bytesProcessed: number
}

export interface DirectoryResult {
  readonly node: number
  readonly pages: PageDraft[]
  readonly open: OpenEntry[]
  readonly skipped: SkippedEntry[]
  readonly changedWhileRead: string[]
  readonly metadataNotKept: Array<{ path: string; what: string }>
  readonly uids: readonly number[]
  readonly gids: readonly number[]
  /** Something else than folders is in it, and was not left out. */
  readonly hasFiles: boolean
  /** Numbers of watched patterns that this lane met for the first time. */
  readonly met: readonly number[]
  readonly warnings: readonly FoundWarning[]
  readonly counters: DirectoryCounters
  /** Of a dry run. */
  readonly planned: readonly PlannedFile[]
}

/** What a dry run would store. */
export interface PlannedFile {
  /** One character a byte. */
  readonly path: string
  readonly change: 'new' | 'changed'
  readonly bytes: number
}

export function emptyCounters(): DirectoryCounters {
  return { filesNew: 0, filesChanged: 0, filesUnmodified: 0, filesFiltered: 0, bytesProcessed: 0 }
}

export function addCounters(total: DirectoryCounters, part: DirectoryCounters): void {
  total.filesNew += part.filesNew
  total.filesChanged += part.filesChanged
  total.filesUnmodified += part.filesUnmodified
  total.filesFiltered += part.filesFiltered
  total.bytesProcessed += part.bytesProcessed
}
