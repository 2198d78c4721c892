/**
 * Which text may be stored: databases take no NUL and no half of a surrogate pair, and controls in a name or a reason
 * belong to whoever wants to fool a terminal.
 */
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/
const EVERY_CONTROL = new RegExp(CONTROLS.source, 'g')

export const TextFault = { NUL: 'NUL', SURROGATE: 'SURROGATE', CONTROL: 'CONTROL' } as const
export type TextFault = (typeof TextFault)[keyof typeof TextFault]

/** What is wrong with a text; undefined where nothing is. */
export function textFault(text: string): TextFault | undefined {
  if (text.includes('\0')) return TextFault.NUL
  if (!text.isWellFormed()) return TextFault.SURROGATE
  return CONTROLS.test(text) ? TextFault.CONTROL : undefined
}

/** Whether a database and a JSON document take it, whatever it does to a terminal. Paths may hold controls. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** The same text with U+FFFD in the place of what can't be stored or shown. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(EVERY_CONTROL, '\ufffd')
}

export interface FoundText {
  /** `config.tags[0]`; of a member's name, the place that holds it. */
  readonly path: string
  readonly text: string
}

/** Every text of a JSON value, names of members too, with its place. */
export function* textsIn(value: unknown, path = ''): Generator<FoundText> {
  if (typeof value === 'string') yield { path, text: value }
  else if (Array.isArray(value)) for (const [i, each] of value.entries()) yield* textsIn(each, `${path}[${i}]`)
  else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value)) {
      yield { path, text: name }
      yield* textsIn(each, path === '' ? name : `${path}.${name}`)
    }
}
