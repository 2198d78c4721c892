/**
 * Globs over byte strings, matched in time proportional to pattern times path: all places of the pattern that a prefix
 * of the path can lead to are kept side by side (Thompson's construction), so that no pattern of a stranger's ignore
 * file can stop a backup.
 */

const ALTERNATIVES_MAX = 256
const SLASH = 0x2f

/** What a place of the pattern takes. A table says which bytes; wildcards may take none or many. */
type Token =
  | { readonly kind: 'bytes'; readonly table: Uint8Array }
  | { readonly kind: 'star' }
  | { readonly kind: 'anything' }
  /** Whole folders with the slash behind them, or nothing. */
  | { readonly kind: 'folders' }

export class GlobError extends Error {}

/**
 * `*` and `?` stay inside a name, `**` crosses folders, `[a-z]`, `[!a-z]`, `{a,b}`, `\` takes the next character as it
 * is.
 */
export class Glob {
  readonly #alternatives: ReadonlyArray<readonly Token[]>

  /** `atAnyDepth` lets folders stand before the pattern. Throws GlobError with what is wrong. */
  constructor(body: string, options: { readonly atAnyDepth: boolean }) {
    const prefix: Token[] = options.atAnyDepth ? [{ kind: 'folders' }] : []
    this.#alternatives = expand(body).map((each) => [...prefix, ...tokens(each)])
  }

  /** The whole path has to match; one character a byte. */
  test(path: string): boolean {
    return this.#alternatives.some((pattern) => matches(pattern, path))
  }
}

function matches(pattern: readonly Token[], path: string): boolean {
  let now = new Uint8Array(pattern.length + 1)
  let next = new Uint8Array(pattern.length + 1)
  enter(pattern, now, 0)
  for (let at = 0; at < path.length; at += 1) {
    const byte = path.charCodeAt(at) & 0xff
    next.fill(0)
    for (let place = 0; place < pattern.length; place += 1) if (now[place] === 1) step(pattern, next, { place, byte })
    const spent = now
    now = next
    next = spent
  }
  return now[pattern.length] === 1
}

/** Marks a place, and those behind it that wildcards let through without taking anything. */
function enter(pattern: readonly Token[], places: Uint8Array, place: number): void {
  for (let at = place; at <= pattern.length; at += 1) {
    places[at] = 1
    if (at === pattern.length || pattern[at]!.kind === 'bytes') return
  }
}

function step(
  pattern: readonly Token[],
  next: Uint8Array,
  at: { readonly place: number; readonly byte: number },
): void {
  const token = pattern[at.place]!
  switch (token.kind) {
    case 'bytes':
      if (token.table[at.byte] === 1) enter(pattern, next, at.place + 1)
      return
    case 'star':
      if (at.byte !== SLASH) enter(pattern, next, at.place)
      return
    case 'anything':
      enter(pattern, next, at.place)
      return
    case 'folders':
      // Inside a folder's name nothing behind may begin; after its slash it may.
      next[at.place] = 1
      if (at.byte === SLASH) enter(pattern, next, at.place + 1)
  }
}

function tokens(body: string): Token[] {
  const found: Token[] = []
  for (let i = 0; i < body.length; i += 1) {
    const char = body[i]!
    if (char === '*') {
      const stars = /^\*+/.exec(body.slice(i))![0].length
      const isWholeName = (i === 0 || body[i - 1] === '/') && body[i + stars] === '/'
      found.push(stars === 1 ? { kind: 'star' } : isWholeName ? { kind: 'folders' } : { kind: 'anything' })
      i += stars - 1 + (stars > 1 && isWholeName ? 1 : 0)
    } else if (char === '?') found.push({ kind: 'bytes', table: tableOf((byte) => byte !== SLASH) })
    else if (char === '[') {
      const taken = characterClass(body, i)
      found.push(taken.token)
      i = taken.last
    } else {
      const literal = char === '\\' && i + 1 < body.length ? body[++i]! : char
      found.push({ kind: 'bytes', table: tableOf((byte) => byte === (literal.charCodeAt(0) & 0xff)) })
    }
  }
  return found
}

function tableOf(takes: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (takes(byte) ? 1 : 0))
}

function characterClass(body: string, at: number): { token: Token; last: number } {
  const isNegated = body[at + 1] === '!' || body[at + 1] === '^'
  const from = at + (isNegated ? 2 : 1)
  const end = body.indexOf(']', from + 1)
  if (end < 0) throw new GlobError('has an open "["')
  const members = body.slice(from, end)
  const isMember = (byte: number): boolean => {
    for (let i = 0; i < members.length; i += 1) {
      const isRange = members[i + 1] === '-' && i + 2 < members.length
      if (byte >= members.charCodeAt(i) && byte <= members.charCodeAt(isRange ? i + 2 : i)) return true
      if (isRange) i += 2
    }
    return false
  }
  return {
    token: { kind: 'bytes', table: tableOf((byte) => byte !== SLASH && isMember(byte) !== isNegated) },
    last: end,
  }
}

/** `a{b,c}d` as `abd` and `acd`, also nested. */
function expand(body: string): string[] {
  const open = find(body, 0, '{')
  if (open < 0) return [body]
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
      const whole = parts.flatMap((part) => expand(`${body.slice(0, open)}${part}${body.slice(i + 1)}`))
      if (whole.length > ALTERNATIVES_MAX) throw new GlobError(`has more than ${ALTERNATIVES_MAX} alternatives`)
      return whole
    }
  }
  throw new GlobError('has an open "{"')
}

/** The next unescaped `wanted` outside of brackets, or -1. */
function find(body: string, from: number, wanted: string): number {
  for (let i = from; i < body.length; i += 1) {
    if (body[i] === '\\') i += 1
    else if (body[i] === wanted) return i
    else if (body[i] === '[') {
      const end = body.indexOf(']', i + 2)
      if (end > 0) i = end
    }
  }
  return -1
}
