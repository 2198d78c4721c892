/** Order decides between patterns, whichever option they come by. Loads nothing: every command reads this file. */

/** What `--exclude`, `--iexclude` and `--exclude-file` gave, in their order on the command line. */
export interface ExcludeGiven {
  readonly option: 'exclude' | 'iexclude' | 'excludeFile'
  readonly value: string
}

/**
 * The list that the three options share: each adds to it, since order decides. Empty values stay texts, to be refused.
 */
export function excludeCollector(): (
  option: ExcludeGiven['option'],
) => (value: string) => Array<ExcludeGiven | string> {
  const given: Array<ExcludeGiven | string> = []
  return (option) => (value) => {
    given.push(value.trim() === '' ? value : { option, value })
    return given
  }
}
