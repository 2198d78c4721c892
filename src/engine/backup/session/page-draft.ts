/** Directories before they are sealed. Plain data: they cross from a worker by structured clone. */

/** Content kind of an entry that the run still has to fill in; never stored. */
export const CONTENT_OPEN = 255

/** An extra of an entry, docs/format/v1.md section 10. */
export interface EntryExtra {
  entry: number
  readonly type: number
  readonly bytes: Uint8Array
}

/** One page before it is sealed. Contents of directories and big files are filled in later. */
export interface PageDraft {
  readonly count: number
  /** From the kind byte through the columns. */
  readonly statSection: Uint8Array
  readonly kinds: Uint8Array
  /** Where each entry's bytes in `contents` end. */
  readonly contentEnds: Uint32Array
  readonly contents: Uint8Array
  readonly extras: EntryExtra[]
}

/** An entry whose content the run supplies. */
export interface OpenPlace {
  readonly page: number
  readonly entry: number
}
