/** What a backup has to say that takes nothing from its result: filters that met nothing, rules that can't be used. */
import { type PathText, pathText } from '../../snapshot/index.ts'

export const BackupWarningCode = {
  /** A pattern that includes met nothing. */
  INCLUDE_UNMATCHED: 'INCLUDE_UNMATCHED',
  /** An absolute path to be left out is not there. */
  EXCLUDE_UNMATCHED: 'EXCLUDE_UNMATCHED',
  /** `why` is the folder (text) that is left out as a whole, so that the pattern takes nothing back in it. */
  NOT_TAKEN_BACK: 'NOT_TAKEN_BACK',
  /** The filters left no file of this path. */
  NOTHING_LEFT: 'NOTHING_LEFT',
  /** A copy of the repository: it is left out. */
  COPY_INSIDE: 'COPY_INSIDE',
  /** A line of an ignore file, or all of it, is not used. */
  IGNORE_FILE: 'IGNORE_FILE',
} as const
export type BackupWarningCode = (typeof BackupWarningCode)[keyof typeof BackupWarningCode]

/** Plain data: it crosses from a worker. */
export interface FoundWarning {
  readonly code: BackupWarningCode
  /** A path or a pattern, one character a byte. */
  readonly subject: string
  /** Of an ignore file, from 1. */
  readonly line?: number
  /** The end of an English sentence that begins with the subject; or what the code says. */
  readonly why?: string
}

export interface BackupWarning extends Omit<FoundWarning, 'subject'> {
  readonly subject: PathText
}

const WARNINGS_MAX = 1000

/** Of a run, in the order in which they were found; more than so many say nothing new. */
export class Warnings {
  readonly #found: FoundWarning[] = []

  add(warnings: readonly FoundWarning[]): void {
    for (const each of warnings) if (this.#found.length < WARNINGS_MAX) this.#found.push(each)
  }

  list(): BackupWarning[] {
    return this.#found.map(({ subject, ...rest }) => ({ ...rest, subject: pathText(subject) }))
  }
}
