/**
 * Names as texts. A file name is bytes, nearly always UTF-8; where a byte is none, it stands as a lone surrogate from
 * U+DC80 to U+DCFF (the way of Python's PEP 383), so that every name has a text and every text gives its bytes back.
 */

const NOT_ASCII = /[^\x00-\x7f]/
const LONE_SURROGATE = /\p{Surrogate}/u
const ESCAPE = 0xdc00

/** The text of a byte string (one character a byte). */
export function textOfBytes(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes
  const buffer = Buffer.from(bytes, 'latin1')
  const text = buffer.toString('utf8')
  return Buffer.from(text).equals(buffer) ? text : escapedText(buffer)
}

/** The byte string (one character a byte) of a text. */
export function bytesOfText(text: string): string {
  if (!NOT_ASCII.test(text)) return text
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text).toString('latin1')
  let bytes = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    bytes +=
      code > ESCAPE + 0x7f && code <= ESCAPE + 0xff
        ? String.fromCharCode(code - ESCAPE)
        : Buffer.from(char).toString('latin1')
  }
  return bytes
}

/**
 * What patterns are held against: the text in normal form C, so that a letter with an accent is one character, whether
 * the name has it as one or as letter and accent.
 */
export function comparableText(bytes: string): string {
  return NOT_ASCII.test(bytes) ? textOfBytes(bytes).normalize('NFC') : bytes
}

function escapedText(buffer: Buffer): string {
  let text = ''
  for (let at = 0; at < buffer.length; ) {
    const sequence = buffer.subarray(at, at + sequenceBytes(buffer[at]!))
    const char = sequence.toString('utf8')
    const isWhole = Buffer.from(char).equals(sequence)
    text += isWhole ? char : String.fromCharCode(ESCAPE + buffer[at]!)
    at += isWhole ? sequence.length : 1
  }
  return text
}

function sequenceBytes(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}
