/**
 * An entry whose content comes as a stream: what every source but the files of this machine hands to the engine. The
 * engine makes a tree of files of them, so that points of any kind are listed, compared and dumped alike.
 */

/** How content is cut into blobs: the profiles of docs/format/v1.md section 8. */
export const Cut = {
  /** Where the content says so: any bytes. */
  FILES: 'files',
  /** After the end of a line: rows that are appended leave the others as they are. */
  ROWS: 'rows',
  /** At equal distances: pages of a database, which change in place. */
  PAGES_8K: 'pages-8k',
  PAGES_32K: 'pages-32k',
} as const
export type Cut = (typeof Cut)[keyof typeof Cut]

export interface StreamEntry {
  /**
   * Absolute, at most 4,096 bytes of UTF-8; names of at most 255 bytes between single slashes, none of them "." or
   * "..". Its folders come into being with it. Each path once, and none that is a folder of another; in any order.
   */
  readonly path: string
  /** Permission bits. Default 0600. */
  readonly mode?: number
  /** Nanoseconds since 1970. Default 0, so that equal content makes equal pages. */
  readonly mtimeNs?: bigint
  readonly cut: Cut
  /**
   * Called at most once, and not at all where the run ends before. Pieces of any size, which are the source's again
   * when the next is asked for. What it throws fails the run: a stream has no half. It ends early, and throws, when
   * `signal` is aborted.
   */
  content(signal: AbortSignal): AsyncIterable<Uint8Array>
}
