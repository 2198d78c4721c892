/**
 * What -v tells: what was decided for each path or object, a line each on standard error; with --json an event of one
 * line, `{"event":"detail","what":…}`. Without -v there is nothing to call.
 */
import { printable, printableJson } from '../kernel/printable.ts'
import type { Translate } from './locale.ts'

export interface Detail {
  readonly what:
    | 'new'
    | 'changed'
    | 'metadata'
    | 'unchanged'
    | 'gone'
    | 'skipped'
    | 'restored'
    | 'kept'
    | 'deleted'
    | 'read'
    | 'copied'
    | 'rewritten'
    | 'condemned'
    | 'forgotten'
  /** A path, or the name of an object. */
  readonly of: string
  readonly reason?: string
}

export type TellDetail = (detail: Detail) => void

export function createDetail(options: {
  readonly isJson: boolean
  readonly t: Translate
  readonly write: (text: string) => unknown
}): TellDetail {
  const { isJson, t, write } = options
  return ({ what, of, reason }) => {
    if (isJson) return void write(`${printableJson({ event: 'detail', what, of, reason })}\n`)
    write(`${printable(`${t(`detail.${what}`)}  ${of}${reason ? `: ${reason}` : ''}`)}\n`)
  }
}
