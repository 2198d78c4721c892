/** The key as it is printed for paper: docs/format/v1.md section 4.0. */
import { createHash } from 'node:crypto'
import { RescueError } from './bytes.ts'
import { words } from './words.ts'

const VALUES = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function groupsOf(text: string): string[] {
  const upper = text.trim().toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
  const parts = upper.split(/[\s-]+/).filter(Boolean)
  return parts.flatMap((part) => (part.length >= 8 ? (part.match(/.{1,5}/g) ?? []) : [part]))
}

export function looksLikePaperKey(text: string): boolean {
  const groups = groupsOf(text)
  const characters = groups.join('').length
  const isPlain = /^[0-9A-Za-z\s-]+$/.test(text) && characters >= 58 && characters <= 72
  return isPlain && (characters === 65 || (groups.length >= 10 && /[\s-]/.test(text.trim())))
}

/** Throws RescueError naming the groups that differ. */
export function paperKeyBytes(text: string): Buffer {
  const groups = groupsOf(text)
  const differing = groups.flatMap((group, index) => (isAsPrinted(group, index + 1) ? [] : [index + 1]))
  const named = groups.length === 13 ? differing : differing.slice(0, 1)
  if (named.length > 0)
    throw new RescueError(
      words(
        `group ${named.join(', ')} of the paper key is not as it was printed`,
        `o grupo ${named.join(', ')} da chave em papel não está como foi impresso`,
      ),
      2,
    )
  let bits = ''
  for (const group of groups)
    for (const character of group.slice(0, 4)) bits += VALUES.indexOf(character).toString(2).padStart(5, '0')
  const key = Buffer.from((bits.slice(0, 256).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const hashed = (createHash('sha256').update(key).digest()[0] as number) >> 4
  if (groups.length !== 13 || hashed !== Number.parseInt(bits.slice(256), 2))
    throw new RescueError(
      words('the paper key is not whole: it has 13 groups', 'a chave em papel não está inteira: ela tem 13 grupos'),
      2,
    )
  return key
}

function isAsPrinted(group: string, number: number): boolean {
  if (!/^[0-9A-HJKMNP-TV-Z]{5}$/.test(group)) return false
  const twice = (value: number) => (value < 16 ? value * 2 : (value * 2) ^ 37)
  let check = number
  for (const character of group.slice(0, 4)) check = twice(check) ^ VALUES.indexOf(character)
  return VALUES[twice(check)] === group[4]
}
