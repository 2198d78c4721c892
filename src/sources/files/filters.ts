/**
 * Which entries a backup leaves out by wish: patterns, size, age, markers. Paths are byte strings (one character a
 * byte), so that a pattern meets names that are no valid UTF-8. What a filter leaves out does not make a run partial.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { Glob, GlobError } from './glob.ts'

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
  excludesFile(
    path: string,
    facts: { readonly bytes: number; readonly modifiedMs: number },
    rules?: IgnoreRules,
  ): boolean
}

/** Rules of ignore files from the root down; later and deeper ones win. */
export type IgnoreRules = ReadonlyArray<{ readonly directory: string; readonly patterns: readonly CompiledPattern[] }>

export interface CompiledPattern {
  readonly expression: Glob
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
  return {
    directory,
    patterns: lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => compilePattern(line)),
  }
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
 * Compiles one pattern: a glob (glob.ts); a leading "/" anchors to the backup's path, a trailing "/" means folders
 * only, a pattern without an inner slash matches at any depth, a leading "!" takes back. Throws USAGE naming the
 * pattern.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const isNegated = pattern.startsWith('!')
  const bytes = Buffer.from(isNegated ? pattern.slice(1) : pattern.replace(/^\\(?=[!#])/, '')).toString('latin1')
  const directoryOnly = bytes.endsWith('/')
  const anchored = bytes.startsWith('/')
  const body = bytes.slice(anchored ? 1 : 0, directoryOnly ? -1 : undefined)
  if (body === '') throw badPattern(pattern, 'is empty')
  try {
    return { expression: new Glob(body, { atAnyDepth: !anchored && !body.includes('/') }), isNegated, directoryOnly }
  } catch (error) {
    if (error instanceof GlobError) throw badPattern(pattern, error.message)
    throw error
  }
}

function badPattern(pattern: string, how: string): BackupError {
  return new BackupError('USAGE', `The pattern "${pattern}" ${how}.`, { context: { pattern } })
}
