/**
 * What -v tells: what was decided for each path or object, a line each on standard error; with --json an event of one
 * line, `{"event":"detail","what":…}`. Without -v there is nothing to call.
 */
import { printable, printableJson } from '../kernel/printable.ts'
import type { DetailEvent } from './json/index.ts'
import { JSON_VERSION } from './json/version.ts'
import type { Translate } from './locale.ts'

/** `of` is a path, or the name of an object. */
export type Detail = Omit<DetailEvent, 'event'>

export type TellDetail = (detail: Detail) => void

export function createDetail(options: {
  readonly isJson: boolean
  readonly t: Translate
  readonly write: (text: string) => unknown
}): TellDetail {
  const { isJson, t, write } = options
  return ({ what, of, reason }) => {
    if (isJson)
      return void write(`${printableJson({ jsonVersion: JSON_VERSION, event: 'detail', what, of, reason })}\n`)
    write(`${printable(`${t(`detail.${what}`)}  ${of}${reason ? `: ${reason}` : ''}`)}\n`)
  }
}
