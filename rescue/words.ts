/**
 * What people read, in English or Portuguese as LC_ALL, LC_MESSAGES or LANG say. What only an engineer reads of a
 * damaged object stays English.
 */
const language = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
const isPortuguese = language.toLowerCase().startsWith('pt')

export function words(en: string, pt: string): string {
  return isPortuguese ? pt : en
}

/**
 * What would steer a terminal (controls, escapes, newlines, marks that turn the direction of reading) is shown instead:
 * names in a repository are whatever somebody called a file.
 */
const STEERING =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.codePointAt(0)!
    return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

export function say(line: string): void {
  console.log(printable(line))
}

export function warn(line: string): void {
  console.error(printable(line))
}
