/**
 * Text that others wrote (names of files, sources, tags, messages of errors) on its way to a terminal, a mail or a log:
 * the one place that decides what may steer one. Everything printed goes through here.
 */

/**
 * Controls (newlines, escapes, the eight-bit ones, DEL), line separators, marks that turn the direction of reading,
 * characters that nobody sees, halves of a character.
 */
const STEERING =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/** As `\x1b` or `\u{202e}`: one line, whatever stood in it. Text without such characters stays as it is. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.codePointAt(0)!
    return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** The same for every text in plain JSON; newlines and tabs stay, since JSON escapes them. */
export function printableValue(value: unknown): unknown {
  if (typeof value === 'string')
    return value
      .split(/([\n\t])/)
      .map((part, i) => (i % 2 === 1 ? part : printable(part)))
      .join('')
  if (Array.isArray(value)) return value.map(printableValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [printable(name), printableValue(member)]))
}

/**
 * JSON of one line that no terminal is steered by, and that parses to the very value: what JSON itself leaves raw is
 * written as `\uXXXX`.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(STEERING, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
