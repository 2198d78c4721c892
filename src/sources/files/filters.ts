/**
 * Which entries a backup leaves out by wish: patterns, size, age, ignore files. It never leaves out more than was said,
 * and keeps which patterns met nothing. What a filter leaves out does not make a run partial.
 */
import type { IgnoreRules } from './ignore-file.ts'
import { comparableText } from './name-text.ts'
import { type CompiledPattern, compilePattern, lastToMeet, meets, type PatternSubject } from './pattern.ts'

/** A pattern that leaves out: its text, or with the case ignored. */
export type ExcludePattern = string | { readonly pattern: string; readonly ignoreCase: boolean }

/** The description's filters; plain data. */
export interface FileFilters {
  /**
   * Only what matches is kept, a folder with all that is in it; folders are always walked. The last that matches
   * decides, `!` takes back. Empty: all.
   */
  readonly includePatterns?: readonly string[]
  /** The last that matches decides, `!` takes back; also what an ignore file leaves out. */
  readonly excludePatterns?: readonly ExcludePattern[]
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

/** The backup's own paths, one character a byte; plain data. */
export interface FilterRoots {
  /** Real and absolute; some may lie below others. */
  readonly roots: readonly string[]
  /** Other names that roots were given by. */
  readonly aliases: readonly PathAlias[]
}

/** Absolute paths, one character a byte. */
export interface PathAlias {
  /** As it was given, with links in it. */
  readonly path: string
  readonly real: string
}

export interface EntryFacts {
  /** One character a byte. */
  readonly name: string
  readonly isDirectory: boolean
  /** 0 for what is no file. */
  readonly bytes: number
  /** Infinite for what is no file. */
  readonly modifiedMs: number
}

/** The filters of one run in one thread, compiled once. */
export interface FileFilter {
  /** For the entries of one folder: absolute, one character a byte. */
  inside(directory: string, rules: IgnoreRules): DirectoryFilter
  /** Numbers of watched patterns (`watchedPatterns`) that something met since it was last asked. */
  takeMet(): number[]
  /** Patterns with "!" that can't take back, since a folder above is left out, and that folder; each said once. */
  takeUnreachable(): Array<{ readonly pattern: string; readonly folder: string }>
}

export interface DirectoryFilter {
  /** Of a folder: with all below it. */
  leavesOut(entry: EntryFacts): boolean
}

export interface WatchedPattern {
  readonly kind: 'include' | 'exclude'
  readonly text: string
}

/** Those that have to meet something: including ones, and excluding ones that are absolute paths. */
export function watchedPatterns(filters: FileFilters): WatchedPattern[] {
  return compiledFilters(filters).watched.map(({ kind, pattern }) => ({ kind, text: pattern.text }))
}

/** Throws USAGE naming a bad pattern. */
export function createFileFilter(filters: FileFilters, roots: FilterRoots): FileFilter {
  return new CompiledFilter(filters, roots)
}

interface Watched {
  readonly kind: 'include' | 'exclude'
  readonly pattern: CompiledPattern
  readonly number: number
}

function compiledFilters({ includePatterns = [], excludePatterns = [] }: FileFilters) {
  const includes = includePatterns.map((text) => compilePattern(text))
  const excludes = excludePatterns.map((each) =>
    typeof each === 'string' ? compilePattern(each) : compilePattern(each.pattern, { ignoresCase: each.ignoreCase }),
  )
  const watched: Watched[] = [
    ...includes.filter(({ isNegated }) => !isNegated).map((pattern) => ({ kind: 'include' as const, pattern })),
    ...excludes.filter(({ isAnchored }) => isAnchored).map((pattern) => ({ kind: 'exclude' as const, pattern })),
  ].map((each, number) => ({ ...each, number }))
  return { includes, excludes, watched }
}

const FOLDERS_KEPT = 1000
const PATTERNS_KEPT = 20_000

class CompiledFilter implements FileFilter {
  readonly #filters: FileFilters
  readonly #places: Places
  readonly #includes: readonly CompiledPattern[]
  readonly #excludes: readonly CompiledPattern[]
  /** That nothing has met so far. */
  #watched: readonly Watched[]
  #met: number[] = []
  readonly #unreachable = new Map<string, string>()
  readonly #said = new Set<string>()
  /** Whether a folder is included, and so what is in it. */
  readonly #included = new Map<string, boolean>()
  /** By ignore file. */
  readonly #rules = new Map<string, readonly CompiledPattern[]>()
  #rulePatterns = 0

  constructor(filters: FileFilters, roots: FilterRoots) {
    const { includes, excludes, watched } = compiledFilters(filters)
    this.#filters = filters
    this.#places = new Places(roots)
    this.#includes = includes
    this.#excludes = excludes
    this.#watched = watched
    for (const root of watched.length > 0 ? roots.roots : []) this.#watch(this.#places.subject(root))
  }

  inside(directory: string, rules: IgnoreRules): DirectoryFilter {
    const subject = new Subject(this.#places.of(directory))
    const own = rules.map((rule) => ({
      patterns: this.#compiled(rule),
      subject: new Subject({ relatives: [below(rule.directory, directory)], absolutes: [] }),
    }))
    const isIncluded = this.#isIncluded(directory)
    return {
      leavesOut: (entry) => {
        subject.set(entry)
        if (this.#watched.length > 0) this.#watch(subject)
        const decided = lastToMeet(this.#excludes, subject)
        const isOut = decided ? !decided.isNegated : isIgnored(own, entry)
        if (!entry.isDirectory) return isOut || this.#isBeyondLimits(entry) || !this.#isWanted(subject, isIncluded)
        if (isOut) this.#close(subject)
        return isOut
      },
    }
  }

  takeMet(): number[] {
    return this.#met.splice(0)
  }

  takeUnreachable(): Array<{ readonly pattern: string; readonly folder: string }> {
    const found = [...this.#unreachable].map(([pattern, folder]) => ({ pattern, folder }))
    this.#unreachable.clear()
    return found
  }

  #isBeyondLimits({ bytes, modifiedMs }: EntryFacts): boolean {
    const { sizeLimit, modifiedSinceMs } = this.#filters
    return (
      (sizeLimit !== undefined && bytes > sizeLimit) || (modifiedSinceMs !== undefined && modifiedMs < modifiedSinceMs)
    )
  }

  #isWanted(subject: PatternSubject, byFolder: boolean): boolean {
    if (this.#includes.length === 0) return true
    const decided = lastToMeet(this.#includes, subject)
    return decided ? !decided.isNegated : byFolder
  }

  /** A list that only takes back begins with everything. */
  #isIncluded(directory: string): boolean {
    if (this.#includes.length === 0) return true
    const known = this.#included.get(directory)
    if (known !== undefined) return known
    const byFolder = this.#places.isOutside(directory)
      ? this.#includes.every(({ isNegated }) => isNegated)
      : this.#isIncluded(parentOf(directory))
    const isIncluded = this.#places.isBelowRoot(directory)
      ? this.#isWanted(this.#places.subject(directory), byFolder)
      : byFolder
    if (this.#included.size >= FOLDERS_KEPT) this.#included.clear()
    this.#included.set(directory, isIncluded)
    return isIncluded
  }

  #watch(subject: PatternSubject): void {
    for (const { pattern, number } of this.#watched) {
      if (!meets(pattern, subject)) continue
      this.#met.push(number)
      this.#watched = this.#watched.filter((each) => each.number !== number)
    }
  }

  /** Nothing below a folder that is left out is looked at: what is said of it there can not be met any more. */
  #close(folder: Subject): void {
    for (const { pattern, kind, number } of this.#watched) {
      // It is left out, as was said.
      if (kind !== 'exclude' || pattern.isNegated || !folder.mayHold(pattern)) continue
      this.#met.push(number)
      this.#watched = this.#watched.filter((each) => each.number !== number)
    }
    for (const pattern of this.#excludes) {
      if (!pattern.isNegated || this.#said.has(pattern.text) || !folder.mayHold(pattern)) continue
      this.#said.add(pattern.text)
      this.#unreachable.set(pattern.text, `/${folder.absolutes[0] ?? folder.name}`)
    }
  }

  #compiled(rule: IgnoreRules[number]): readonly CompiledPattern[] {
    const known = this.#rules.get(rule.file)
    if (known) return known
    const patterns = rule.patterns.map((pattern) => compilePattern(pattern))
    this.#rulePatterns += patterns.length
    if (this.#rulePatterns > PATTERNS_KEPT) {
      this.#rules.clear()
      this.#rulePatterns = patterns.length
    }
    this.#rules.set(rule.file, patterns)
    return patterns
  }
}

function isIgnored(
  rules: ReadonlyArray<{ readonly patterns: readonly CompiledPattern[]; readonly subject: Subject }>,
  entry: EntryFacts,
): boolean {
  for (let i = rules.length - 1; i >= 0; i -= 1) {
    const { patterns, subject } = rules[i]!
    subject.set(entry)
    const decided = lastToMeet(patterns, subject)
    if (decided) return !decided.isNegated
  }
  return false
}

interface FolderTexts {
  readonly relatives: readonly string[]
  readonly absolutes: readonly string[]
}

/** An entry of one folder; used again for the next. Paths are made when a pattern asks for them. */
class Subject implements PatternSubject {
  readonly #folder: FolderTexts
  #relatives: readonly string[] | undefined
  #absolutes: readonly string[] | undefined
  name = ''
  isDirectory = false

  constructor(folder: FolderTexts) {
    this.#folder = folder
  }

  set({ name, isDirectory }: Pick<EntryFacts, 'name' | 'isDirectory'>): void {
    this.name = comparableText(name)
    this.isDirectory = isDirectory
    this.#relatives = undefined
    this.#absolutes = undefined
  }

  get relatives(): readonly string[] {
    this.#relatives ??= this.#folder.relatives.map((folder) => joined(folder, this.name))
    return this.#relatives
  }

  get absolutes(): readonly string[] {
    this.#absolutes ??= this.#folder.absolutes.map((folder) => joined(folder, this.name))
    return this.#absolutes
  }

  /** True when the pattern names something below this folder. */
  mayHold({ isOfName, isAnchored, ignoresCase, glob }: CompiledPattern): boolean {
    if (isOfName) return false
    const paths = isAnchored ? [...this.relatives, ...this.absolutes] : this.relatives
    return paths.some((path) => glob.prefix.startsWith(`${ignoresCase ? path.toLowerCase() : path}/`))
  }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** Where folders lie, seen from the backup's own paths. */
class Places {
  readonly #roots: ReadonlySet<string>
  readonly #aliases: ReadonlyMap<string, readonly string[]>

  constructor({ roots, aliases }: FilterRoots) {
    this.#roots = new Set(roots)
    this.#aliases = new Map(
      [...Map.groupBy(aliases, ({ real }) => real)].map(([real, list]) => [real, list.map(({ path }) => path)]),
    )
  }

  of(folder: string): FolderTexts {
    const relatives: string[] = []
    const absolutes = [comparableText(folder.slice(1))]
    for (const above of selfAndAbove(folder)) {
      if (this.#roots.has(above)) relatives.push(below(above, folder))
      for (const alias of this.#aliases.get(above) ?? [])
        absolutes.push(joined(comparableText(alias.slice(1)), below(above, folder)).replace(/\/$/, ''))
    }
    return { relatives, absolutes }
  }

  /** The folder, or the root itself, as an entry. */
  subject(path: string): PatternSubject {
    const { relatives, absolutes } = this.of(path)
    return {
      name: comparableText(path.slice(path.lastIndexOf('/') + 1)),
      relatives: relatives.filter((relative) => relative !== ''),
      absolutes,
      isDirectory: true,
    }
  }

  isBelowRoot(path: string): boolean {
    return selfAndAbove(path).some((above) => this.#roots.has(above))
  }

  /** No folder above it is one of the backup's. */
  isOutside(path: string): boolean {
    return path === '/' || !this.isBelowRoot(parentOf(path))
  }
}

function selfAndAbove(path: string): string[] {
  const found = [path]
  for (let at = path; at !== '/'; found.push(at)) at = parentOf(at)
  return found
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1))
}

/** The path below `folder`, as patterns take it; empty for the folder itself. */
function below(folder: string, path: string): string {
  return comparableText(path.slice(folder === '/' ? 1 : folder.length + 1))
}
