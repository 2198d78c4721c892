/**
 * Globs over texts. What is only literal text around one star is compared; the rest is matched in time proportional to
 * pattern times text: all places of the pattern that a prefix of the text can lead to are kept side by side (Thompson's
 * construction), so that no pattern of a stranger's ignore file can stop a backup.
 */

const ALTERNATIVES_MAX = 256
const PATTERN_CHARACTERS_MAX = 4096
/** Of all alternatives together. */
const EXPANDED_CHARACTERS_MAX = 4 * PATTERN_CHARACTERS_MAX
const BRACES_DEEP_MAX = 16
const SLASH = 0x2f

/** What a place of the pattern takes; wildcards may take none or many. */
type Token =
  | { readonly kind: 'one'; readonly code: number }
  | { readonly kind: 'class'; readonly takes: (code: number) => boolean }
  | { readonly kind: 'star' }
  | { readonly kind: 'anything' }
  /** Whole folders with the slash behind them, or nothing. */
  | { readonly kind: 'folders' }

export class GlobError extends Error {}

/**
 * `*` and `?` stay inside a name, `**` crosses folders, `[a-z]`, `[!a-z]`, `{a,b}`, `\` takes the next character as it
 * is. A character is a code point.
 */
export class Glob {
  readonly #alternatives: readonly Alternative[]
  /** Literal text that every match begins with. */
  readonly prefix: string
  /** Places that are followed side by side for each character: 0 where texts are only compared. */
  readonly places: number
  /** No match holds a wildcard. */
  readonly isLiteral: boolean

  /** Throws GlobError with what is wrong. A glob that ignores the case is given texts in lower case. */
  constructor(body: string, { ignoresCase = false }: { readonly ignoresCase?: boolean } = {}) {
    if (body.length > PATTERN_CHARACTERS_MAX) throw new GlobError(`is longer than ${PATTERN_CHARACTERS_MAX} characters`)
    if (body.includes('\0')) throw new GlobError('has a character that no name has')
    this.#alternatives = expand(body).map((each) => new Alternative(tokens(each, ignoresCase)))
    this.prefix = this.#alternatives.length === 1 ? this.#alternatives[0]!.prefix : ''
    this.places = this.#alternatives.reduce((sum, each) => sum + each.places, 0)
    this.isLiteral = this.#alternatives.length === 1 && this.#alternatives[0]!.isLiteral
  }

  /** The whole text has to match. */
  test(text: string): boolean {
    for (const each of this.#alternatives) if (each.test(text)) return true
    return false
  }
}

class Alternative {
  readonly prefix: string
  readonly isLiteral: boolean
  readonly places: number
  readonly #suffix: string
  readonly #isOneStar: boolean
  readonly #pattern: readonly Token[]
  #now: Uint8Array | undefined
  #next: Uint8Array | undefined

  constructor(pattern: readonly Token[]) {
    const isWild = (token: Token) => token.kind !== 'one'
    const first = pattern.findIndex(isWild)
    this.#pattern = pattern
    this.isLiteral = first < 0
    this.prefix = textOf(this.isLiteral ? pattern : pattern.slice(0, first))
    this.#suffix = this.isLiteral ? '' : textOf(pattern.slice(pattern.findLastIndex(isWild) + 1))
    this.#isOneStar = !this.isLiteral && pattern[first]!.kind === 'star' && first === pattern.findLastIndex(isWild)
    this.places = this.isLiteral || this.#isOneStar ? 0 : pattern.length
  }

  test(text: string): boolean {
    if (this.isLiteral) return text === this.prefix
    if (!text.startsWith(this.prefix) || !text.endsWith(this.#suffix)) return false
    if (!this.#isOneStar) return this.#follow(text)
    const until = text.length - this.#suffix.length
    if (until < this.prefix.length) return false
    const slash = text.indexOf('/', this.prefix.length)
    return slash < 0 || slash >= until
  }

  #follow(text: string): boolean {
    const pattern = this.#pattern
    this.#now ??= new Uint8Array(pattern.length + 1)
    this.#next ??= new Uint8Array(pattern.length + 1)
    let now = this.#now
    let next = this.#next
    now.fill(0)
    enter(pattern, now, 0)
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at)!
      at += code > 0xffff ? 2 : 1
      next.fill(0)
      for (let place = 0; place < pattern.length; place += 1) if (now[place] === 1) step(pattern, next, { place, code })
      const spent = now
      now = next
      next = spent
    }
    return now[pattern.length] === 1
  }
}

function textOf(literals: readonly Token[]): string {
  return literals.map((token) => (token.kind === 'one' ? String.fromCodePoint(token.code) : '')).join('')
}

/** Marks a place, and those behind it that wildcards let through without taking anything. */
function enter(pattern: readonly Token[], places: Uint8Array, place: number): void {
  for (let at = place; at <= pattern.length; at += 1) {
    places[at] = 1
    if (at === pattern.length || pattern[at]!.kind === 'one' || pattern[at]!.kind === 'class') return
  }
}

function step(
  pattern: readonly Token[],
  next: Uint8Array,
  at: { readonly place: number; readonly code: number },
): void {
  const token = pattern[at.place]!
  switch (token.kind) {
    case 'one':
      if (token.code === at.code) enter(pattern, next, at.place + 1)
      return
    case 'class':
      if (at.code !== SLASH && token.takes(at.code)) enter(pattern, next, at.place + 1)
      return
    case 'star':
      if (at.code !== SLASH) enter(pattern, next, at.place)
      return
    case 'anything':
      enter(pattern, next, at.place)
      return
    case 'folders':
      // Inside a folder's name nothing behind may begin; after its slash it may.
      if (at.code === SLASH) enter(pattern, next, at.place)
      else next[at.place] = 1
  }
}

function tokens(body: string, ignoresCase: boolean): Token[] {
  const chars = [...body]
  const found: Token[] = []
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i]!
    if (char === '*') {
      let stars = 1
      while (chars[i + stars] === '*') stars += 1
      const isWholeName = (i === 0 || chars[i - 1] === '/') && chars[i + stars] === '/'
      const kind = wildcardOf(stars, isWholeName)
      if (kind !== 'folders' || found.at(-1)?.kind !== kind) found.push({ kind })
      i += stars - 1 + (stars > 1 && isWholeName ? 1 : 0)
    } else if (char === '?') found.push({ kind: 'class', takes: () => true })
    else if (char === '[') {
      const taken = characterClass(chars, i, ignoresCase)
      found.push(taken.token)
      i = taken.last
    } else {
      const literal = char === '\\' && i + 1 < chars.length ? chars[++i]! : char
      for (const each of ignoresCase ? literal.toLowerCase() : literal)
        found.push({ kind: 'one', code: each.codePointAt(0)! })
    }
  }
  return found
}

function wildcardOf(stars: number, isWholeName: boolean): 'star' | 'folders' | 'anything' {
  if (stars === 1) return 'star'
  return isWholeName ? 'folders' : 'anything'
}

interface CharacterClass {
  readonly token: Token
  /** Where its "]" is. */
  readonly last: number
}

function characterClass(chars: readonly string[], at: number, ignoresCase: boolean): CharacterClass {
  const isNegated = chars[at + 1] === '!' || chars[at + 1] === '^'
  const from = at + (isNegated ? 2 : 1)
  const end = chars.indexOf(']', from + 1)
  if (end < 0) throw new GlobError('has an open "["')
  const members = chars.slice(from, end).map((char) => char.codePointAt(0)!)
  const isMember = (code: number): boolean => {
    for (let i = 0; i < members.length; i += 1) {
      const isRange = members[i + 1] === HYPHEN && i + 2 < members.length
      if (code >= members[i]! && code <= members[isRange ? i + 2 : i]!) return true
      if (isRange) i += 2
    }
    return false
  }
  const isMeant = ignoresCase ? (code: number) => isMember(code) || isMember(upperCase(code)) : isMember
  return { token: { kind: 'class', takes: (code) => isMeant(code) !== isNegated }, last: end }
}

const HYPHEN = 0x2d

function upperCase(code: number): number {
  return String.fromCodePoint(code).toUpperCase().codePointAt(0)!
}

/** `a{b,c}d` as `abd` and `acd`, also nested. From left to right: what is too much is known before it is made. */
function expand(body: string, depth = 0): string[] {
  if (depth > BRACES_DEEP_MAX) throw new GlobError(`has more than ${BRACES_DEEP_MAX} "{" inside each other`)
  let heads = ['']
  let at = 0
  for (let open = findBrace(body, at); open >= 0; open = findBrace(body, at)) {
    const { parts, close } = partsOf(body, open)
    const inner = parts.flatMap((part) => expand(part, depth + 1))
    heads = joinedEach(heads, body.slice(at, open), inner)
    at = close + 1
  }
  return heads.map((head) => head + body.slice(at))
}

/** What stands between the commas of the brace at `open`, and where that ends. */
function partsOf(body: string, open: number): { parts: string[]; close: number } {
  const parts: string[] = []
  let depth = 0
  let from = open + 1
  for (let i = open; i < body.length; i += 1) {
    const char = body[i]!
    if (char === '\\') i += 1
    else if (char === '{') depth += 1
    else if (char === ',' && depth === 1) {
      parts.push(body.slice(from, i))
      from = i + 1
    } else if (char === '}') {
      depth -= 1
      if (depth > 0) continue
      parts.push(body.slice(from, i))
      return { parts, close: i }
    }
  }
  throw new GlobError('has an open "{"')
}

function joinedEach(heads: readonly string[], between: string, tails: readonly string[]): string[] {
  const sumOf = (texts: readonly string[]) => texts.reduce((sum, { length }) => sum + length, 0)
  const count = heads.length * tails.length
  const characters = (sumOf(heads) + heads.length * between.length) * tails.length + sumOf(tails) * heads.length
  if (count > ALTERNATIVES_MAX || characters > EXPANDED_CHARACTERS_MAX)
    throw new GlobError(`has more than ${ALTERNATIVES_MAX} alternatives, or long ones`)
  return heads.flatMap((head) => tails.map((tail) => head + between + tail))
}

/** The next unescaped brace outside of brackets, or -1. */
function findBrace(body: string, from: number): number {
  let lastBracket: number | undefined
  for (let i = from; i < body.length; i += 1) {
    if (body[i] === '\\') i += 1
    else if (body[i] === '{') return i
    else if (body[i] === '[') {
      lastBracket ??= body.lastIndexOf(']')
      if (lastBracket < i + 2) continue
      i = body.indexOf(']', i + 2)
    }
  }
  return -1
}
