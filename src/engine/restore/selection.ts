/** Which paths of a snapshot a restore takes. Paths are byte strings (one character a byte). */
import { compilePattern } from '../../sources/index.ts'

export interface Selection {
  /** True when the path itself, and all below it, is wanted. */
  takes(path: string): boolean
  /** True when something below the directory may be wanted. */
  mayHold(path: string): boolean
}

const ALL: Selection = { takes: () => true, mayHold: () => true }

/** Patterns are absolute paths inside the snapshot, or globs; none means everything. Throws USAGE. */
export function createSelection(patterns: readonly string[]): Selection {
  if (patterns.length === 0) return ALL
  const plain: string[] = []
  const globs: RegExp[] = []
  for (const pattern of patterns) {
    if (/[*?[{]/.test(pattern)) globs.push(compilePattern(pattern).expression)
    else plain.push(Buffer.from(pattern.startsWith('/') ? pattern.replace(/\/+$/, '') || '/' : `/${pattern.replace(/\/+$/, '')}`).toString('latin1'))
  }
  return {
    takes: (path) => plain.some((wanted) => wanted === '/' || path === wanted || path.startsWith(`${wanted}/`)) || globs.some((glob) => glob.test(path.slice(1))),
    mayHold: (path) => globs.length > 0 || path === '/' || plain.some((wanted) => wanted.startsWith(`${path}/`)),
  }
}
