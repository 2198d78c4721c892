/**
 * A key for paper (docs/format/v1.md section 4.0): 13 groups of five characters that can't be mistaken for each other,
 * the fifth of each a check of the other four and of the group's place. So whoever types one wrong is told which.
 */
import { createHash } from 'node:crypto'
import { base32crockford } from '@scure/base'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const KEY_BYTES = 32
const GROUPS = 13
const GROUP_CHARS = 5
/** What is longer is more than one group. */
const RUN_CHARS_MIN = 8
/** x^5 + x^2 + 1: the field of 32 elements in which the check is reckoned. */
const FIELD = 0x25
/** What a text of letters and digits alone is taken for a paper key from, also one that is typed wrong. */
const LOOKS = { groupsMin: 10, charsMin: 58, charsMax: 72 } as const

export type PaperKey =
  | { readonly key: Buffer }
  /** Numbers of the groups, from 1, that are not as they were printed. */
  | { readonly wrong: readonly number[] }
  | { readonly groups: number }
  /** Each group could be as it was printed, but together they are none. */
  | { readonly isOther: true }

/** `key` is 32 bytes. Groups are joined by hyphens. */
export function paperKeyOf(key: Uint8Array): string {
  const payload = base32crockford.encode(Buffer.concat([key, check4(key)])).slice(0, GROUPS * (GROUP_CHARS - 1))
  const groups = Array.from({ length: GROUPS }, (_, i) => payload.slice(i * 4, i * 4 + 4))
  return groups.map((group, i) => `${group}${checkCharacter(group, i + 1)}`).join('-')
}

/** True for what somebody typed from a page: letters and digits in groups. Every other form of a key is told before. */
export function looksLikePaperKey(text: string): boolean {
  if (!/^[0-9A-Za-z\s-]+$/.test(text)) return false
  const groups = groupsOf(text)
  const chars = groups.join('').length
  const isInGroups = groups.length >= LOOKS.groupsMin && /[\s-]/.test(text.trim())
  return chars >= LOOKS.charsMin && chars <= LOOKS.charsMax && (isInGroups || chars === GROUPS * GROUP_CHARS)
}

export function readPaperKey(text: string): PaperKey {
  const groups = groupsOf(text)
  const wrong = groups.flatMap((group, i) => (isWhole(group, i + 1) ? [] : [i + 1]))
  // With one group too many or too few all after it are in another place.
  if (wrong.length > 0) return { wrong: groups.length === GROUPS ? wrong : wrong.slice(0, 1) }
  if (groups.length !== GROUPS) return { groups: groups.length }
  const payload = groups.map((group) => group.slice(0, GROUP_CHARS - 1)).join('')
  // 52 characters are 260 bits: the key, and the beginning of its hash.
  const bytes = base32crockford.decode(`${payload}0`)
  const key = Buffer.from(bytes.subarray(0, KEY_BYTES))
  return bytes[KEY_BYTES] === check4(key)[0] ? { key } : { isOther: true }
}

/**
 * Several keys of one text, parted by commas or line breaks. A paper key may stand in several lines: 65 characters of
 * lines that are no key by themselves are one, also where it was typed wrong.
 */
export function keyTextsOf(text: string): string[] {
  return text.split(',').flatMap((piece) => joined(piece.split('\n').filter((line) => line.trim() !== '')))
}

/** What a program prints: the key is its first line, or a paper key in its first lines. */
export function firstKeyOf(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/\r$/, ''))
  return lines.slice(0, paperEnd(lines, 0) ?? 1).join('\n')
}

function joined(lines: readonly string[]): string[] {
  const texts: string[] = []
  for (let at = 0; at < lines.length; ) {
    const end = paperEnd(lines, at) ?? at + 1
    texts.push(lines.slice(at, end).join('\n'))
    at = end
  }
  return texts
}

/** Behind the last line of a paper key that begins at `from`; undefined where none does. */
function paperEnd(lines: readonly string[], from: number): number | undefined {
  let chars = 0
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at]!.trim().replace(/^paper:/, '')
    if (!/^[0-9A-Za-z\s-]*$/.test(line)) return undefined
    chars += line.replace(/[\s-]/g, '').length
    if (chars >= GROUPS * GROUP_CHARS) return isOne(lines.slice(from, at + 1), chars) ? at + 1 : undefined
  }
  return undefined
}

/** Of lines that are keys by themselves only where all checks agree: no other text does that. */
function isOne(lines: readonly string[], chars: number): boolean {
  if (chars !== GROUPS * GROUP_CHARS) return false
  return !lines.some(isKeyByItself) || 'key' in readPaperKey(lines.join('\n').replaceAll('paper:', ''))
}

/** Also 32 hexadecimal digits, which are refused as what they are. */
function isKeyByItself(line: string): boolean {
  return /^([\x20-\x7e]{32}|[0-9A-Za-z_-]{43}|[0-9a-fA-F]{64})$/.test(line.trim())
}

/** Letters that are not in the alphabet stand for the digits that they look like. */
function groupsOf(text: string): string[] {
  const plain = text.trim().toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
  const parts = plain.split(/[\s-]+/).filter((part) => part !== '')
  // Groups that were typed without anything between them; one of six or seven characters is one that was typed wrong.
  return parts.flatMap((part) =>
    part.length < RUN_CHARS_MIN ? [part] : (part.match(new RegExp(`.{1,${GROUP_CHARS}}`, 'g')) ?? []),
  )
}

function isWhole(group: string, place: number): boolean {
  return (
    group.length === GROUP_CHARS &&
    [...group].every((char) => ALPHABET.includes(char)) &&
    checkCharacter(group.slice(0, GROUP_CHARS - 1), place) === group.at(-1)
  )
}

/** Tells every single wrong character, every two that are exchanged, and every group in another's place. */
function checkCharacter(group: string, place: number): string {
  const sum = [...group].reduce((value, char) => timesTwo(value) ^ ALPHABET.indexOf(char), place)
  return ALPHABET[timesTwo(sum)]!
}

function timesTwo(value: number): number {
  const doubled = value << 1
  return doubled > 31 ? doubled ^ FIELD : doubled
}

/** One byte: the first four bits of the hash, then zeros. */
function check4(key: Uint8Array): Buffer {
  return Buffer.from([createHash('sha256').update(key).digest()[0]! & 0xf0])
}
