/** Which paths of a snapshot a restore takes. Paths are byte strings (one character a byte). */
import { isBackupError } from '../../kernel/backup-error.ts'
import { type CompiledPattern, compilePattern } from '../../sources/index.ts'
import { GLOB_CHARACTER } from './locate.ts'

export interface Selection {
  /** True when a pattern means the path itself. A folder that is meant is taken with all that is in it. */
  meets(path: string): boolean
  /** True when the path itself, or a folder that it lies in, is meant. */
  takes(path: string): boolean
  /** True when something below the directory may be wanted. */
  mayHold(path: string): boolean
  /** Patterns that no path has met so far. */
  unmatched(): string[]
}

const ALL: Selection = { meets: () => true, takes: () => true, mayHold: () => true, unmatched: () => [] }

/**
 * An absolute pattern is a path inside the snapshot or a glob from its root; a relative one (`agenda.db`,
 * `invoices/*.pdf`) is met at any depth. No pattern means everything. A pattern of `literals`, and one that is no glob,
 * means only the name that it is.
 */
export function createSelection(
  patterns: readonly string[],
  literals: ReadonlySet<string> = new Set(),
  meaningOf: (pattern: string) => string = (pattern) => pattern,
): Selection {
  const wishes = patterns.map((text) => new Wish(text, { isLiteral: literals.has(text), meaning: meaningOf(text) }))
  if (wishes.length === 0) return ALL
  const meets = (path: string) => {
    let isMet = false
    for (const wish of wishes) isMet = wish.meets(path) || isMet
    return isMet
  }
  return {
    meets,
    takes: (path) => {
      let isTaken = meets(path)
      for (let at = path; !isTaken && at !== '/'; ) {
        at = at.slice(0, Math.max(at.lastIndexOf('/'), 1))
        isTaken = meets(at)
      }
      return isTaken
    },
    mayHold: (path) => wishes.some((wish) => wish.mayMeetBelow(path)),
    unmatched: () => wishes.filter(({ isMet }) => !isMet).map(({ text }) => text),
  }
}

/** One pattern and the paths that it means. */
export class Wish {
  readonly text: string
  readonly #literal: string
  readonly #isAbsolute: boolean
  readonly #glob: CompiledPattern['expression'] | undefined
  /** What every path that meets the pattern begins with. */
  readonly #prefix: string
  /** So many last names of a path decide; undefined where `**` may take any number. */
  readonly #names: number | undefined
  isMet = false

  /** `meaning`: the same with the links of its path followed. */
  constructor(text: string, { isLiteral, meaning = text }: { readonly isLiteral: boolean; readonly meaning?: string }) {
    this.text = text
    const trimmed = meaning.replace(/^(\.\/+)+/, '').replace(/\/+$/, '') || '/'
    const plain = trimmed === '.' ? '/' : trimmed
    this.#isAbsolute = plain.startsWith('/')
    this.#literal = Buffer.from(plain).toString('latin1')
    this.#glob = isLiteral ? undefined : globOf(plain, this.#isAbsolute)
    this.#names = /\*\*|[{\\]|\[[^\]]*\//.test(plain) ? undefined : plain.split('/').length - (this.#isAbsolute ? 1 : 0)
    this.#prefix = this.#isAbsolute
      ? this.#literal.slice(0, this.#glob ? this.#literal.search(/\/[^/]*[*?[{\\]/) : undefined)
      : ''
  }

  /** A name with brackets in it is met as it stands, too. */
  meets(path: string): boolean {
    const isMeant =
      path === this.#literal ||
      (!this.#isAbsolute && path.endsWith(`/${this.#literal}`)) ||
      (this.#glob !== undefined && this.#meetsGlob(this.#glob, path))
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

  /**
   * Where the number of names is known, only so many are looked at: a deep tree costs no more for each of its names.
   */
  #meetsGlob(glob: CompiledPattern['expression'], path: string): boolean {
    if (this.#names === undefined) return glob.test(path.slice(1))
    const from = tailStart(path, this.#names)
    if (from < 0 || (this.#isAbsolute && from > 0)) return false
    return glob.test(path.slice(from + 1))
  }
}

/** Undefined for what is no glob, or a broken one: then it can only be a name. */
function globOf(plain: string, isAbsolute: boolean): CompiledPattern['expression'] | undefined {
  if (!GLOB_CHARACTER.test(plain)) return undefined
  try {
    return compilePattern(isAbsolute ? plain : `**/${plain}`).expression
  } catch (error) {
    if (isBackupError(error, 'USAGE')) return undefined
    throw error
  }
}

/** Where the slash before the last `names` names stands, or -1. */
function tailStart(path: string, names: number): number {
  let at = path.length
  for (let i = 0; i < names; i += 1) {
    if (at <= 0) return -1
    at = path.lastIndexOf('/', at - 1)
  }
  return at
}
