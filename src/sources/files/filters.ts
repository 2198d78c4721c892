/**
 * Which entries a backup leaves out by wish: patterns, size, age, markers. Paths are byte strings (one character a byte), so that a pattern
 * meets names that are no valid UTF-8. What a filter leaves out does not make a run partial.
 */
import { BackupError } from '../../kernel/backup-error.ts'

/** The description's filters; plain data. */
export interface FileFilters {
  /** Only files that match one of these are kept; folders are always walked. Empty: all. */
  readonly includePatterns?: readonly string[]
  readonly excludePatterns?: readonly string[]
  /** Larger files are left out. Bytes. */
  readonly sizeLimit?: number
  /** Older files are left out. Milliseconds since 1970. */
  readonly modifiedSinceMs?: number
  /** Folders that hold a valid CACHEDIR.TAG are left out. */
  readonly excludeCaches?: boolean
  /** Folders that hold an entry of one of these names are left out. */
  readonly excludeIfPresent?: readonly string[]
  /** Stay on the file systems of the backup's own paths. */
  readonly oneFileSystem?: boolean
  /** Names of per-folder ignore files; default `.neonproignore`. */
  readonly ignoreFileNames?: readonly string[]
}

export interface FileFilter {
  /** True when the path (absolute, one character a byte) is left out as a folder: nothing below it is looked at. */
  excludesDirectory(path: string, rules?: IgnoreRules): boolean
  excludesFile(path: string, facts: { readonly bytes: number; readonly modifiedMs: number }, rules?: IgnoreRules): boolean
}

/** Rules of ignore files from the root down; later and deeper ones win. */
export type IgnoreRules = ReadonlyArray<{ readonly directory: string; readonly patterns: readonly CompiledPattern[] }>

export interface CompiledPattern {
  readonly expression: RegExp
  readonly isNegated: boolean
  readonly directoryOnly: boolean
}

/** Compiles filters for backup roots (absolute paths as byte strings). Throws USAGE naming a bad pattern. */
export function createFileFilter(filters: FileFilters, roots: readonly string[]): FileFilter {
  const includes = (filters.includePatterns ?? []).map((pattern) => compilePattern(pattern))
  const excludes = (filters.excludePatterns ?? []).map((pattern) => compilePattern(pattern))
  const relative = (path: string) => relativeTo(roots, path)
  return {
    excludesDirectory: (path, rules) => {
      const name = relative(path)
      return name !== '' && (excludes.some((pattern) => pattern.expression.test(name)) || ignored(rules, path, true))
    },
    excludesFile: (path, facts, rules) => {
      if (filters.sizeLimit !== undefined && facts.bytes > filters.sizeLimit) return true
      if (filters.modifiedSinceMs !== undefined && facts.modifiedMs < filters.modifiedSinceMs) return true
      const name = relative(path)
      if (excludes.some((pattern) => !pattern.directoryOnly && pattern.expression.test(name))) return true
      if (includes.length > 0 && !includes.some((pattern) => pattern.expression.test(name))) return true
      return ignored(rules, path, false)
    },
  }
}

/** Parses an ignore file: one pattern a line, `#` comments, `!` takes back. */
export function parseIgnoreFile(text: string, directory: string): IgnoreRules[number] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, ''))
  return { directory, patterns: lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => compilePattern(line)) }
}

function ignored(rules: IgnoreRules | undefined, path: string, isDirectory: boolean): boolean {
  let verdict = false
  for (const { directory, patterns } of rules ?? []) {
    const name = path.slice(directory === '/' ? 1 : directory.length + 1)
    for (const pattern of patterns) {
      if ((!pattern.directoryOnly || isDirectory) && pattern.expression.test(name)) verdict = !pattern.isNegated
    }
  }
  return verdict
}

function relativeTo(roots: readonly string[], path: string): string {
  for (const root of roots) {
    if (path === root) return ''
    const prefix = root === '/' ? '/' : `${root}/`
    if (path.startsWith(prefix)) return path.slice(prefix.length)
  }
  return path.replace(/^\/+/, '')
}

/**
 * Compiles one pattern: `*` and `?` stay inside a name, `**` crosses folders, `[a-z]`, `{a,b}`, a leading "/" anchors to the backup's path, a
 * trailing "/" means folders only, a pattern without an inner slash matches at any depth. The expression has no nested repetition over the
 * same characters, so matching stays polynomial of low degree in the path.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const isNegated = pattern.startsWith('!')
  const bytes = Buffer.from(isNegated ? pattern.slice(1) : pattern.replace(/^\\(?=[!#])/, '')).toString('latin1')
  const directoryOnly = bytes.endsWith('/')
  const anchored = bytes.startsWith('/')
  const body = bytes.slice(anchored ? 1 : 0, directoryOnly ? -1 : undefined)
  if (body === '') throw badPattern(pattern, 'is empty')
  const prefix = anchored || body.includes('/') ? '^' : '^(?:[^]*/)?'
  try {
    return { expression: new RegExp(`${prefix}${translate(body, pattern)}$`), isNegated, directoryOnly }
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw badPattern(pattern, 'is not a valid pattern')
  }
}

function translate(body: string, pattern: string): string {
  let out = ''
  let depth = 0
  for (let i = 0; i < body.length; i += 1) {
    const char = body[i]!
    if (char === '*' && body[i + 1] === '*') {
      const taken = starStar(body, i)
      out += taken.expression
      i = taken.last
    } else if (char === '*') {
      while (body[i + 1] === '*') i += 1
      out += '[^/]*'
    } else if (char === '?') out += '[^/]'
    else if (char === '[') {
      const taken = characterClass(body, i, pattern)
      out += taken.expression
      i = taken.last
    } else if (char === '{') {
      depth += 1
      out += '(?:'
    } else if (char === '}' && depth > 0) {
      depth -= 1
      out += ')'
    } else if (char === ',' && depth > 0) out += '|'
    else if (char === '\\' && i + 1 < body.length) out += escapeRegExp(body[++i]!)
    else out += escapeRegExp(char)
  }
  if (depth > 0) throw badPattern(pattern, 'has an open "{"')
  return out
}

function starStar(body: string, at: number): { expression: string; last: number } {
  let last = at + 1
  while (body[last + 1] === '*') last += 1
  const startsName = at === 0 || body[at - 1] === '/'
  if (startsName && body[last + 1] === '/') return { expression: '(?:[^]*/)?', last: last + 1 }
  return { expression: '[^]*', last }
}

function characterClass(body: string, at: number, pattern: string): { expression: string; last: number } {
  const isNegated = body[at + 1] === '!' || body[at + 1] === '^'
  const from = at + (isNegated ? 2 : 1)
  const end = body.indexOf(']', from + 1)
  if (end < 0) throw badPattern(pattern, 'has an open "["')
  const members = body.slice(from, end).replace(/[\\\]^]/g, '\\$&')
  return { expression: `(?!/)[${isNegated ? '^' : ''}${members}]`, last: end }
}

function escapeRegExp(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

function badPattern(pattern: string, how: string): BackupError {
  return new BackupError('USAGE', `The pattern "${pattern}" ${how}.`, { context: { pattern } })
}
