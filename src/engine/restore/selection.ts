/** Which paths of a snapshot a restore takes. Paths are byte strings (one character a byte). */
import { type CompiledPattern, compilePattern } from '../../sources/index.ts'

export interface Selection {
  /** True when the path itself, and all below it, is wanted. */
  takes(path: string): boolean
  /** True when something below the directory may be wanted. */
  mayHold(path: string): boolean
  /** Patterns that no path has met so far. */
  unmatched(): string[]
}

const ALL: Selection = { takes: () => true, mayHold: () => true, unmatched: () => [] }

/**
 * An absolute pattern is a path inside the snapshot or a glob from its root; a relative one (`agenda.db`,
 * `invoices/*.pdf`) is met at any depth. A folder is taken with all that is in it. No pattern means everything. Throws
 * USAGE.
 */
export function createSelection(patterns: readonly string[]): Selection {
  const wishes = patterns.map((pattern) => new Wish(pattern))
  if (wishes.length === 0) return ALL
  const isWished = (path: string) => {
    let isTaken = false
    for (const wish of wishes) isTaken = wish.meets(path) || isTaken
    return isTaken
  }
  const parents = new Verdicts(isWished)
  return {
    takes: (path) => isWished(path) || parents.of(parentOf(path)),
    mayHold: (path) => wishes.some((wish) => wish.mayMeetBelow(path)),
    unmatched: () => wishes.filter(({ isMet }) => !isMet).map(({ text }) => text),
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1))
}

/** Whether a folder or one above it was wished for; the last answer is kept, since entries come folder by folder. */
class Verdicts {
  readonly #isWished: (path: string) => boolean
  #path = ''
  #verdict = false

  constructor(isWished: (path: string) => boolean) {
    this.#isWished = isWished
  }

  of(path: string): boolean {
    if (path === this.#path) return this.#verdict
    let verdict = this.#isWished(path)
    for (let at = path; !verdict && at !== '/'; ) {
      at = parentOf(at)
      verdict = this.#isWished(at)
    }
    this.#path = path
    this.#verdict = verdict
    return verdict
  }
}

class Wish {
  readonly text: string
  readonly #literal: string
  readonly #isAbsolute: boolean
  readonly #glob: CompiledPattern['expression'] | undefined
  /** What every path that meets the pattern begins with. */
  readonly #prefix: string
  isMet = false

  constructor(text: string) {
    this.text = text
    const trimmed = text.replace(/^(\.\/+)+/, '').replace(/\/+$/, '') || '/'
    const plain = trimmed === '.' ? '/' : trimmed
    this.#isAbsolute = plain.startsWith('/')
    this.#literal = Buffer.from(plain).toString('latin1')
    const isGlob = /[*?[{\\]/.test(plain)
    this.#glob = isGlob ? compilePattern(this.#isAbsolute ? plain : `**/${plain}`).expression : undefined
    this.#prefix = this.#isAbsolute
      ? this.#literal.slice(0, isGlob ? this.#literal.search(/\/[^/]*[*?[{\\]/) : undefined)
      : ''
  }

  /** A name with brackets in it is met as it stands, too. */
  meets(path: string): boolean {
    const isMeant =
      path === this.#literal ||
      (!this.#isAbsolute && path.endsWith(`/${this.#literal}`)) ||
      (this.#glob?.test(path.slice(1)) ?? false)
    if (isMeant) this.isMet = true
    return isMeant
  }

  mayMeetBelow(path: string): boolean {
    if (!this.#isAbsolute || path === '/') return true
    return (
      this.#prefix.startsWith(`${path}/`) ||
      (this.#glob !== undefined && (this.#prefix === path || path.startsWith(`${this.#prefix}/`)))
    )
  }
}
