/** Which known names somebody may have meant who typed another one: "clinica sao jose" for "Clínica São José". */

const SHOWN_MAX = 3
/** A slip or two in a short word, one in four letters of a long one. */
const LETTERS_A_SLIP = 4
/** Longer names cost too much to compare. */
const LETTERS_MAX = 300

/** The nearest first, three at most; empty where none is near. Case, accents and outer blanks count for nothing. */
export function nearNames(typed: string, known: readonly string[]): string[] {
  const wanted = plain(typed)
  return known
    .map((name) => ({ name, slips: slipsBetween(wanted, plain(name)) }))
    .filter(({ slips }) => slips !== undefined)
    .sort((a, b) => a.slips! - b.slips!)
    .slice(0, SHOWN_MAX)
    .map(({ name }) => name)
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .trim()
}

/** Undefined where they are too far apart. A name that holds the other whole is near, however much longer it is. */
function slipsBetween(typed: string, name: string): number | undefined {
  if (typed.length > LETTERS_MAX || name.length > LETTERS_MAX) return typed === name ? 0 : undefined
  const slips = lettersApart(typed, name)
  if (slips <= Math.max(1, Math.floor(typed.length / LETTERS_A_SLIP))) return slips
  return typed.length > 2 && name.includes(typed) ? slips : undefined
}

/** Letters to change, add or take away (Levenshtein), row by row: a swap of neighbours counts as two. */
export function lettersApart(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1))
    }
    above = row
  }
  return above.at(-1)!
}
